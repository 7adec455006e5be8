"""The sample API: which tokens its authorization server takes, and who may use what it gives."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.protocol.api_exchange import ACCESS_TOKEN_TYPE, API_SCOPE, EXCHANGE_GRANT, answer_api
from mock_idp.protocol.clients import AuthPolicy
from tests.mock_idp.protocol.portal import IDNAT, NEIGHBOUR, PORTAL, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.protocol import Reply

DER = b"certificate of the portal"


def swap(world: World, token: str, headers: dict[str, str] | None = None, **changes: Any) -> Reply:
    """Exchange a PSC access token; a change to None leaves a parameter out."""
    certificate = changes.pop("certificate", None)
    asked = {
        "grant_type": EXCHANGE_GRANT,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "scope": API_SCOPE,
        **changes,
    }
    form = tuple((name, value) for name, value in asked.items() if value is not None)
    return world.server.about_token(
        "token_exchange",
        world.exchange(
            method="POST", form=form, headers=basic() if headers is None else headers, certificate=certificate
        ),
    )


def ask(world: World, token: str, certificate: bytes | None = None) -> Reply:
    """Ask the API."""
    return answer_api(
        world.server, world.exchange(headers={"Authorization": f"Bearer {token}"}, certificate=certificate)
    )


@pytest.mark.parametrize("kind", [ACCESS_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:jwt"])
@pytest.mark.parametrize("issuer", [None, "psc"])
def test_a_psc_token_becomes_one_of_the_api(world: World, kind: str, issuer: str | None) -> None:
    """RFC 8693 2.2.1; it outlives the PSC token, and the API knows who asks."""
    tokens = world.tokens()
    given = body_of(swap(world, tokens["access_token"], subject_token_type=kind, subject_issuer=issuer))
    world.later(hours=3)
    answer = ask(world, given["access_token"])

    assert (ACCESS_TOKEN_TYPE, "Bearer", 14400, API_SCOPE) == (
        given["issued_token_type"],
        given["token_type"],
        given["expires_in"],
        given["scope"],
    )
    assert (200, {"SubjectNameID": IDNAT, "client_id": "portal", "scope": API_SCOPE}) == (
        answer.status,
        body_of(answer),
    )


def test_the_api_has_an_issuer_of_its_own(world: World) -> None:
    """Nobody takes its token for one of PSC."""
    claims = world.claims(body_of(swap(world, world.tokens()["access_token"]))["access_token"])

    assert ("http://127.0.0.1:8080/auth/realms/api-exemple", "api-exemple", "portal") == (
        claims["iss"],
        claims["aud"],
        claims["azp"],
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"subject_token_type": None}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"subject_issuer": "other"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"scope": API_SCOPE + " other"}, "invalid_scope"),
        ({"subject_token": None}, "invalid_request"),
        ({"subject_token": "garbage"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"actor_token": "t", "actor_token_type": ACCESS_TOKEN_TYPE}, "invalid_request"),
        ({"actor_token_type": ACCESS_TOKEN_TYPE}, "invalid_request"),
    ],
)
def test_a_bad_exchange_is_told_why(world: World, changes: dict[str, str | None], error: str) -> None:
    """RFC 8693 2.2.2; the description begins with the parameter."""
    reply = swap(world, world.tokens()["access_token"], None, **changes)

    assert (400, error) == (reply.status, body_of(reply)["error"])
    assert body_of(reply)["error_description"].startswith(next(iter(changes)).removesuffix("_type"))


@pytest.mark.parametrize("headers", [{}, basic(secret="wrong")])
def test_strangers_get_nothing(world: World, headers: dict[str, str]) -> None:
    """401."""
    assert 401 == swap(world, world.tokens()["access_token"], headers).status


def test_another_portals_token_is_refused(world: World) -> None:
    """The API's server checks whose it is."""
    reply = swap(world, world.tokens()["access_token"], basic("neighbour", "other"))

    assert NEIGHBOUR.client_id == "neighbour"
    assert (400, "invalid_request") == (reply.status, body_of(reply)["error"])


def test_what_is_inactive_at_psc_is_refused(world: World) -> None:
    """Expired, or its session ended."""
    expired, ended = world.tokens(), world.tokens()
    world.server.end_session("session-2", now=world.now)
    first = swap(world, ended["access_token"]).status
    world.later(minutes=2)

    assert [400, 400] == [first, swap(world, expired["access_token"]).status]


def test_the_token_is_bound_to_the_certificate(world: World) -> None:
    """RFC 8705 3: over another connection it is worth nothing."""
    client = replace(PORTAL, authentication=AuthPolicy.EITHER, certificate_sha256=hashlib.sha256(DER).hexdigest())
    world.server.register_client(client)
    given = body_of(swap(world, world.tokens()["access_token"], {}, client_id="portal", certificate=DER))
    token = given["access_token"]

    assert [200, 401, 401] == [ask(world, token, shown).status for shown in (DER, b"other", None)]
    assert "x5t#S256" in world.claims(token)["cnf"]


def test_the_api_takes_its_own_tokens_only(world: World) -> None:
    """Not PSC's, not garbage, not its own when it is over."""
    tokens = world.tokens()
    given = body_of(swap(world, tokens["access_token"]))["access_token"]
    statuses = [ask(world, token).status for token in (tokens["access_token"], "garbage")]
    world.later(hours=4)

    assert [401, 401, 401] == [*statuses, ask(world, given).status]
