"""Whatever lies are armed, the provider itself never breaks: each is told, or changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_idp.artefacts import ISSUER_WIDE, Seam, SigningKey
from mock_idp.deviations import (
    AlgNone,
    BreakSignature,
    Deviation,
    DropClaim,
    DropField,
    DropKid,
    DuplicateField,
    ExtendClaim,
    Nth,
    Respell,
    SetClaim,
    SetField,
    SetHeader,
    ShiftTime,
    SignWith,
    Truncate,
    from_json,
    to_json,
)
from mock_idp.web.http import finish
from tests.mock_idp.endpoints.site import DISCOVERY, ENDPOINTS, Site
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, basic

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

# lone surrogates too: JSON can spell them, and no encoder likes them
TEXTS = st.text(max_size=8) | st.text(st.characters(categories=["Cs", "Cc", "Lu"]), max_size=4)
NAMES = TEXTS | st.sampled_from(["iss", "sub", "aud", "exp", "sid", "azp", "nonce", "kid", "alg", "typ"])
MEMBERS = TEXTS | st.sampled_from(["code", "state", "iss", "access_token", "id_token", "refresh_token", "sub", "keys"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
)
SEAMS = st.sampled_from(Seam)
VERBS = st.one_of(
    st.builds(SetClaim, NAMES, VALUES, SEAMS),
    st.builds(ExtendClaim, NAMES, TEXTS, SEAMS),
    st.builds(DropClaim, NAMES, SEAMS),
    st.builds(ShiftTime, NAMES, st.integers(), SEAMS),
    st.builds(SignWith, st.sampled_from(SigningKey), SEAMS),
    st.builds(AlgNone, TEXTS, SEAMS),
    st.builds(SetHeader, NAMES, VALUES, SEAMS),
    st.builds(DropKid, SEAMS),
    st.builds(BreakSignature, SEAMS),
    st.builds(SetField, SEAMS, MEMBERS, VALUES),
    st.builds(DropField, SEAMS, MEMBERS),
    st.builds(DuplicateField, SEAMS, MEMBERS, VALUES),
    st.builds(Truncate, SEAMS, st.integers(0, 100)),
    st.builds(Respell, SEAMS, st.booleans()),
)
LIES = VERBS | st.builds(Nth, st.integers(1, 2), VERBS)


@pytest.fixture(scope="module")
def shared(keys: SigningKeys) -> Site:
    """One provider for many logins."""
    return Site(keys=keys)


def visit(site: Site, mode: str) -> list[int]:
    """Log in, refresh, ask, and log out as far as the lies let a portal, and return every status."""
    browser = site.app.test_client()
    browser.set_cookie("psc_scenario", "plan", domain="localhost")
    asked = site.ask(browser, response_mode=mode)
    login_id = dict(parse_qsl(urlsplit(asked.location).query))["login"]
    with site.app.test_request_context(base_url=site.settings.wallet_base):
        reply = finish(login_id, IDNAT)
    code = next(value for key, value in _pairs(site, login_id) if key == "code")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answers = [
        asked,
        site.call("GET", DISCOVERY),
        site.call("GET", ENDPOINTS + "/certs"),
        site.call("POST", ENDPOINTS + "/token", data=form, headers=basic()),
    ]
    tokens: dict[str, Any] = answers[-1].get_json(silent=True) or {}
    bearer = {"Authorization": f"Bearer {_header_safe(tokens.get('access_token'))}"}
    hint = {"id_token_hint": _header_safe(tokens.get("id_token"))}
    answers += [
        site.call("GET", ENDPOINTS + "/userinfo", headers=bearer),
        site.call("GET", ENDPOINTS + "/logout", query_string=hint),
        site.control("GET", "/journal"),
        site.control("GET", "/plans/plan"),
    ]
    return [reply.status_code, *(answer.status_code for answer in answers)]


def _pairs(site: Site, login_id: str) -> list[tuple[str, str]]:
    # the honest code, whatever the portal was told: it is what the store holds for this login
    codes = site.provider.store._tables["codes"]  # type: ignore[attr-defined]  # the memory store of this test
    return [("code", code) for code, (kept, _) in codes.items() if kept.grant.login_id == login_id]


def _header_safe(value: object) -> str:
    return "".join(sign for sign in str(value) if " " < sign <= "~")


@example(lies=[SetField(Seam.AUTHORIZATION_RESPONSE, "state", "\ud800")], mode="query")
@example(lies=[SetField(Seam.AUTHORIZATION_RESPONSE, "state", "\ud800")], mode="form_post")
@example(lies=[SetField(Seam.USERINFO, "sub", ["\ud800", {"x": float("inf")}])], mode="query")
@settings(max_examples=40)
@given(lies=st.lists(LIES, min_size=1, max_size=3), mode=st.sampled_from(["query", "form_post"]))
def test_no_lie_breaks_the_provider(shared: Site, *, lies: list[Deviation], mode: str) -> None:
    """No 5xx anywhere, and the journal and the evidence can be read afterwards."""
    armed = tuple(from_json(to_json(lie)) for lie in lies)
    shared.provider.plans.arm("plan", armed)
    shared.provider.plans.arm_issuer("issuer", tuple(lie for lie in armed if lie.seam in ISSUER_WIDE))
    statuses = visit(shared, mode)
    shared.provider.plans.withdraw_issuer()

    assert [] == [status for status in statuses if status >= 500]
