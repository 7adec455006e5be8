"""Introspection and revocation: who may ask, what is said, what is gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_idp.protocol.portal import IDNAT, NOON, SECRET, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.protocol import Reply

ISSUER = "http://127.0.0.1:8080/auth/realms/esante-wallet"
AT_NOON = int(NOON.timestamp())


def ask(world: World, endpoint: str, headers: dict[str, str] | None = None, **form: str) -> Reply:
    """Ask about a token, or take it back."""
    return world.server.about_token(
        endpoint,
        world.exchange(method="POST", form=tuple(form.items()), headers=basic() if headers is None else headers),
    )


def active(world: World, token: str) -> bool:
    """Tell whether a token still stands."""
    return bool(body_of(ask(world, "introspection", token=token))["active"])


def test_an_access_token_is_told(world: World) -> None:
    """The members of the public ANS schema, the four optional ones included."""
    world.later(seconds=0)
    said = body_of(ask(world, "introspection", token=world.tokens()["access_token"]))
    jti = said.pop("jti")

    assert {
        "exp": AT_NOON + 120,
        "iat": AT_NOON,
        "auth_time": AT_NOON,
        "iss": ISSUER,
        "sub": f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{IDNAT}",
        "typ": "Bearer",
        "azp": "portal",
        "nonce": "n0nce",
        "session_state": "session-1",
        "sid": "session-1",
        "preferred_username": IDNAT,
        "username": IDNAT,
        "acr": "eidas1",
        "authMode": "MOBILE",
        "otherIds": [{"identifiant": IDNAT, "origine": "RPPS", "qualite": 1}],
        "scope": "openid scope_all",
        "client_id": "portal",
        "active": True,
    } == said
    assert jti


def test_what_is_told_is_what_the_token_says(world: World) -> None:
    """Same ``jti`` and ``exp`` as the claims, whoever reads them."""
    token = world.tokens()["access_token"]
    said, claims = body_of(ask(world, "introspection", token=token)), world.claims(token)

    assert [claims[name] for name in ("jti", "exp", "iat", "sub", "azp")] == [
        said[name] for name in ("jti", "exp", "iat", "sub", "azp")
    ]


def test_a_refresh_token_is_told(world: World) -> None:
    """Keycloak calls its kind ``Refresh``; without a nonce there is null."""
    said = body_of(ask(world, "introspection", token=world.tokens(nonce=None)["refresh_token"]))

    assert ("Refresh", AT_NOON + 1800, None) == (said["typ"], said["exp"], said["nonce"])


def test_an_api_server_asks_about_a_portals_token(world: World) -> None:
    """Any client that authenticates may ask."""
    said = ask(world, "introspection", basic("neighbour", "other"), token=world.tokens()["access_token"])

    assert ("portal", True) == (body_of(said)["client_id"], body_of(said)["active"])


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_a_hint_changes_nothing(world: World, hint: str) -> None:
    """RFC 7662 2.1: a wrong hint must not hide a token."""
    token = world.tokens()["access_token"]

    assert body_of(ask(world, "introspection", token=token, token_type_hint=hint))["active"]


def test_an_inactive_token_is_only_inactive(world: World) -> None:
    """RFC 7662 2.2: unknown, expired, of an ended session, another kind: 200 and nothing else."""
    tokens, ended = world.tokens(), world.tokens()
    world.server.end_session("session-2", now=world.now)
    said = [
        ask(world, "introspection", token=token) for token in ("garbage", tokens["id_token"], ended["access_token"])
    ]
    world.later(seconds=120)
    said.append(ask(world, "introspection", token=tokens["access_token"]))

    assert [(200, {"active": False})] * 4 == [(reply.status, body_of(reply)) for reply in said]


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
@pytest.mark.parametrize("headers", [{}, basic(secret="wrong"), basic("nobody")])
def test_strangers_are_refused(world: World, endpoint: str, headers: dict[str, str]) -> None:
    """RFC 7662 2.1, RFC 7009 2.1: the client authenticates, else 401."""
    token = world.tokens()["access_token"]
    reply = ask(world, endpoint, headers, token=token)

    assert (401, "invalid_client", True) == (reply.status, body_of(reply)["error"], active(world, token))


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_credentials_may_stand_in_the_body(world: World, endpoint: str) -> None:
    """client_secret_post is listed for both."""
    assert 200 == ask(world, endpoint, {}, client_id="portal", client_secret=SECRET, token="x").status


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_without_a_token_there_is_no_answer(world: World, endpoint: str) -> None:
    """RFC 6749 5.2."""
    reply = ask(world, endpoint)

    assert (400, "invalid_request", "token is missing in the body.") == (
        reply.status,
        body_of(reply)["error"],
        body_of(reply)["error_description"],
    )


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_two_tokens_are_one_too_many(world: World, endpoint: str) -> None:
    """RFC 6749 3.2."""
    asked = world.exchange(method="POST", form=(("token", "a"), ("token", "b")), headers=basic())

    assert "invalid_request" == body_of(world.server.about_token(endpoint, asked))["error"]


def test_a_revoked_access_token_goes_alone(world: World) -> None:
    """RFC 7009 2.1: the refresh token of the same login stays."""
    tokens = world.tokens()
    reply = ask(world, "revocation", token=tokens["access_token"])

    assert (200, {}) == (reply.status, body_of(reply))
    assert [False, True] == [active(world, tokens[name]) for name in ("access_token", "refresh_token")]


def test_a_revoked_refresh_token_takes_its_login_along(world: World) -> None:
    """RFC 7009 2.1; another login of the same person stays."""
    tokens, other = world.tokens(), world.tokens()
    ask(world, "revocation", token=tokens["refresh_token"], token_type_hint="access_token")

    assert [False, False, True] == [
        active(world, token) for token in (tokens["access_token"], tokens["refresh_token"], other["access_token"])
    ]


def test_revoking_nothing_is_no_error(world: World) -> None:
    """RFC 7009 2.2: the purpose is reached."""
    assert 200 == ask(world, "revocation", token="garbage").status


def test_a_neighbour_cannot_revoke(world: World) -> None:
    """RFC 7009 2.1: refused, and the token stays."""
    token = world.tokens()["refresh_token"]
    reply = ask(world, "revocation", basic("neighbour", "other"), token=token)

    assert (400, "invalid_grant", True) == (reply.status, body_of(reply)["error"], active(world, token))


def test_a_spent_refresh_token_is_inactive(world: World) -> None:
    """When they rotate, the old one is over."""
    world.with_settings(rotate_refresh_tokens=True)
    old = world.tokens()["refresh_token"]
    new = body_of(world.refresh(old))["refresh_token"]

    assert [False, True] == [active(world, token) for token in (old, new)]
