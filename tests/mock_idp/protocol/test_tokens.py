"""The ID token and the access token, claim by claim."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from joserfc import jws

from mock_idp.artefacts import CompactToken, Fields, HonestVoice, Seam, TokenDraft
from mock_idp.protocol.tokens import half_hash
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, NOON, World, basic, body_of

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

ISSUER = "http://127.0.0.1:8080/auth/realms/esante-wallet"
SUB = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899799000015"
AT_NOON = int(NOON.timestamp())


def test_the_id_token_says_this(world: World) -> None:
    """Few claims: the identity is in userinfo.  Names and forms as seen in public samples of PSC."""
    code = world.code()
    world.later(seconds=5)
    tokens = body_of(world.redeem(code))
    claims = world.claims(tokens["id_token"])
    jti = claims.pop("jti")

    assert {
        "iss": ISSUER,
        "sub": SUB,
        "aud": "portal",
        "azp": "portal",
        "typ": "ID",
        "iat": AT_NOON + 5,
        "exp": AT_NOON + 125,
        "auth_time": AT_NOON,
        "nonce": "n0nce",
        "sid": "session-1",
        "at_hash": half_hash(tokens["access_token"]),
        "acr": "eidas1",
        "authMode": "MOBILE",
        "SubjectNameID": IDNAT,
        "preferred_username": IDNAT,
    } == claims
    assert jti


def test_at_hash_is_the_left_half(world: World) -> None:
    """OIDC Core 3.1.3.6, computed here by hand."""
    tokens = world.tokens()
    left = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]

    assert base64.urlsafe_b64encode(left).decode().rstrip("=") == world.claims(tokens["id_token"])["at_hash"]


def test_the_header_is_plain(world: World, keys: SigningKeys) -> None:
    """RS256, JWT, and the published key's name, as in PSC's samples."""
    tokens = world.tokens()

    assert [{"alg": "RS256", "typ": "JWT", "kid": keys.kid}] * 2 == [
        dict(jws.extract_compact(tokens[name].encode()).headers()) for name in ("id_token", "access_token")
    ]


def test_times_are_whole_seconds_that_have_begun(world: World) -> None:
    """Rounded up, a token would be from the future for most of a second."""
    world.later(seconds=0.9)
    claims = world.claims(world.tokens()["id_token"])

    assert (AT_NOON, AT_NOON, AT_NOON + 120) == (claims["iat"], claims["auth_time"], claims["exp"])


def test_no_nonce_is_made_up(world: World) -> None:
    """OIDC Core 2: present if and only if it was asked with."""
    assert "nonce" not in world.claims(world.tokens(nonce=None)["id_token"])


@pytest.mark.parametrize("scope", ["scope_all", None])
def test_without_openid_there_is_no_id_token(world: World, scope: str | None) -> None:
    """OIDC Core 3.1.2.1: that would be plain OAuth."""
    tokens = world.tokens(scope=scope)

    assert "id_token" not in tokens
    assert (scope or "") == tokens["scope"]


def test_the_access_token_says_this(world: World) -> None:
    """A JWT as Keycloak makes them, opaque to the portal."""
    claims = world.claims(world.tokens()["access_token"])

    assert (ISSUER, SUB, "Bearer", "portal", "openid scope_all", AT_NOON + 120) == tuple(
        claims[name] for name in ("iss", "sub", "typ", "azp", "scope", "exp")
    )


def test_two_logins_of_one_second_have_different_tokens(world: World) -> None:
    """A ``jti`` each: two equal tokens would be revoked together."""
    first, second = world.tokens(), world.tokens()

    assert [True] * 3 == [first[name] != second[name] for name in ("access_token", "id_token", "refresh_token")]


def test_two_people_at_once_stay_apart(world: World) -> None:
    """One portal, two codes open at the same time, redeemed in the other order."""
    codes = [world.code("899799000015"), world.code("899799000023")]
    people = [world.claims(body_of(world.redeem(code))["id_token"])["SubjectNameID"] for code in reversed(codes)]

    assert ["899799000023", "899799000015"] == people


def test_the_id_token_passes_both_its_seams(world: World) -> None:
    """Before it is signed, and after; the response passes its own."""
    seen: list[Seam] = []

    class Listener(HonestVoice):
        def token(self, draft: TokenDraft, /) -> TokenDraft:
            seen.append(draft.seam)
            return draft.having("iss", "other")

        def compact(self, draft: CompactToken, /) -> CompactToken:
            seen.append(draft.seam)
            return replace(draft, value=draft.value + "x")

        def fields(self, draft: Fields, /) -> Fields:
            seen.append(draft.seam)
            return draft

    form = (("grant_type", "authorization_code"), ("code", world.code()), ("redirect_uri", CALLBACK))
    asked = world.exchange(method="POST", form=form, headers=basic(), voice=Listener())
    token = body_of(world.server.token(asked))["id_token"]

    assert [Seam.ID_TOKEN, Seam.SIGNED_ID_TOKEN, Seam.TOKEN_RESPONSE] == seen
    assert ("x", "other") == (token[-1], world.claims(token[:-1])["iss"])
