"""The authorization code: once, by its own portal, with its own address and its own verifier."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mock_idp.protocol.portal import CALLBACK, World, basic, body_of

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.keys import SigningKeys
    from mock_idp.protocol import Reply

VERIFIER = "verifier-verifier-verifier-verifier-verifier-1"
S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def refusal(reply: Reply) -> tuple[int, str]:
    """Return status and error of a refused token request."""
    return reply.status, body_of(reply)["error"]


def test_a_code_gives_tokens(world: World) -> None:
    """The members of a token response, with PSC's lifetimes: 2 minutes, 30 minutes."""
    tokens = world.tokens()

    assert {
        "access_token",
        "expires_in",
        "refresh_token",
        "refresh_expires_in",
        "token_type",
        "id_token",
        "not-before-policy",
        "session_state",
        "scope",
    } == set(tokens)
    assert (120, 1800, "Bearer", 0, "session-1", "openid scope_all") == (
        tokens["expires_in"],
        tokens["refresh_expires_in"],
        tokens["token_type"],
        tokens["not-before-policy"],
        tokens["session_state"],
        tokens["scope"],
    )


def test_tokens_are_not_to_be_cached(world: World) -> None:
    """RFC 6749 5.1."""
    assert ("Cache-Control", "no-store") in world.redeem(world.code()).headers


def test_a_code_works_once(world: World) -> None:
    """RFC 6749 4.1.2: presented again, it is refused."""
    code = world.code()
    replies = [world.redeem(code).status, refusal(world.redeem(code))]

    assert [200, (400, "invalid_grant")] == replies


def test_a_code_used_again_takes_its_tokens_back(world: World) -> None:
    """RFC 6749 4.1.2: one of the two was stolen, so neither keeps anything."""
    code = world.code()
    tokens = body_of(world.redeem(code))
    world.redeem(code)

    assert (400, "invalid_grant") == refusal(world.refresh(tokens["refresh_token"]))


def test_of_two_that_race_for_a_code_one_wins(world: World) -> None:
    """The second looks while the first is at it: both saw a fresh code, one spends it."""
    code = world.code()
    fresh = world.store.get("codes", code, now=world.now)
    first = world.redeem(code)
    honest, seen = world.store.get, [fresh]

    def get(table: str, key: str, *, now: datetime) -> object:
        return seen.pop() if table == "codes" and seen else honest(table, key, now=now)

    world.store.get = get  # type: ignore[method-assign]  # the moment between look and leap
    second = world.redeem(code)

    assert (200, (400, "invalid_grant"), []) == (first.status, refusal(second), seen)
    assert 400 == world.refresh(body_of(first)["refresh_token"]).status


def test_a_code_of_another_portal_is_unknown_and_stays_good(world: World) -> None:
    """A neighbour can neither use nor spoil a code."""
    code = world.code()
    stolen = world.redeem(code, basic("neighbour", "other"))

    assert ((400, "invalid_grant"), 200) == (refusal(stolen), world.redeem(code).status)


def test_what_stands_in_the_url_does_not_count(world: World) -> None:
    """RFC 6749 4.1.3: the parameters of a token request are in its body."""
    form = (("code", world.code()), ("redirect_uri", CALLBACK))
    asked = world.exchange(method="POST", query=(("grant_type", "authorization_code"),), form=form, headers=basic())

    assert (400, "invalid_request") == refusal(world.server.token(asked))


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
def test_a_code_lives_a_minute(world: World, seconds: int, status: int) -> None:
    """Keycloak's default; the setting says how sure that is."""
    code = world.code()
    world.later(seconds=seconds)

    assert status == world.redeem(code).status


def test_the_life_of_a_code_is_a_setting(world: World) -> None:
    """No source says how long PSC's codes live."""
    world.with_settings(code_lifetime=timedelta(seconds=5))
    early, late = world.code(), world.code()
    first = world.redeem(early).status
    world.later(seconds=5)

    assert (200, 400) == (first, world.redeem(late).status)


@pytest.mark.parametrize("address", [CALLBACK + "/", "https://portal.example/other?kept=1", ""])
def test_a_code_goes_with_its_address(world: World, address: str) -> None:
    """RFC 6749 4.1.3: identical to the one it was asked for with; another registered one does not do."""
    assert (400, "invalid_grant") == refusal(world.redeem(world.code(), redirect_uri=address))


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": ""}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "never issued"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "\x00é"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "été \\"}, "unsupported_grant_type"),
    ],
)
def test_a_bad_request_is_told_why(world: World, form: dict[str, str], error: str) -> None:
    """RFC 6749 5.2: status 400, JSON, and a description of allowed characters."""
    reply = world.post(form)

    assert (400, error) == refusal(reply)
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in body_of(reply).get("error_description", ""))


def test_a_parameter_said_twice_is_refused(world: World) -> None:
    """RFC 6749 3.2."""
    form = (("grant_type", "authorization_code"), ("code", world.code()), ("code", "other"))
    reply = world.server.token(world.exchange(method="POST", form=form, headers=basic()))

    assert (400, "invalid_request") == refusal(reply)


def test_tokens_are_asked_for_by_post(world: World) -> None:
    """RFC 6749 3.2: a code in a URL ends in logs."""
    asked = (("grant_type", "authorization_code"), ("code", world.code()), ("redirect_uri", CALLBACK))
    reply = world.server.token(world.exchange(method="GET", query=asked, headers=basic()))

    assert (400, "unsupported_grant_type") == refusal(reply)


# -- PKCE


@pytest.mark.parametrize(
    ("challenge", "method"), [(S256, "S256"), (VERIFIER, "plain"), (VERIFIER, None)], ids=["S256", "plain", "default"]
)
def test_the_right_verifier_opens(world: World, challenge: str, method: str | None) -> None:
    """RFC 7636 4.6; without a method the challenge is plain (4.3)."""
    code = world.code(code_challenge=challenge, code_challenge_method=method)

    assert 200 == world.redeem(code, code_verifier=VERIFIER).status


@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "error"),
    [
        (S256, "S256", VERIFIER + "x", "invalid_grant"),
        (S256, "S256", S256, "invalid_grant"),
        (VERIFIER, "plain", VERIFIER + "x", "invalid_grant"),
        (S256, "plain", VERIFIER, "invalid_grant"),
        (S256, "S256", "", "invalid_request"),
        (S256, "S256", "too short", "invalid_request"),
        (None, None, VERIFIER, "invalid_request"),
    ],
)
def test_a_wrong_verifier_does_not(
    world: World, challenge: str | None, method: str | None, verifier: str, error: str
) -> None:
    """RFC 7636 4.6, and RFC 9700 4.8 for a verifier without a challenge."""
    code = world.code(code_challenge=challenge, code_challenge_method=method)

    assert (400, error) == refusal(world.redeem(code, code_verifier=verifier))


def test_a_challenge_cannot_be_left_unanswered(world: World) -> None:
    """No verifier at all is refused, not let through."""
    code = world.code(code_challenge=S256, code_challenge_method="S256")

    assert (400, "invalid_request") == refusal(world.redeem(code))


# -- anything


NAMES = st.sampled_from(
    ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "refresh_token", "scope"]
)
VALUES = st.text(max_size=20) | st.sampled_from(["authorization_code", "refresh_token", "portal", CALLBACK, VERIFIER])


@given(
    st.lists(st.tuples(NAMES | st.text(max_size=5), VALUES), max_size=8),
    st.text(max_size=20) | st.binary(max_size=20).map(lambda raw: "Basic " + base64.b64encode(raw).decode()),
)
def test_any_token_request_gets_an_oauth_answer(
    keys: SigningKeys, form: list[tuple[str, str]], authorization: str
) -> None:
    """Never an exception, always a JSON object with an ``error`` that RFC 6749 5.2 knows."""
    world = World(keys=keys)
    reply = world.server.token(
        world.exchange(method="POST", form=tuple(form), headers={"Authorization": authorization})
    )

    assert reply.status in {400, 401}
    assert body_of(reply)["error"] in {"invalid_request", "invalid_client", "invalid_grant", "unsupported_grant_type"}
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in body_of(reply).get("error_description", ""))


CODE = (
    "code is unknown, was used already, is older than its lifetime, or was given to another client; begin a new login."
)
PKCE = {"code_challenge": S256, "code_challenge_method": "S256"}


@pytest.mark.parametrize(
    ("asked", "headers", "changes", "error", "said"),
    [
        ({}, basic("neighbour", "other"), {}, "invalid_grant", CODE),
        (
            {},
            None,
            {"redirect_uri": CALLBACK + "/"},
            "invalid_grant",
            "redirect_uri is not that of the authorization request, character for character; send the same.",
        ),
        (PKCE, None, {}, "invalid_request", "code_verifier is missing, and the login had a code_challenge."),
        (
            PKCE,
            None,
            {"code_verifier": "short"},
            "invalid_request",
            "code_verifier: send 43 to 128 letters, digits and - . _ ~ (RFC 7636 4.1).",
        ),
        (
            PKCE,
            None,
            {"code_verifier": VERIFIER + "x"},
            "invalid_grant",
            "code_verifier does not belong to the code_challenge of the authorization request (RFC 7636 4.6).",
        ),
        ({}, None, {"grant_type": "password"}, "unsupported_grant_type", "grant_type='password' is not supported."),
        ({}, None, {"grant_type": ""}, "invalid_request", "grant_type is missing in the body."),
    ],
)
def test_a_refusal_says_the_cause_and_the_remedy(
    world: World,
    *,
    asked: dict[str, str],
    headers: dict[str, str] | None,
    changes: dict[str, str],
    error: str,
    said: str,
) -> None:
    """RFC 6749 5.2: 400, in JSON, kept by nobody."""
    reply = world.redeem(world.code(**asked), headers, **changes)

    assert CODE == body_of(world.redeem("garbage"))["error_description"]
    assert (400, {"error": error, "error_description": said}) == (reply.status, body_of(reply))
    assert {("Cache-Control", "no-store"), ("Pragma", "no-cache")} <= set(reply.headers)


def test_a_token_request_in_json_is_told_to_be_a_form(world: World) -> None:
    """RFC 6749 4.1.3 and appendix B."""
    headers = {**basic(), "Content-Type": "application/json; charset=utf-8"}

    assert (
        "grant_type is missing in the body: send it as application/x-www-form-urlencoded, not as 'application/json'."
        == body_of(world.post({}, headers))["error_description"]
    )
