"""A journey that the provider's restart interrupts, on a store that lasts: everybody goes on where they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.ecps.activation import Phase
from mock_idp.store.sqlite import SqliteStore
from mock_idp.web import journeys
from mock_idp.web.app import create_app
from mock_idp.web.records import record_codec
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import CALLBACK, make_desk, make_provider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mock_idp.web.desk import Desk


def restart(desk: Desk, store: SqliteStore) -> None:
    """Let the browsers talk to a new provider that knows nothing but its store."""
    desk.provider = make_provider(store=store)
    app = create_app(desk.provider)
    desk.computer.client.application = desk.phone.client.application = app


def test_an_activation_goes_on_after_a_restart(tmp_path: Path) -> None:
    """From the QR code of one life to the password of the next, and a login in the third."""
    path = tmp_path / "desk.sqlite"
    with SqliteStore(path, record_codec()) as first:
        desk = make_desk(store=first)
        desk.to_qr_code()
        desk.accept_terms()
        url = desk.read_qr()
    with SqliteStore(path, record_codec()) as second:
        restart(desk, second)
        desk.phone.open(url)
        desk.computer.send("continue")
        desk.computer.send("code", code=desk.phone.data("code"))
        desk.phone.send("continue")
        desk.phone.send("password", password="2580", password_confirm="2580")
        demands = second.values("activations", now=desk.clock.now())
    with SqliteStore(path, record_codec()) as third:
        restart(desk, third)
        devices = journeys.devices_of(desk.provider, IDNAT)
        number = desk.to_waiting()
        desk.to_request()
        desk.phone.send("unlock", password="2580")
        desk.phone.send("pick", number=number)
        desk.computer.send("continue")

    assert [Phase.ACTIVE] == [demand.activation.phase for demand in demands]
    assert 1 == len(devices)
    assert desk.computer.location.startswith(CALLBACK)


def test_cookies_are_still_read_after_a_restart(tmp_path: Path) -> None:
    """They are signed with what the store keeps; another store's provider does not take them."""
    path = tmp_path / "desk.sqlite"
    secrets = []
    for place in (path, path, tmp_path / "other.sqlite"):
        with SqliteStore(place, record_codec()) as store:
            secrets.append(create_app(make_provider(store=store)).secret_key)

    assert secrets[0] == secrets[1] != secrets[2]
