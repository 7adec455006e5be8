"""A portal on a real port, visited with the real browser."""

from __future__ import annotations

import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from conformance.browser import Browser
from conformance.hop import Trouble, origin_host
from conformance.miniatures.defects import Defect
from conformance.miniatures.provider import Pending
from conformance.miniatures.server import free_port, portal_toml, run_portal
from conformance.miniatures.sessions import Sessions, Who
from tests.conformance.miniatures.desk import config_for

if TYPE_CHECKING:
    from tests.conformance.miniatures.tiny_provider import TinyProvider


def visit(base_url: str) -> Browser:
    """Return a browser that may go to the portal only."""
    return Browser(frozenset({origin_host(base_url)}))


def test_a_person_logs_in_and_out_over_http(provider: TinyProvider) -> None:
    """The browser stops at the provider, comes back, sees who is there, and leaves over the provider's logout."""
    with run_portal(config_for(provider)) as base_url:
        browser = visit(base_url)
        browser.open(base_url)
        browser.follow("Connexion")
        at_provider = browser.follow("PRO SANTÉ CONNECT").stopped_at or ""
        browser.open(provider.authorize(at_provider))
        me = browser.open(base_url + "/me").json()
        out = browser.submit(browser.open(base_url).form("logout"))
        after = browser.open(base_url + "/me").status

    assert at_provider.startswith(provider.base + "/authorization?")
    assert f"8997{provider.people:08d}" == me["identifier"] == me["claims"]["SubjectNameID"]
    assert (out.stopped_at or "").startswith(provider.base + "/end_session?")
    assert 401 == after


def test_a_portal_stops_with_its_block(provider: TinyProvider) -> None:
    """After the block nobody listens, no thread is left, and the port can be used again."""
    before = threading.active_count()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    for _ in range(2):
        with run_portal(config_for(provider), port=port) as base_url:
            assert address == base_url
            assert 200 == visit(base_url).open(base_url).status

    error = visit(address).open(address).error
    assert error is not None
    assert Trouble.UNREACHABLE == error.trouble
    assert before == threading.active_count()


def test_a_taken_port_is_an_error(provider: TinyProvider) -> None:
    """A second portal on the same port does not start."""
    with run_portal(config_for(provider)) as base_url:
        second = run_portal(config_for(provider), port=int(base_url.rpartition(":")[2]))

        with pytest.raises(OSError, match="in use"):
            second.__enter__()  # the block would never be entered


def test_a_crash_shows_no_trace(provider: TinyProvider, capfd: pytest.CaptureFixture[str]) -> None:
    """A portal that breaks answers 500 with a page of its own, and prints nothing."""
    with run_portal(config_for(provider), Defect.CRASHES_ON_ERROR_RESPONSE) as base_url:
        browser = visit(base_url)
        state = (browser.open(base_url + "/login").stopped_at or "").partition("state=")[2].partition("&")[0]
        page = browser.open(f"{base_url}/callback?error=access_denied&error_description=refused&state={state}")

    assert (500, "broken") == (page.status, page.alert)
    assert "Traceback" not in page.text
    assert ("", "") == tuple(capfd.readouterr())


def test_the_description_is_readable_toml() -> None:
    """The harness finds the pages, the probe and the limits where it looks for them."""
    described: dict[str, Any] = tomllib.loads(portal_toml("http://127.0.0.1:8081", name="strict"))

    assert 1 == described["schema"]
    assert ("strict", "http://127.0.0.1:8081") == (described["portal"]["name"], described["portal"]["base_url"])
    assert ("/login", "/callback", "/logout", "POST") == tuple(
        described["portal"][key] for key in ("login", "callback", "logout", "logout_method")
    )
    assert {"json": "/identifier"} == described["whoami"]["identity"]


def test_two_deliveries_at_the_same_moment_are_one() -> None:
    """Of many threads that take one login, one gets it."""
    sessions = Sessions(monotonic=lambda: 0.0)
    sid = sessions.expect(None, Pending(state="s", nonce="n", code_verifier="v"))
    start = threading.Barrier(8)

    def take(_: int) -> bool:
        start.wait()
        return sessions.take(sid, "s") is not None

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(8)))

    assert 1 == sum(taken)


def test_secrets_stay_out_of_reprs(provider: TinyProvider) -> None:
    """Neither the registration nor a login under way shows its secrets."""
    shown = repr(
        (
            config_for(provider, client_secret="hush"),
            Pending(state="hush", nonce="hush", code_verifier="hush"),
            Who(identifier="899700000001", claims={"family_name": "hush"}, id_token="hush"),
        )
    )

    assert "hush" not in shown
