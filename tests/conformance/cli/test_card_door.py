"""The card's port of `serve`: its certificate, its authority, and the way to it."""

from __future__ import annotations

import socket
import ssl
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conformance.cards import holder_of
from conformance.cli.card_door import open_card_door, trust_cards
from conformance.cli.card_hierarchy import write_hierarchy
from conformance.cli.options import UsageError
from conformance.cli.seat import make_provider
from mock_idp.ecps.card_proof import identify
from mock_idp.ecps.refusals import EcpsError
from mock_idp.people import builtin_people
from mock_idp.settings import Settings
from virtual_card import Card, Desk, Igc, Reader, personalise

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def asked(folder: Path, port: int | None = 0, tls: str = "1.2") -> Namespace:
    """Return the options."""
    return Namespace(card_port=port, card_tls=tls, card_authority=str(folder / "authority.pem"))


def test_nobody_asked(tmp_path: Path) -> None:
    """Without the option nothing is opened and nothing is written."""
    assert open_card_door(asked(tmp_path, None)) is None
    assert [] == list(tmp_path.iterdir())


@pytest.mark.integration
@pytest.mark.parametrize(("tls", "spoken"), [("1.2", "TLSv1.2"), ("1.3", "TLSv1.3")])
def test_who_trusts_the_written_authority_reaches_the_port(tmp_path: Path, tls: str, spoken: str) -> None:
    """The certificate is good for `localhost` under that authority, at the newest version that was asked for."""
    door = open_card_door(asked(tmp_path, tls=tls))
    assert door is not None
    provider, _ = make_provider(door.named_in(Settings()))
    trusting = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    port = door.listener.getsockname()[1]
    with (
        door.port(provider),
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert spoken == secured.version()
    assert f"https://localhost:{port}" == provider.settings.card_base


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """The option is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--card-port {number}: cannot listen there"):
            open_card_door(asked(tmp_path, number))


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """The option and the file are named."""
    with pytest.raises(UsageError, match=r"--card-authority .*authority\.pem: cannot be written"):
        open_card_door(asked(tmp_path / "missing"))


def test_cards_of_another_process_are_trusted(tmp_path: Path) -> None:
    """Roots become anchors, authorities of persons help to reach them; the provider's own cards stay trusted."""
    igc = Igc.create(now=NOW, name="AUTRE")
    own, _ = make_provider(Settings())
    provider, cards = make_provider(Settings())
    path = tmp_path / "hierarchy.pem"
    write_hierarchy(path, igc, now=NOW)
    before = len(provider.card_anchors), len(provider.card_intermediates)
    trust_cards(Namespace(card_trust=[str(path)]), provider, cards.igc)

    assert (3, 3) == before
    assert (3, 3) == (len(own.card_anchors), len(own.card_intermediates))
    assert set(igc.anchors) == set(provider.card_anchors[3:])
    assert set(igc.intermediates) == set(provider.card_intermediates[3:])


def authentication(card: Card) -> bytes:
    """Return the certificate a card logs in with, DER."""
    return next(one.der for one in Desk(Reader(card)).certificates() if one.authenticates)


def test_a_card_in_opposition_is_refused_and_no_other_one(tmp_path: Path) -> None:
    """The lists come with the authorities; other cards of that hierarchy, and the provider's own, are welcome."""
    provider, cards = make_provider(Settings())
    igc = Igc.create(now=NOW, name="AUTRE")
    holder = holder_of(builtin_people()[0])
    assert holder is not None
    opposed, fine = (personalise(replace(holder, serial=serial), igc, now=NOW) for serial in (99000001, 99000002))
    write_hierarchy(tmp_path / "hierarchy.pem", igc, now=NOW, opposed=opposed)
    trust_cards(Namespace(card_trust=[str(tmp_path / "hierarchy.pem")]), provider, cards.igc)
    assert provider.card_crls is not None
    crls = provider.card_crls(NOW)

    def refusal(certificate: bytes) -> str | None:
        trusted = {"anchors": provider.card_anchors, "intermediates": provider.card_intermediates}
        try:
            identify(certificate, chain=(), now=NOW, crls=crls, **trusted)
        except EcpsError as refused:
            return refused.code.value
        return None

    own = personalise(holder, cards.igc, now=NOW)
    assert ["card-revoked", None, None] == [refusal(authentication(one)) for one in (opposed, fine, own)]


@pytest.mark.parametrize(("content", "complaint"), [(None, "cannot be read"), (b"nonsense", "holds no certificates")])
def test_a_hierarchy_that_is_none(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    """Option, file and what is wrong."""
    path = tmp_path / "hierarchy.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"--card-trust .*hierarchy\.pem: {complaint}"):
        trust_cards(Namespace(card_trust=[str(path)]), make_provider(Settings())[0], Igc.create(now=NOW))
