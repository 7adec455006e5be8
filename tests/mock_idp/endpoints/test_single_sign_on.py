"""One login for several portals: the session cookie, what asks again, and what logging out takes along."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from mock_idp.protocol.tokens import Means
from mock_idp.settings import Settings
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, basic

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from mock_idp.keys import SigningKeys


def log_in(site: Site, idnat: str = IDNAT, means: Means = Means.MOBILE) -> dict[str, str]:
    """Log somebody in with the site's browser, which keeps the cookie it is given, and return the answer."""
    reply = site.provider.complete(site.begin(), idnat, lambda _: None, means=means)
    cookie = next(value for name, value in reply.headers if name == "Set-Cookie")
    name, _, value = cookie.partition(";")[0].partition("=")
    site.browser.set_cookie(name, value, domain="localhost", path="/")
    return answer(reply.location)


def answer(location: str | None) -> dict[str, str]:
    """Return the parameters of a redirect."""
    return dict(parse_qsl(urlsplit(location or "").query))


def silent(asked: TestResponse) -> bool:
    """Tell whether the portal was answered without a question."""
    return asked.status_code == 302 and "code" in answer(asked.location)


def test_a_second_portal_is_answered_without_a_question(site: Site) -> None:
    """The same session, the same person, the same ``auth_time``."""
    first = log_in(site)
    second = answer(site.ask(client_id="neighbour", redirect_uri="https://neighbour.example/cb").location)
    form = {"redirect_uri": "https://neighbour.example/cb"}
    tokens = json_of(site.redeem(second["code"], basic("neighbour", "other"), **form))

    assert first["session_state"] == second["session_state"] == tokens["session_state"]
    assert IDNAT == json_of(site.userinfo(tokens["access_token"]))["SubjectNameID"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    """HttpOnly, SameSite=Lax; Secure as soon as the wallet is."""
    reply = site.provider.complete(site.begin(), IDNAT, lambda _: None)
    cookie = dict(reply.headers)["Set-Cookie"]

    assert ["HttpOnly", "Path=/", "SameSite=Lax"] == sorted(part.strip() for part in cookie.split(";")[1:])
    assert answer(reply.location)["session_state"] not in cookie


def test_behind_https_the_cookie_is_secure(keys: SigningKeys) -> None:
    """RFC 6265 4.1.2.5."""
    site = Site(keys=keys, settings=Settings(wallet_base="https://wallet.example", issuer_base="https://auth.example"))
    reply = site.provider.complete(site.begin(), IDNAT, lambda _: None)

    assert "Secure" in dict(reply.headers)["Set-Cookie"]


def test_another_browser_is_asked(site: Site) -> None:
    """The session is the browser's, not the person's."""
    log_in(site)

    assert 303 == site.ask(site.app.test_client()).status_code


@pytest.mark.parametrize(
    ("seconds", "changes", "reused"),
    [
        (0, {"prompt": "none"}, True),
        (0, {"prompt": "login"}, False),
        (0, {"max_age": "0"}, False),
        (60, {"max_age": "30"}, False),
        (60, {"max_age": "90"}, True),
        (29 * 60, {}, True),
        (31 * 60, {}, False),
    ],
)
def test_what_asks_again(site: Site, seconds: int, changes: dict[str, str | None], *, reused: bool) -> None:
    """The portal's wish, or half an hour without a sign of life."""
    log_in(site)
    site.provider.clock.advance(seconds)

    assert reused == silent(site.ask(site.browser, **changes))


def test_a_refresh_is_a_sign_of_life(site: Site) -> None:
    """Nothing else happens for three hours and three quarters, and the browser is still known; four hours end it."""
    tokens = json_of(site.redeem(log_in(site)["code"]))
    for _ in range(9):
        site.provider.clock.advance(25 * 60)
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        tokens = json_of(site.call("POST", ENDPOINTS + "/token", data=form, headers=basic()))
    known = silent(site.ask())
    site.provider.clock.advance(15 * 60)

    assert (True, False) == (known, silent(site.ask()))


def test_prompt_none_without_a_session_is_told_so(site: Site) -> None:
    """OIDC Core 3.1.2.6, under the portal's own state; the login is over with that."""
    said = site.ask(prompt="none")
    (entry,) = site.provider.journal.entries()

    assert (302, "login_required", "st4te") == (
        said.status_code,
        answer(said.location)["error"],
        answer(said.location)["state"],
    )
    page = site.call("GET", "/login-page", wallet=True, query_string={"login": entry.login_id})
    assert (True, 410) == (entry.login_id is not None, page.status_code)


def test_logging_out_closes_the_session_for_everybody(site: Site) -> None:
    """The browser is asked again, and the other portal's tokens are refused."""
    tokens = json_of(site.redeem(log_in(site)["code"]))
    other = answer(site.ask().location)["code"]
    others = json_of(site.redeem(other))
    site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"]})

    assert (303, 401) == (site.ask().status_code, site.userinfo(others["access_token"]).status_code)


def test_the_journal_ties_a_logout_to_its_login(site: Site) -> None:
    """The portal's own login, though the session has several."""
    tokens = json_of(site.redeem(log_in(site)["code"]))
    site.ask(client_id="neighbour", redirect_uri="https://neighbour.example/cb")
    site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"]})
    first, *_, last = site.provider.journal.entries()

    assert ("authorize", "logout", first.login_id) == (first.endpoint, last.endpoint, last.login_id)


def test_single_sign_on_can_be_switched_off(keys: SigningKeys) -> None:
    """Then every login asks, and no cookie is given."""
    site = Site(keys=keys, settings=Settings(single_sign_on=False))
    reply = site.provider.complete(site.begin(), IDNAT, lambda _: None)

    assert "Set-Cookie" not in dict(reply.headers)


def test_a_card_login_says_so_everywhere(site: Site) -> None:
    """In userinfo, for a second portal of the session too."""
    log_in(site, means=Means.CARD)
    tokens = json_of(site.redeem(answer(site.ask().location)["code"]))

    assert "CARD" == json_of(site.userinfo(tokens["access_token"]))["authMode"]


def test_a_login_hint_fills_the_form_in(site: Site) -> None:
    """As the integrator of a thick client would want."""
    asked = site.ask(login_hint=IDNAT)

    assert IDNAT == answer(asked.location)["identifiant"]


def test_form_post_is_a_page_that_sends_itself(site: Site) -> None:
    """Every parameter in a hidden field, escaped; the script is a file, as the content security policy wants."""
    log_in(site)
    page = site.ask(response_mode="form_post", state='"><script>')
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))

    assert (200, "text/html") == (page.status_code, page.mimetype)
    assert {"state", "session_state", "code", "iss"} == set(fields)
    assert '"><script>' == unescape(fields["state"])
    assert f'action="{CALLBACK}"' in page.text
    assert 200 == site.redeem(fields["code"]).status_code
    assert 200 == site.call("GET", "/static/form_post.js", wallet=True).status_code


# -- session management


def test_the_frame_is_served_for_portals_to_frame(site: Site) -> None:
    """OpenID Connect Session Management 3.2."""
    frame = site.call("GET", ENDPOINTS + "/login-status-iframe.html")

    assert (200, "text/html", False) == (
        frame.status_code,
        frame.mimetype,
        "frame-ancestors" in frame.headers["Content-Security-Policy"],
    )
    assert 200 == site.call("GET", "/static/login_status.js").status_code


def test_the_frame_learns_whether_the_session_stands(site: Site) -> None:
    """204 while it does, 403 for another portal, for nonsense, and after logout."""
    log = log_in(site)
    tokens = json_of(site.redeem(log["code"]))

    def status(session_state: str, client_id: str = "portal") -> int:
        asked = {"session_state": session_state, "client_id": client_id}
        return site.call("GET", ENDPOINTS + "/login-status-iframe.html/init", query_string=asked).status_code

    before = [status(log["session_state"]), status(log["session_state"], "neighbour"), status("x")]
    site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"]})

    assert [204, 403, 403, 403] == [*before, status(log["session_state"])]
