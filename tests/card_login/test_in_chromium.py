"""Chromium logs in to the miniature portal with a card: without a screen and without a PIN, and with both."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance.cli.small_portal import demo_portal
from mock_idp.web.tls import TlsVersion
from mock_idp.web.world import Clock
from tests.card_login.browser import environment, prepare
from tests.card_login.office import HOLDER, IDNAT, Office, igc, office
from tests.card_login.screen import screen
from tests.virtual_card.pcsc.service import running
from virtual_card.access import PinRef
from virtual_card.holder import personalise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from virtual_card.transport.vpcd import VpcdSlot

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.requires("pcscd", "vpcd", "opensc", "pyscard", "chromium", "playwright", "certutil", "unshare"),
]

SWITCHES = ["--no-sandbox"]
DIALOG = "Unlock Security Device"
PATIENCE = 60_000.0
"""Milliseconds, on a busy machine."""


class Post(NamedTuple):
    """A provider, a portal, and the folder of a browser with the card in its reader."""

    place: Office
    portal: str
    home: Path
    starter: Path
    slot: VpcdSlot

    @property
    def tries(self) -> int:
        """Return how many wrong PINs the card still takes."""
        assert self.slot.card is not None
        return self.slot.card.memory.pins[PinRef.PIN].tries_left


@contextmanager
def post(home: Path, *, pinless: bool) -> Iterator[Post]:
    """Put a card into a reader, start provider and portal, and prepare a browser."""
    card = personalise(HOLDER, igc(), now=Clock().now(), pinless=pinless)
    with (
        office(TlsVersion.V1_2, clock=Clock()) as place,
        demo_portal(place.provider) as portal,
        running(home) as service,
        service.holding(card) as slot,
    ):
        starter = prepare(home, place.identity, place.port)
        yield Post(place=place, portal=portal, home=home, starter=starter, slot=slot)


def log_in(page: Page, portal: str) -> None:
    """From the portal to the card's button, as a person does."""
    page.goto(portal)
    page.get_by_role("link", name="Connexion").click()
    page.get_by_role("link", name="PRO SANTÉ CONNECT").click()
    page.locator("#means-card").click()
    # The click ends with the handshake, which waits for the PIN.
    page.locator("#carte").click(no_wait_after=True)


def test_without_screen_and_pin(tmp_path: Path) -> None:
    """The laboratory's card in headless Chromium: portal, provider, card's port, and back as the card's holder."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a missing need skips first

    with post(tmp_path, pinless=True) as here, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=here.starter, args=SWITCHES, env={**environment(here.home)}
        )
        page = browser.new_page()
        log_in(page, here.portal)
        page.wait_for_url(f"{here.portal}/**", timeout=PATIENCE)
        said = page.locator("body").inner_text()
        browser.close()

    assert IDNAT in said


@pytest.mark.requires("xvfb", "xdotool")
def test_with_a_screen_and_a_pin(tmp_path: Path) -> None:
    """The real PIN dialog: a wrong PIN costs a try and is asked again, the right one logs in."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a missing need skips first

    with post(tmp_path, pinless=False) as here, screen() as monitor, sync_playwright() as playwright:
        surroundings = environment(here.home, DISPLAY=monitor.display)
        browser = playwright.chromium.launch(
            executable_path=here.starter, args=SWITCHES, env={**surroundings}, headless=False
        )
        page = browser.new_page()
        log_in(page, here.portal)
        first = monitor.window(DIALOG)
        monitor.type(first, "0000")
        second = monitor.window(DIALOG, besides=first)
        left = here.tries
        monitor.type(second, "1234")
        page.wait_for_url(f"{here.portal}/**", timeout=PATIENCE)
        said = page.locator("body").inner_text()
        browser.close()
        after = here.tries

    assert (2, 3) == (left, after)
    assert IDNAT in said
