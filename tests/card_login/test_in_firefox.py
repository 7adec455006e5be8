"""Firefox logs in at the card's port: without a screen and without a PIN, and typing one.

Nothing drives Firefox here: it opens the address behind the login page's button, and the provider's journal tells.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mock_idp.web.tls import TlsVersion
from mock_idp.web.world import Clock
from tests.card_login.firefox import firefox, prepare
from tests.card_login.office import HOLDER, Office, igc, office
from tests.card_login.screen import screen
from tests.virtual_card.pcsc.service import running
from virtual_card.holder import personalise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.requires("pcscd", "vpcd", "opensc", "pyscard", "firefox", "certutil"),
]

SECONDS = 60
DIALOG = "Password Required"


class Post(NamedTuple):
    """A provider, and the folder of a browser with the card in its reader."""

    place: Office
    home: Path
    profile: Path
    login_id: str

    @property
    def address(self) -> str:
        """Return where the login page's button leads."""
        return f"https://localhost:{self.place.port}/carte/{self.login_id}"

    def outcome(self) -> list[tuple[str, int]]:
        """Wait until the card's port has answered, and return how."""
        journal = self.place.provider.journal
        found = journal.wait(login_id=self.login_id, endpoint="login", seconds=SECONDS)
        return [(one.endpoint, one.status) for one in found]


@contextmanager
def post(home: Path, *, pinless: bool) -> Iterator[Post]:
    """Put a card into a reader, start a provider, and prepare a browser."""
    card = personalise(HOLDER, igc(), now=Clock().now(), pinless=pinless)
    with office(TlsVersion.V1_2, clock=Clock()) as place, running(home) as service, service.holding(card):
        yield Post(place=place, home=home, profile=prepare(home, place.identity), login_id=place.begin())


def test_without_screen_and_pin(tmp_path: Path) -> None:
    """The laboratory's card in headless Firefox."""
    with post(tmp_path, pinless=True) as here, firefox(here.home, here.profile, here.address, "--headless"):
        outcome = here.outcome()

    assert [("login", 302)] == outcome


@pytest.mark.requires("xvfb", "xdotool")
def test_with_a_screen_and_a_pin(tmp_path: Path) -> None:
    """The real PIN dialog."""
    with (
        post(tmp_path, pinless=False) as here,
        screen() as monitor,
        firefox(here.home, here.profile, here.address, DISPLAY=monitor.display),
    ):
        monitor.type(monitor.window(DIALOG), "1234")
        outcome = here.outcome()

    assert [("login", 302)] == outcome
