"""The OpenID Connect routes over HTTP: statuses, types, headers, hosts, the journal, and any bytes at all."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, Delay, DuplicateField, SetClaim, SetField, Truncate
from mock_idp.settings import Settings
from tests.mock_idp.endpoints.site import DISCOVERY, ENDPOINTS, REALM, Site, json_of
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, QUESTION, SECRET, basic
from tests.mock_idp.web.screen import plain

if TYPE_CHECKING:
    from mock_idp.deviations import Deviation
    from mock_idp.keys import SigningKeys

JSON = "application/json"


def armed(site: Site, *lies: Deviation) -> None:
    """Arm lies for the browser's next login."""
    token = site.provider.plans.arm("plan", lies).token
    site.browser.set_cookie("psc_scenario", token, domain="localhost")


@pytest.mark.parametrize("path", [DISCOVERY, ENDPOINTS + "/certs"])
def test_documents_are_json(site: Site, path: str) -> None:
    """OIDC Discovery 4.2, RFC 7517 8.5."""
    answer = site.call("GET", path)

    assert (200, JSON) == (answer.status_code, answer.headers["Content-Type"])
    assert isinstance(answer.json, dict)


@pytest.mark.parametrize("path", [DISCOVERY, ENDPOINTS + "/certs", ENDPOINTS + "/userinfo"])
def test_the_wallet_host_does_not_answer_for_the_issuer(site: Site, path: str) -> None:
    """At PSC the two are different hosts; whoever mixes them up is told."""
    answer = site.call("GET", path, wallet=True)

    assert (404, "This is localhost:8080; what you look for is on another host: http://127.0.0.1:8080") == (
        answer.status_code,
        json_of(answer)["error_description"],
    )


def test_the_issuer_host_does_not_answer_for_the_wallet(site: Site) -> None:
    """A portal that derives the authorization endpoint from the issuer fails here as it would at PSC."""
    assert [404, 404] == [site.call("GET", path).status_code for path in ("/auth", ENDPOINTS + "/auth")]


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        (
            "GET",
            REALM + "/.well-known/openid-configuration",
            f"the discovery document is http://127.0.0.1:8080{DISCOVERY},",
        ),
        ("GET", ENDPOINTS + "/auth", "the authorization endpoint is http://localhost:8080/auth, as discovery says"),
        (
            "POST",
            ENDPOINTS + "/ext/par/request",
            "pushed_authorization_request_endpoint is announced, as at PSC, and not",
        ),
        ("POST", ENDPOINTS + "/auth/device", "device_authorization_endpoint is announced, as at PSC, and not offered"),
        ("POST", REALM + "/clients-registrations/openid-connect", "registration_endpoint is announced, as at PSC, and"),
        ("GET", ENDPOINTS + "/nothing", "Not Found"),
    ],
)
def test_who_goes_astray_is_told_the_way(site: Site, method: str, path: str, said: str) -> None:
    """404 in JSON: the standard name of discovery, Keycloak's own endpoint, what is announced and not offered."""
    answer = site.call(method, path)

    assert (404, "not_found") == (answer.status_code, json_of(answer)["error"])
    assert json_of(answer)["error_description"].startswith(said)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", ENDPOINTS + "/token", {"POST", "OPTIONS"}), ("POST", ENDPOINTS + "/certs", {"GET", "HEAD", "OPTIONS"})],
)
def test_another_method_is_told_which_to_use(site: Site, method: str, path: str, allowed: set[str]) -> None:
    """RFC 9110 15.5.6: with ``Allow``."""
    answer = site.call(method, path)

    assert (405, allowed) == (answer.status_code, set(answer.headers["Allow"].split(", ")))
    assert json_of(answer)["error_description"] == f"Method Not Allowed: use {answer.headers['Allow']}."


def test_a_token_that_comes_two_ways_is_refused(site: Site) -> None:
    """RFC 6750 2 and 3.1: 400 with a challenge, also for a good one."""
    token = site.tokens()["access_token"]
    answer = site.call(
        "POST", ENDPOINTS + "/userinfo", data={"access_token": token}, headers={"Authorization": f"Bearer {token}"}
    )

    assert (400, "invalid_request") == (answer.status_code, json_of(answer)["error"])
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="psc", error="invalid_request"')


def test_the_standard_discovery_name_can_be_switched_on(keys: SigningKeys) -> None:
    """Whether PSC's realm answers it is not known, so it is a setting."""
    site = Site(keys=keys, settings=Settings(standard_discovery=True))
    both = [site.call("GET", path).json for path in (REALM + "/.well-known/openid-configuration", DISCOVERY)]

    assert both[0] == both[1]
    assert both[0]


@pytest.mark.parametrize("path", [ENDPOINTS + "/token/introspect", ENDPOINTS + "/revoke"])
def test_questions_about_tokens_are_answered_and_journalled(site: Site, path: str) -> None:
    """200 in JSON, and the entry stands under the login of the token."""
    token = site.tokens()["access_token"]
    answer = site.call("POST", path, data={"token": token}, headers=basic())
    last = site.provider.journal.entries()[-1]

    assert (200, JSON) == (answer.status_code, answer.headers["Content-Type"])
    assert site.provider.journal.entries()[0].login_id == last.login_id


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_leads_to_the_login_page(site: Site, method: str) -> None:
    """OIDC Core 3.1.2.1: GET and POST."""
    place: dict[str, Any] = {"query_string" if method == "GET" else "data": QUESTION}
    answer = site.call(method, "/auth", wallet=True, browser=site.browser, **place)

    assert (303, "/login-page") == (answer.status_code, urlsplit(answer.location).path)


def test_an_error_goes_back_by_redirect(site: Site) -> None:
    """302 to the registered address (RFC 6749 4.1.2.1)."""
    answer = site.ask(acr_values="eidas2")
    said = dict(parse_qsl(urlsplit(answer.location).query))

    assert (302, CALLBACK) == (answer.status_code, answer.location.partition("?")[0])
    assert ("invalid_request", "st4te") == (said["error"], said["state"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_error_page_says_what_is_registered(site: Site, method: str) -> None:
    """The integrator reads which addresses the client has."""
    asked: dict[str, Any] = {**QUESTION, "redirect_uri": "https://portal.example/Callback"}
    place = {"query_string" if method == "GET" else "data": asked}
    page = site.call(method, "/auth", wallet=True, browser=site.browser, **place)

    assert (400, True, True) == (
        page.status_code,
        CALLBACK in page.text,
        "https://portal.example/Callback" in page.text,
    )


@pytest.mark.parametrize(
    ("changes", "french", "english"),
    [
        (
            {"redirect_uri": "https://portal.example/autre"},
            "L'adresse demandée doit être l'une d'elles, au caractère près.",
            "The address asked for must be one of them, to the character.",
        ),
        (
            {"client_id": "inconnu"},
            "inconnu du simulateur : déclarez ce client, ou corrigez client_id dans la demande.",
            "unknown to the simulator: declare this client, or correct client_id in the request.",
        ),
        (
            {"client_id": None},
            "absent : envoyez l'identifiant sous lequel le portail est déclaré.",
            "missing: send the identifier under which the portal is declared.",
        ),
    ],
)
def test_an_error_page_says_the_remedy_in_the_browser_s_language(
    site: Site, changes: dict[str, str | None], french: str, english: str
) -> None:
    """The cause and what to change, for the integrator who looks at it."""
    asked = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
    pages = [
        site.call("GET", "/auth", wallet=True, query_string=asked, headers={"Accept-Language": language})
        for language in ("fr", "en")
    ]

    assert [400, 400] == [page.status_code for page in pages]
    assert [(True, False), (False, True)] == [(french in plain(page.text), english in page.text) for page in pages]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_answers_get_and_post(site: Site, method: str) -> None:
    """OIDC Core 5.3.1; both are in use at PSC."""
    answer = site.userinfo(site.tokens()["access_token"], method)

    assert (200, JSON, IDNAT) == (
        answer.status_code,
        answer.headers["Content-Type"],
        json_of(answer)["SubjectNameID"],
    )


def test_logout_leads_back(site: Site) -> None:
    """302 to the registered address with the state; the session is over."""
    tokens = site.tokens()
    bye = "https://portal.example/bye"
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": bye, "state": "s"}
    answer = site.call("GET", ENDPOINTS + "/logout", query_string=asked)

    assert (302, bye + "?state=s", 401) == (
        answer.status_code,
        answer.location,
        site.userinfo(tokens["access_token"]).status_code,
    )


def test_logout_without_an_address_shows_a_page(site: Site) -> None:
    """PSC has its own page for it."""
    answer = site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": site.tokens()["id_token"]})

    assert (200, "text/html") == (answer.status_code, answer.mimetype)


def test_logout_to_nowhere_registered_shows_an_error(site: Site) -> None:
    """No redirect (RP-Initiated Logout 1.0, 3)."""
    asked = {"id_token_hint": site.tokens()["id_token"], "post_logout_redirect_uri": "https://evil.example/"}
    answer = site.call("GET", ENDPOINTS + "/logout", query_string=asked)
    first, *_, last = site.provider.journal.entries()

    assert (400, False, first.login_id) == (answer.status_code, "Location" in answer.headers, last.login_id)
    assert [True, True, False] == [
        text in answer.text for text in ("https://evil.example/", "https://portal.example/bye", CALLBACK)
    ]


@pytest.mark.parametrize("path", ["/nothing", ENDPOINTS + "/nothing", REALM])
def test_nothing_here_is_told_as_json_under_the_issuer(site: Site, path: str) -> None:
    """A portal's server reads JSON; a browser reads a page."""
    answer = site.call("GET", path)

    assert 404 == answer.status_code
    assert (answer.mimetype == JSON) == path.startswith(REALM)


def test_the_wrong_method_is_told_as_json(site: Site) -> None:
    """405 with an OAuth-shaped body."""
    answer = site.call("GET", ENDPOINTS + "/token")

    assert (405, "invalid_request") == (answer.status_code, json_of(answer)["error"])


# -- the journal


def test_the_journal_ties_every_request_to_its_login(site: Site) -> None:
    """Authorization, token and userinfo stand under one login, in order."""
    site.userinfo(site.tokens()["access_token"])
    site.tokens()
    first, *_ = site.provider.journal.entries()
    seen = [(entry.endpoint, entry.channel) for entry in site.provider.journal.entries(login_id=first.login_id)]

    assert [("authorize", "front"), ("token", "back"), ("userinfo", "back")] == seen


def test_no_secret_reaches_the_journal(site: Site) -> None:
    """Codes, tokens, credentials: everything that a login carries is masked."""
    code = site.code()
    tokens = json_of(site.redeem(code, {}, client_id="portal", client_secret=SECRET))
    site.userinfo(tokens["access_token"])
    site.call("POST", ENDPOINTS + "/token?client_secret=" + SECRET, data={"refresh_token": tokens["refresh_token"]})
    site.call("GET", ENDPOINTS + "/logout", query_string={"id_token_hint": tokens["id_token"]})
    written = json.dumps([entry.to_json() for entry in site.provider.journal.entries()], ensure_ascii=False)
    encoded = basic()["Authorization"].partition(" ")[2]
    secrets = [code, SECRET, encoded, *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))]

    assert [False] * 6 == [secret in written for secret in secrets]
    assert "‹code " in written


# -- lies over HTTP


def test_a_lie_is_told_to_its_own_login_only(site: Site) -> None:
    """The scenario cookie binds it; the next login of the same browser is honest."""
    armed(site, SetField(Seam.USERINFO, "sub", "other"))
    said = [json_of(site.userinfo(site.tokens()["access_token"])) for _ in range(2)]

    assert [True, False] == [document["sub"] == "other" for document in said]


def test_a_lie_in_the_id_token_is_signed(site: Site) -> None:
    """The portal cannot tell it by the signature."""
    armed(site, SetClaim("iss", "https://other.example"))
    token = site.tokens()["id_token"]
    middle = token.split(".")[1]

    assert "https://other.example" == json.loads(base64.urlsafe_b64decode(middle + "=="))["iss"]


def test_answers_can_be_spoilt(site: Site) -> None:
    """Status, length, and a member said twice reach the wire."""
    armed(
        site,
        DuplicateField(Seam.USERINFO, "sub", "other"),
        Truncate(Seam.USERINFO_ANSWER, 40),
        AnswerStatus(Seam.TOKEN_ANSWER, 503),
    )
    token = site.redeem(site.code())

    assert (503, b"", "0") == (token.status_code, token.data, token.headers["Content-Length"])


def test_a_delay_is_shown_in_the_plan(site: Site) -> None:
    """Held back for a moment, and told."""
    armed(site, Delay(Seam.TOKEN_ANSWER, 0.001))
    site.tokens()
    plan = site.provider.plans.find("plan")

    assert plan is not None
    assert [({"delay": 0.0}, {"delay": 0.001})] == [(lie.honest, lie.told) for lie in plan.told]


# -- any bytes


RAW = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *QUESTION,
                "prompt",
                "max_age",
                "response_mode",
                "code",
                "grant_type",
                "refresh_token",
                "id_token_hint",
                "token",
                "code_challenge",
                "auth_req_id",
                "login_hint",
                "binding_message",
                "channel",
                "subject_token",
                "subject_token_type",
                "session_state",
            ]
        ).map(str.encode)
        | st.binary(max_size=4),
        st.binary(max_size=12) | st.sampled_from([value.encode() for value in QUESTION.values()]),
    ),
    max_size=7,
).map(lambda pairs: "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs))
TARGETS = [
    ("/auth", True),
    (ENDPOINTS + "/token", False),
    (ENDPOINTS + "/userinfo", False),
    (ENDPOINTS + "/logout", False),
    (ENDPOINTS + "/token/introspect", False),
    (ENDPOINTS + "/revoke", False),
    (ENDPOINTS + "/ext/ciba/auth", False),
    (ENDPOINTS + "/login-status-iframe.html/init", False),
    ("/auth/realms/api-exemple/protocol/openid-connect/token", False),
    ("/auth/realms/api-exemple/dossier", False),
]


@pytest.fixture(scope="module")
def shared(keys: SigningKeys) -> Site:
    """One site for many requests that change nothing."""
    return Site(keys=keys)


@given(
    target=st.sampled_from(TARGETS),
    method=st.sampled_from(["GET", "POST"]),
    query=RAW,
    form=RAW | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
    header=st.binary(max_size=20).map(lambda raw: raw.decode("latin-1").replace("\r", "").replace("\n", "")),
    scheme=st.sampled_from(["", "Basic ", "Bearer "]),
)
def test_any_bytes_are_answered(
    shared: Site, *, target: tuple[str, bool], method: str, query: str, form: str, header: str, scheme: str
) -> None:
    """Never a 5xx; back-channel errors are JSON with an ``error``; nobody is redirected but to a registered address."""
    path, wallet = target
    answer = shared.call(
        method,
        path,
        wallet=wallet,
        query_string=query,
        data=form if method == "POST" else None,
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": scheme + header} if scheme or header else {},
    )

    assert answer.status_code < 500
    assert urlsplit(answer.headers.get("Location", "")).netloc in {"portal.example", ""}
    if not wallet and answer.status_code >= 400 and not path.endswith(("/logout", "/init")):
        said = json_of(answer)
        # RFC 6749 5.2, RFC 6750 3: what both members are made of
        assert re.fullmatch(r"[a-z_]+", said["error"])
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]*", said.get("error_description", ""))
        # RFC 6749 5.2; RFC 9110 15.5.2 and 15.5.6
        assert (JSON, "no-store") == (answer.headers["Content-Type"], answer.headers["Cache-Control"])
        assert answer.status_code != 401 or "WWW-Authenticate" in answer.headers
        assert (answer.status_code == 405) is ("Allow" in answer.headers)
