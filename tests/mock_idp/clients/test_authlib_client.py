"""Authlib's client, which shares no code path with its server: login, refresh, introspection, revocation, logout."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from mock_idp.protocol.tokens import Means
from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from mock_idp.web.shortcuts import mint
from tests.mock_idp.clients.visitor import Visitor
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, PORTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_idp.keys import SigningKeys

pytestmark = pytest.mark.integration

PLAIN_SECRET = "plain-secret"
"""Authlib's client does not form-encode Basic credentials (RFC 6749 2.3.1), so this secret holds nothing to encode."""


@pytest.fixture
def provider(keys: SigningKeys) -> Iterator[Provider]:
    """A provider on a socket."""
    with run_provider(make=lambda final: Provider(settings=final, keys=keys)) as running:
        running.provider.server.register_client(replace(PORTAL, client_secret=PLAIN_SECRET))
        yield running.provider


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_s_client_is_content(provider: Provider, method: str) -> None:
    """From discovery to logout, with PKCE and the checks of OIDC Core 3.1.3.7."""
    with OAuth2Session(
        "portal",
        PLAIN_SECRET,
        scope="openid scope_all",
        redirect_uri=CALLBACK,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        code_challenge_method="S256",
    ) as session:
        session.trust_env = False
        document: dict[str, Any] = session.request("GET", provider.settings.discovery_url, withhold_token=True).json()
        verifier = "v" * 64
        url, state = session.create_authorization_url(
            document["authorization_endpoint"], code_verifier=verifier, nonce="n0nce", acr_values="eidas1"
        )
        visitor = Visitor(provider)
        back = visitor.log_in(url).stopped_at
        tokens = session.fetch_token(
            document["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
        published = session.request("GET", document["jwks_uri"], withhold_token=True).json()
        read = jwt.decode(tokens["id_token"], KeySet.import_key_set(published), algorithms=["RS256"])
        token = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"value": document["issuer"]}, "aud": {"value": "portal"}},
            {"nonce": "n0nce", "access_token": tokens["access_token"], "client_id": "portal"},
        )
        token.validate(leeway=5)
        refreshed = session.refresh_token(document["token_endpoint"])
        info = session.get(document["userinfo_endpoint"]).json()
        active = session.introspect_token(document["introspection_endpoint"], refreshed["access_token"]).json()
        asked = {"post_logout_redirect_uri": "https://portal.example/bye", "state": "l0gout"}
        logout = add_params_to_uri(document["end_session_endpoint"], {"id_token_hint": tokens["id_token"], **asked})
        known = visitor.is_known("portal", CALLBACK)
        gone_to = visitor.follow(logout)
        after = session.introspect_token(document["introspection_endpoint"], refreshed["access_token"]).json()
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(document["token_endpoint"], refreshed["refresh_token"])
        revoked = session.revoke_token(document["revocation_endpoint"], refreshed["refresh_token"]).status_code

    assert (IDNAT, token["sub"], True) == (info["SubjectNameID"], info["sub"], active["active"])
    assert tokens["access_token"] != refreshed["access_token"]
    # the browser is back at the portal, the provider knows it no more, and nothing is left to take back
    assert (True, "https://portal.example/bye?state=l0gout") == (known, gone_to)
    assert ({"active": False}, 200) == (after, revoked)
    assert not visitor.is_known("portal", CALLBACK)


def test_authlib_s_client_takes_a_token_back(provider: Provider) -> None:
    """A refresh token that was revoked is worth nothing, though the session goes on."""
    with OAuth2Session("portal", PLAIN_SECRET, revocation_endpoint_auth_method="client_secret_post") as session:
        session.trust_env = False
        tokens = mint(provider, PORTAL, IDNAT, scope="openid", nonce=None, means=Means.MOBILE)
        revoked = session.revoke_token(provider.settings.endpoint("/revoke"), tokens["refresh_token"]).status_code
        with pytest.raises(OAuthError, match="invalid_grant"):
            session.refresh_token(provider.settings.endpoint("/token"), tokens["refresh_token"])

    assert 200 == revoked
