"""Portals are told that a session is over: by a logout token to their server, by a frame in the browser."""

from __future__ import annotations

import base64
import json
import queue
import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from mock_idp.artefacts import Seam
from mock_idp.deviations import SetClaim
from mock_idp.protocol.tokens import Means
from mock_idp.store import StoreError
from mock_idp.web import logout_senders
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.endpoints.test_single_sign_on import answer, log_in
from tests.mock_idp.protocol.portal import IDNAT, NEIGHBOUR, PORTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from mock_idp.spoken import Spoken

pytestmark = pytest.mark.integration
SUB = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:" + IDNAT
DISCARD = "http://127.0.0.1:9"


def test_a_store_that_goes_away_meanwhile_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the logout was asked for it was answered: it is for whoever runs the provider, without a trace."""
    told: list[Spoken] = []
    gone = StoreError("r : parti", "r: gone")

    def fail(*_: object) -> str:
        raise gone

    monkeypatch.setattr(site.provider.server, "logout_token", fail)
    site.provider.outage.tell = told.append
    login_id = site.begin()
    session = site.provider.server.sessions.open(
        idnat=IDNAT, means=Means.MOBILE, entropy=site.provider.entropy, now=site.provider.clock.now()
    )
    for _ in range(2):
        logout_senders._tell(site.provider, session, [(PORTAL, login_id)])

    assert [gone] == told


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, queue.Queue[tuple[str, str]]]]:
    """Listen on loopback as a portal's server, and collect what it is told."""
    heard: queue.Queue[tuple[str, str]] = queue.Queue()

    class Portal(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.put((self.path, parse_qs(body)["logout_token"][0]))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def registered(site: Site, **addresses: Any) -> None:
    """Register logout addresses for the portal."""
    site.provider.server.register_client(replace(PORTAL, **addresses))


def log_out(site: Site, **asked: str) -> TestResponse:
    """Log somebody in and out again."""
    tokens = json_of(site.redeem(log_in(site)["code"]))
    return site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"], **asked})


def sent(site: Site) -> Any:
    """Wait for the journal's entry about what was sent."""
    (entry,) = site.provider.journal.wait(endpoint="backchannel_logout", seconds=10)
    return entry


def read(site: Site, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a logout token, after its signature was checked."""
    known = KeySet.import_key_set(json.loads(site.call("GET", ENDPOINTS + "/certs").text))
    signed = jws.deserialize_compact(token, known, algorithms=["RS256"])
    return dict(signed.headers()), json.loads(signed.payload)


def test_a_portals_server_is_told(site: Site) -> None:
    """Back-Channel Logout 1.0, 2.4: who, which session, for whom, the event; never a nonce."""
    with listening() as (address, heard):
        registered(site, backchannel_logout_uri=address + "/bye?x=1")
        log_out(site)
        path, token = heard.get(timeout=10)
        entry = sent(site)
    header, claims = read(site, token)

    assert ("/bye?x=1", "logout+jwt", "RS256") == (path, header["typ"], header["alg"])
    assert {"iat", "exp", "jti", "iss", "aud", "sub", "typ", "sid", "events"} == set(claims)
    assert (site.settings.issuer, "portal", SUB, {"http://schemas.openid.net/event/backchannel-logout": {}}, 120) == (
        claims["iss"],
        claims["aud"],
        claims["sub"],
        claims["events"],
        claims["exp"] - claims["iat"],
    )
    assert ("out", 200, True) == (entry.channel, entry.status, entry.login_id is not None)
    assert token not in str(entry)


def test_every_portal_of_the_session_is_told_once(site: Site) -> None:
    """Each under its own name, with the session they share."""
    with listening() as (address, heard):
        registered(site, backchannel_logout_uri=address + "/portal")
        site.provider.server.register_client(replace(NEIGHBOUR, backchannel_logout_uri=address + "/neighbour"))
        tokens = json_of(site.redeem(log_in(site)["code"]))
        site.ask()
        site.ask(client_id="neighbour", redirect_uri="https://neighbour.example/cb")
        site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"]})
        told = sorted(heard.get(timeout=10) for _ in range(2))
    claims = [read(site, token)[1] for _, token in told]

    assert [("/neighbour", "neighbour"), ("/portal", "portal")] == [
        (path, one["aud"]) for (path, _), one in zip(told, claims, strict=True)
    ]
    assert 1 == len({one["sid"] for one in claims})
    assert heard.empty()


@pytest.mark.parametrize("status", [500, 302])
def test_what_the_portal_answers_is_noted(site: Site, status: int) -> None:
    """A redirect is not followed: nothing is sent where nothing was registered."""
    with listening(status) as (address, heard):
        registered(site, backchannel_logout_uri=address)
        log_out(site)
        heard.get(timeout=10)

        assert status == sent(site).status
        assert heard.empty()


def test_a_portal_that_is_away_is_noted(site: Site) -> None:
    """And the person is logged out all the same."""
    registered(site, backchannel_logout_uri=DISCARD)
    page = log_out(site)
    entry = sent(site)

    assert (200, 0, "failure") == (page.status_code, entry.status, entry.response[0][0])


def test_lies_reach_the_logout_token(site: Site) -> None:
    """A scenario about the portal's checks of it."""
    plan = site.provider.plans.arm("plan", (SetClaim("sid", "other", Seam.LOGOUT_TOKEN),))
    site.browser.set_cookie("psc_scenario", "plan", domain="localhost")
    with listening() as (address, heard):
        registered(site, backchannel_logout_uri=address)
        log_out(site)
        token = heard.get(timeout=10)[1]
        entry = sent(site)

    assert "other" == json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sid"]
    assert (1, 1) == (len(plan.told), len(entry.told))


def test_nobody_is_told_without_an_address(site: Site) -> None:
    """Nothing leaves the provider by default."""
    log_out(site)

    assert [] == site.provider.journal.entries(endpoint="backchannel_logout")


# -- the browser


def test_a_browser_loads_every_frame_and_goes_on(site: Site) -> None:
    """Front-Channel Logout 1.0, 3: issuer and session in the address; then back to the portal."""
    registered(site, frontchannel_logout_uri="https://portal.example/out?x=1")
    page = log_out(site, post_logout_redirect_uri="https://portal.example/bye", state="s")
    (frame,) = [unescape(source) for source in re.findall(r'<iframe src="([^"]+)"', page.text)]

    assert (200, "https://portal.example/out") == (page.status_code, frame.partition("?")[0])
    assert ("1", site.settings.issuer) == (answer(frame)["x"], answer(frame)["iss"])
    assert "sid" in answer(frame)
    assert 'href="https://portal.example/bye?state=s"' in page.text
    assert "frame-src https://portal.example;" in page.headers["Content-Security-Policy"]
    assert 200 == site.call("GET", "/static/front_channel_logout.js").status_code


def test_without_an_address_to_go_on_the_page_stays(site: Site) -> None:
    """Nothing to click, no script."""
    registered(site, frontchannel_logout_uri="https://portal.example/out")
    page = log_out(site)

    assert (200, True, False) == (page.status_code, "<iframe" in page.text, "front_channel_logout.js" in page.text)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, "expected non-empty text"),
        ("/out", "'/out' is no absolute address"),
        ("app://out", "'app://out' cannot be called"),
    ],
)
@pytest.mark.parametrize("name", ["backchannel_logout_uri", "frontchannel_logout_uri"])
def test_a_bad_address_is_told(site: Site, name: str, value: Any, said: str) -> None:
    """When the portal is registered, not when it is logged out of."""
    body = {"client_id": "p", "client_secret": "s", "redirect_uris": ["https://p.example/"], name: value}

    assert json_of(site.control("POST", "/clients", body))["error"].startswith(f"{name}: {said}")
