"""CIBA: what may be asked, every row of the error table, and one answer for each request."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Fields, HonestVoice, Seam
from mock_idp.protocol.ciba import CIBA_GRANT, CibaRequest, Decision
from mock_idp.protocol.tokens import Means
from mock_idp.settings import Unlisted
from tests.mock_idp.protocol.portal import IDNAT, NEIGHBOUR, PORTAL, SECRET, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys
    from mock_idp.protocol import Reply

QUESTION = {
    "scope": "openid scope_all",
    "login_hint": IDNAT,
    "binding_message": "42",
    "acr_values": "eidas1",
}


@pytest.fixture
def world(keys: SigningKeys) -> World:
    """A provider whose portal has CIBA activated."""
    return activated(World(keys=keys))


def activated(world: World) -> World:
    """Activate CIBA for both portals."""
    world.server.register_client(replace(PORTAL, ciba=True))
    world.server.register_client(replace(NEIGHBOUR, ciba=True))
    return world


def ask(
    world: World,
    headers: dict[str, str] | None = None,
    *,
    reached: bool = True,
    more: tuple[tuple[str, str], ...] = (),
    **changes: str | None,
) -> Reply:
    """Ask a person."""
    asked = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
    exchange = world.exchange(
        method="POST", form=(*asked.items(), *more), headers=basic() if headers is None else headers
    )
    return world.server.begin_ciba(exchange, login_id=f"login-{next(world.logins)}", reach=lambda _: reached)


def begun(world: World, **changes: Any) -> CibaRequest:
    """Return a request that was acknowledged."""
    auth_req_id = body_of(ask(world, None, **changes))["auth_req_id"]
    found = world.server.ciba.find(auth_req_id, now=world.now)
    assert found is not None
    return found


def decide(world: World, asked: CibaRequest, decision: Decision) -> None:
    """Answer for the person."""
    world.server.ciba.change(asked, now=world.now, decision=decision, decided_at=world.now)


def poll(world: World, auth_req_id: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """Ask for the answer; return the status, and the error or the whole body."""
    reply = world.post({"grant_type": CIBA_GRANT, "auth_req_id": auth_req_id}, headers)
    body = body_of(reply)
    return reply.status, body.get("error", body)


def refusal(reply: Reply) -> tuple[int, str]:
    """Return status and error."""
    return reply.status, body_of(reply)["error"]


# -- asking


def test_a_question_is_acknowledged(world: World) -> None:
    """CIBA 7.3: a long opaque identifier, two minutes, an interval."""
    reply = ask(world)
    body = body_of(reply)

    assert (200, {"auth_req_id", "expires_in", "interval"}) == (reply.status, set(body))
    assert (120, 5, 4) == (body["expires_in"], body["interval"], body["auth_req_id"].count("."))


def test_the_question_is_remembered_as_it_was_asked(world: World) -> None:
    """Who, for whom, what to compare, where."""
    made = begun(world, channel="CARD", scope="openid scope_all openid")

    assert ("portal", IDNAT, "42", Means.CARD, "openid scope_all") == (
        made.client_id,
        made.idnat,
        made.binding_message,
        made.channel,
        made.scope,
    )


def test_without_a_channel_it_is_the_phone(world: World) -> None:
    """The e-CPS was there first."""
    assert Means.MOBILE is begun(world).channel


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"login_hint": None}, 400, "invalid_request"),
        ({"login_hint": "nobody"}, 400, "invalid_request"),
        ({"login_hint": "899799000171"}, 400, "invalid_request"),
        ({"scope": None}, 400, "invalid_request"),
        ({"scope": "openid nonsense"}, 400, "invalid_scope"),
        ({"scope": "scope_all"}, 400, "invalid_scope"),
        ({"user_code": "1"}, 400, "invalid_request"),
        ({"client_notification_token": "t"}, 400, "invalid_request"),
        ({"id_token_hint": "t"}, 400, "invalid_request"),
        ({"login_hint_token": "t"}, 400, "invalid_request"),
        ({"request": "t"}, 400, "invalid_request"),
        ({"binding_message": None}, 400, "invalid_request"),
        ({"binding_message": "a" * 51}, 400, "invalid_binding_message"),
        ({"binding_message": "4 2"}, 400, "invalid_binding_message"),
        ({"binding_message": "quarante-deux€"}, 400, "invalid_binding_message"),
        ({"binding_message": "42\n"}, 400, "invalid_binding_message"),
        ({"channel": "FAX"}, 400, "invalid_request"),
        ({"channel": "card"}, 400, "invalid_request"),
        ({"acr_values": None}, 400, "invalid_request"),
        ({"acr_values": "eidas3"}, 400, "invalid_request"),
    ],
)
def test_a_bad_question_is_refused(world: World, changes: dict[str, Any], status: int, error: str) -> None:
    """Keycloak's table; the reason is told in allowed characters, and nothing is remembered."""
    reply = ask(world, None, **changes)

    assert (status, error) == refusal(reply)
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in body_of(reply)["error_description"])
    assert [] == world.server.ciba.everything(now=world.now)


@pytest.mark.parametrize("message", ["00", "99", "a" * 50, "A-z._+/!?#9"])
def test_a_good_binding_message_is_taken(world: World, message: str) -> None:
    """Letters, digits and nine signs, 50 at most."""
    assert message == begun(world, binding_message=message).binding_message


def test_levels_can_be_ignored_here_too(world: World) -> None:
    """The same setting as at the authorization endpoint."""
    world.with_settings(acr_values_policy=Unlisted.IGNORE)

    assert 200 == ask(world, acr_values=None).status


@pytest.mark.parametrize("headers", [{}, basic(secret="wrong"), basic("nobody")])
def test_strangers_may_not_ask(world: World, headers: dict[str, str]) -> None:
    """401."""
    assert (401, "invalid_client") == refusal(ask(world, headers))


def test_credentials_may_stand_in_the_body(world: World) -> None:
    """As at the token endpoint."""
    assert 200 == ask(world, {}, client_id="portal", client_secret=SECRET).status


def test_ciba_has_to_be_activated(world: World) -> None:
    """CIBA 13; at the token endpoint Keycloak says invalid_grant."""
    made = begun(world)
    world.server.register_client(PORTAL)

    assert (400, "unauthorized_client") == refusal(ask(world))
    assert (400, "invalid_grant") == poll(world, made.auth_req_id)


def test_a_device_out_of_reach_is_told(world: World) -> None:
    """503, and nothing is remembered."""
    assert (503, "server_error") == refusal(ask(world, reached=False))
    assert [] == world.server.ciba.everything(now=world.now)


def test_a_parameter_said_twice_is_refused(world: World) -> None:
    """RFC 6749 3.2."""
    assert (400, "invalid_request") == refusal(ask(world, more=(("login_hint", "other"),)))


# -- polling


def test_before_the_answer_it_is_pending(world: World) -> None:
    """At once, and again after the interval."""
    made = begun(world)
    first = poll(world, made.auth_req_id)
    world.later(seconds=5)

    assert [(400, "authorization_pending")] * 2 == [first, poll(world, made.auth_req_id)]


def test_too_early_is_slow_down(world: World) -> None:
    """Each early poll starts the interval again."""
    made = begun(world)
    said = [poll(world, made.auth_req_id)]
    for _ in range(2):
        world.later(seconds=4.9)
        said.append(poll(world, made.auth_req_id))
    world.later(seconds=5)
    said.append(poll(world, made.auth_req_id))

    assert ["authorization_pending", "slow_down", "slow_down", "authorization_pending"] == [error for _, error in said]


@pytest.mark.parametrize("channel", Means)
def test_an_approval_gives_tokens_once(world: World, channel: Means) -> None:
    """The same response as for a code, about the same person; the second poll finds nothing."""
    made = begun(world, channel=channel.value)
    decide(world, made, Decision.APPROVED)
    approved_at = int(world.now.timestamp())
    world.later(seconds=3)
    status, tokens = poll(world, made.auth_req_id)
    claims = world.claims(tokens["id_token"])

    assert 200 == status
    assert (IDNAT, channel.value, approved_at, "portal", False) == (
        claims["SubjectNameID"],
        claims["authMode"],
        claims["auth_time"],
        claims["aud"],
        "nonce" in claims,
    )
    assert (400, "invalid_grant") == poll(world, made.auth_req_id)
    assert 200 == world.refresh(tokens["refresh_token"]).status


def test_an_approval_is_given_even_to_an_early_poll(world: World) -> None:
    """The interval is about waiting, and the wait is over."""
    made = begun(world)
    poll(world, made.auth_req_id)
    decide(world, world.server.ciba.everything(now=world.now)[0], Decision.APPROVED)

    assert 200 == poll(world, made.auth_req_id)[0]


def test_a_refusal_is_told_once(world: World) -> None:
    """``access_denied``, then nothing is known any more."""
    made = begun(world)
    decide(world, made, Decision.REFUSED)

    assert [(400, "access_denied"), (400, "invalid_grant")] == [poll(world, made.auth_req_id) for _ in range(2)]


@pytest.mark.parametrize("decision", Decision)
def test_after_two_minutes_it_is_expired(world: World, decision: Decision) -> None:
    """Whatever was said; ten minutes later nobody remembers."""
    made = begun(world)
    decide(world, made, decision)
    world.later(seconds=120)
    late = poll(world, made.auth_req_id)
    world.later(minutes=10)

    assert [(400, "expired_token"), (400, "invalid_grant")] == [late, poll(world, made.auth_req_id)]


def test_a_neighbour_learns_and_spoils_nothing(world: World) -> None:
    """CIBA 11: bound to the client that asked."""
    made = begun(world)
    decide(world, made, Decision.APPROVED)

    assert (400, "invalid_grant") == poll(world, made.auth_req_id, basic("neighbour", "other"))
    assert 200 == poll(world, made.auth_req_id)[0]


def test_of_two_polls_that_race_one_wins(world: World) -> None:
    """Both saw the approval, one spends it."""
    made = begun(world)
    decide(world, made, Decision.APPROVED)
    approved = world.server.ciba.find(made.auth_req_id, now=world.now)
    assert approved is not None
    first = poll(world, made.auth_req_id)[0]

    assert (200, None) == (first, world.server.ciba.change(approved, now=world.now, spent=True))


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": CIBA_GRANT}, "invalid_request"),
        ({"grant_type": CIBA_GRANT, "auth_req_id": ""}, "invalid_request"),
        ({"grant_type": CIBA_GRANT, "auth_req_id": "garbage"}, "invalid_grant"),
    ],
)
def test_a_bad_poll_is_told_why(world: World, form: dict[str, str], error: str) -> None:
    """400, as the table says."""
    assert (400, error) == refusal(world.post(form))


def test_the_acknowledgement_passes_its_seam(world: World) -> None:
    """So that a lie can be told there."""

    class Liar(HonestVoice):
        def fields(self, draft: Fields, /) -> Fields:
            return draft.having("interval", 60) if draft.seam is Seam.CIBA_RESPONSE else draft

    exchange = replace(world.exchange(method="POST", form=tuple(QUESTION.items()), headers=basic()), voice=Liar())
    reply = world.server.begin_ciba(exchange, login_id="l", reach=lambda _: True)

    assert 60 == body_of(reply)["interval"]


def test_no_request_shows_its_identifier(world: World) -> None:
    """Whoever holds it gets the tokens."""
    made = begun(world)

    assert made.auth_req_id not in repr(made)


def test_the_interval_and_the_life_are_settings(world: World) -> None:
    """One source says 1 second, another 5."""
    world.with_settings(ciba_interval=timedelta(seconds=1), ciba_lifetime=timedelta(seconds=30))

    assert (30, 1) == (body_of(ask(world))["expires_in"], body_of(ask(world))["interval"])


@given(st.dictionaries(st.sampled_from([*QUESTION, "channel", "user_code", "request", "x"]), st.text(max_size=60)))
def test_any_question_gets_an_oauth_answer(keys: SigningKeys, changes: dict[str, Any]) -> None:
    """Never an exception."""
    reply = ask(activated(World(keys=keys)), None, **changes)
    body = body_of(reply)

    assert reply.status in {200, 400}
    assert all(" " <= sign <= "~" and sign not in '"\\' for sign in body.get("error_description", ""))
    assert ("error" in body) == (reply.status == 400)
