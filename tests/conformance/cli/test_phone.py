"""A phone for scripts: activated, approving and refusing, in a process of its own as far as the provider can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from conformance.browser import Browser
from conformance.cli import main
from conformance.cli.seat import SUITE_SETTINGS, Seat, running_seat
from conformance.cli.small_portal import CLIENT_ID, demo_portal
from conformance.origins import origin_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.page import Page

pytestmark = pytest.mark.integration

IDNAT = "899799000015"


@pytest.fixture
def seat() -> Iterator[Seat]:
    """A provider."""
    with running_seat(SUITE_SETTINGS) as one:
        yield one


@pytest.fixture
def device(seat: Seat, capsys: pytest.CaptureFixture[str]) -> str:
    """A phone that the command activated."""
    assert 0 == main(["phone", "activate", IDNAT, "--provider", seat.url, "--lang", "en"])
    return capsys.readouterr().out.strip()


def waiting(seat: Seat, portal: str) -> tuple[Browser, Page]:
    """Come from a portal to the page that waits for the phone."""
    wallet = seat.provider.settings.wallet_base
    browser = Browser(frozenset({origin_host(wallet)}))
    asked = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": f"{portal}/callback", "scope": "openid"}
    page = browser.open(f"{wallet}/auth?{urlencode(asked)}")
    return browser, browser.submit(page.form("ecps"), identifiant=IDNAT)


def test_a_script_approves(seat: Seat, device: str) -> None:
    """With the number on the screen the computer goes back to the portal with a code."""
    with demo_portal(seat.provider) as portal:
        browser, page = waiting(seat, portal)
        code = main(["phone", "approve", device, "--number", page.data("number") or "", "--provider", seat.url])
        back = browser.submit(page.form("continue"))

    assert 0 == code
    assert (back.stopped_at or "").startswith(f"{portal}/callback?")
    assert "code=" in (back.stopped_at or "")


def test_a_script_refuses(seat: Seat, device: str) -> None:
    """The computer says so."""
    with demo_portal(seat.provider) as portal:
        browser, page = waiting(seat, portal)
        code = main(["phone", "refuse", device, "--provider", seat.url])
        told = browser.submit(page.form("continue"))

    assert (0, "approval-refused") == (code, told.alert)


def test_mistakes_are_told(seat: Seat, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No number, no request, nobody of that name: each with its remedy, none with a trace."""
    common = ["--provider", seat.url, "--lang", "en"]

    assert 2 == main(["phone", "approve", device, *common])
    assert "--number: missing" in capsys.readouterr().out
    assert 4 == main(["phone", "approve", device, "--number", "42", *common])
    assert "find the request on the phone" in capsys.readouterr().out
    assert 3 == main(["phone", "activate", "899799999999", *common])
    assert "idnat: nobody in the directory has it" in " ".join(capsys.readouterr().out.split())
