"""The authorization endpoint: what is let through, what goes back to the portal, what is shown to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from authlib.oauth2.rfc6749 import OAuth2Error
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.artefacts import Fields, HonestVoice, Seam
from mock_idp.protocol import Exchange
from mock_idp.protocol.exchange import PscRequest
from mock_idp.settings import Unlisted
from tests.mock_idp.protocol.portal import CALLBACK, NOON, PORTAL, QUESTION, Counted, World, query_of

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

ISSUER = "http://127.0.0.1:8080/auth/realms/esante-wallet"
CHALLENGE = "a" * 43
FORTY_THREE = "send 43 to 128 letters, digits and - . _ ~"


def refused(world: World, asked: Exchange) -> OAuth2Error:
    """Return why an authorization request is refused."""
    with pytest.raises(OAuth2Error) as caught:
        world.server.check_authorization(asked)
    return caught.value


def test_a_good_request_names_its_portal(world: World) -> None:
    """Nothing is issued yet; the portal is known."""
    assert "portal" == world.server.check_authorization(world.question()).client_id


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"client_id": None}, "invalid_client", "client_id"),
        ({"client_id": "nobody"}, "invalid_client", "does not exist"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri is missing"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": CALLBACK + "?x=1"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": CALLBACK.upper()}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": "https://évil.example/"}, "invalid_request", "redirect_uri is not registered"),
        ({"redirect_uri": "https://évil.example/", "response_type": "é"}, "unsupported_response_type", "unreadable"),
        ({"client_id": "nobody", "response_type": "token"}, "unsupported_response_type", "token"),
    ],
)
def test_some_errors_are_shown_to_the_person(
    world: World, changes: dict[str, str | None], error: str, said: str
) -> None:
    """RFC 6749 4.1.2.1: nobody is sent to an address that was not registered."""
    caught = refused(world, world.question(**changes))

    assert (error, None) == (caught.error, caught.redirect_uri)
    assert said in str(caught.description)


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"response_type": None}, "invalid_request", "response_type is missing; send 'code'."),
        (
            {"response_type": "token"},
            "unsupported_response_type",
            "response_type='token' is not supported; send 'code'.",
        ),
        (
            {"response_type": "id_token code"},
            "unsupported_response_type",
            "response_type='code id_token' is not supported; send 'code'.",
        ),
        (
            {"response_type": "été"},
            "unsupported_response_type",
            "response_type=something unreadable is not supported; send 'code'.",
        ),
        ({"scope": "openid nonsense"}, "invalid_scope", "scope: 'nonsense' is not listed in discovery."),
        ({"acr_values": None}, "invalid_request", "acr_values must be 'eidas1', this request says nothing."),
        ({"acr_values": ""}, "invalid_request", "acr_values must be 'eidas1', this request says nothing."),
        ({"acr_values": "eidas2"}, "invalid_request", "acr_values must be 'eidas1', this request says 'eidas2'."),
        (
            {"acr_values": "élevé"},
            "invalid_request",
            "acr_values must be 'eidas1', this request says something unreadable.",
        ),
        ({"code_challenge": "short"}, "invalid_request", f"code_challenge: {FORTY_THREE} (RFC 7636 4.2)."),
        (
            {"code_challenge_method": "S256"},
            "invalid_request",
            "code_challenge is missing beside code_challenge_method.",
        ),
        (
            {"code_challenge": CHALLENGE, "code_challenge_method": "S512"},
            "invalid_request",
            "code_challenge_method: send 'S256' or 'plain'.",
        ),
    ],
)
def test_other_errors_go_back_to_the_portal(
    world: World, changes: dict[str, str | None], error: str, said: str
) -> None:
    """With ``error``, why, the untouched ``state`` and ``iss`` (RFC 6749 4.1.2.1, RFC 9207 2)."""
    asked = world.question(**changes)
    reply = world.server.handle_error_response(PscRequest(asked), refused(world, asked))

    assert (302, CALLBACK) == (reply.status, str(reply.location).partition("?")[0])
    assert {"error": error, "error_description": said, "state": "st4te", "iss": ISSUER} == query_of(reply)


@pytest.mark.parametrize("name", ["acr_values", "nonce", "code_challenge", "prompt", "x"])
def test_a_parameter_said_twice_is_refused(world: World, name: str) -> None:
    """RFC 6749 3.1: which of the two is meant is not for the provider to guess."""
    asked = world.exchange(query=(*QUESTION.items(), (name, "a" * 43), (name, "b" * 43)))
    caught = refused(world, asked)

    assert ("invalid_request", CALLBACK) == (caught.error, caught.redirect_uri)
    assert f"'{name}'" in str(caught.description)


@pytest.mark.parametrize("name", ["response_type", "client_id", "redirect_uri", "scope", "state"])
def test_a_core_parameter_said_twice_is_shown_to_the_person(world: World, name: str) -> None:
    """What would say where to answer is itself in doubt."""
    caught = refused(world, world.exchange(query=(*QUESTION.items(), (name, QUESTION[name]))))

    assert ("invalid_request", None) == (caught.error, caught.redirect_uri)


@pytest.mark.parametrize("changes", [{"acr_values": None}, {"acr_values": "eidas3"}])
def test_levels_can_be_ignored(world: World, changes: dict[str, str | None]) -> None:
    """What PSC does is not documented, so it is a setting."""
    world.with_settings(acr_values_policy=Unlisted.IGNORE)

    assert "portal" == world.server.check_authorization(world.question(**changes)).client_id


def test_unlisted_scopes_can_be_ignored(world: World) -> None:
    """Then they are granted to nobody."""
    world.with_settings(scope_policy=Unlisted.IGNORE)

    assert "openid scope_all" == world.tokens(scope="openid nonsense scope_all openid")["scope"]


def test_approval_gives_code_state_session_and_issuer(world: World) -> None:
    """The answer of a login that went well, and nothing else in it."""
    answer = query_of(world.approve())

    assert {"code", "state", "session_state", "iss"} == set(answer)
    assert ("st4te", "session-1", ISSUER) == (answer["state"], answer["session_state"], answer["iss"])


@pytest.mark.parametrize("state", [None, ""])
def test_no_state_is_made_up(world: World, state: str | None) -> None:
    """A portal that sent none gets none."""
    assert "state" not in query_of(world.approve(state=state))


@given(st.text(min_size=1))
def test_state_comes_back_untouched(keys: SigningKeys, state: str) -> None:
    """RFC 6749 4.1.2: the exact value, whatever it is."""
    assert state == query_of(World(keys=keys).approve(state=state))["state"]


def test_declining_gives_access_denied(world: World) -> None:
    """The person gave up: an error, the state, the issuer, no code."""
    reply = world.server.answer_authorization(world.question(), None)

    assert ("access_denied", "st4te", ISSUER, False) == (
        query_of(reply)["error"],
        query_of(reply)["state"],
        query_of(reply)["iss"],
        "code" in query_of(reply),
    )


def test_a_registered_address_keeps_its_own_query(world: World) -> None:
    """RFC 6749 3.1.2: the query of the registered address is retained."""
    reply = world.approve(redirect_uri="https://portal.example/other?kept=1")

    assert "1" == query_of(reply)["kept"]
    assert 1 == str(reply.location).count("?")


def test_the_answer_passes_its_seam(world: World) -> None:
    """Whatever the voice says is what the portal is told."""

    class Liar(HonestVoice):
        def fields(self, draft: Fields, /) -> Fields:
            return draft.having("state", "other") if draft.seam is Seam.AUTHORIZATION_RESPONSE else draft

    asked = world.question()
    lying = Exchange(method=asked.method, url=asked.url, query=asked.query, now=NOON, entropy=Counted(), voice=Liar())

    assert "other" == query_of(world.server.answer_authorization(lying, None))["state"]


PARAMETERS = st.sampled_from(
    [*QUESTION, "code_challenge", "code_challenge_method", "prompt", "max_age", "response_mode", "request", "x"]
)
VALUES = st.text(max_size=30) | st.sampled_from(
    [*QUESTION.values(), "none", "login", "0", "S256", CHALLENGE, "code id_token"]
)


@given(
    st.lists(st.tuples(PARAMETERS | st.text(max_size=5), VALUES), max_size=8),
    st.booleans(),
    st.sampled_from(["GET", "POST"]),
)
def test_any_parameters_get_an_answer_or_an_oauth_error(
    keys: SigningKeys,
    changes: list[tuple[str, str]],
    replace: bool,  # noqa: FBT001  Hypothesis fills by position
    method: str,
) -> None:
    """Never an exception; an error is made of the characters RFC 6749 allows, and goes to a registered address only."""
    world = World(keys=keys)
    asked = tuple({**QUESTION, **dict(changes)}.items()) if replace else tuple(changes)
    exchange = world.exchange(method=method, **{"query" if method == "GET" else "form": asked})
    try:
        world.server.check_authorization(exchange)
    except OAuth2Error as error:
        description = str(error.description)
        allowed = all(" " <= sign <= "~" and sign not in '"\\' for sign in description)
        registered = error.redirect_uri in {None, *PORTAL.redirect_uris}
        reply = world.server.handle_error_response(PscRequest(exchange), error)
    else:
        allowed = registered = True
        reply = world.server.answer_authorization(exchange, None)

    assert (True, True) == (allowed, registered)
    assert reply.status in {302, 400, 401}
    assert reply.location is None or urlsplit(reply.location).netloc == "portal.example"
