"""Authlib's grants with PSC's habits: one-time codes, refresh, and an ID token that passes its seams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants.util import is_openid_scope

from mock_idp.protocol.request_rules import RequestRules
from mock_idp.protocol.tokens import Bearer, Grant, SpentCode

if TYPE_CHECKING:
    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.exchange import PscRequest
    from mock_idp.protocol.server import PscServer

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "tls_client_auth"]


class IssuesTokens:
    """Issues tokens with the time and chance of the exchange, which Authlib's token generators do not see."""

    server: PscServer
    request: PscRequest

    def generate_token(
        self, user: Grant, scope: str, *, include_refresh_token: bool = True, **_: Any
    ) -> dict[str, Any]:
        """Return the token response without its ID token."""
        exchange = self.request.exchange
        bound = exchange.certificate if self.request.auth_method == "tls_client_auth" else None
        return self.server.issue(replace(user, scope=scope), exchange, refresh=include_refresh_token, certificate=bound)


class PscCodeGrant(IssuesTokens, AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
    """The authorization code grant (RFC 6749 4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    @staticmethod
    def validate_authorization_redirect_uri(request: PscRequest, client: Client) -> str:
        """Return the address to answer to (RFC 6749 3.1.2.3).

        Authlib's own check writes the address into the error, where most of Unicode is not allowed.

        Raises:
            InvalidRequestError: there is none, or it is not registered.
        """
        wanted: str | None = request.payload.redirect_uri
        if not wanted:
            raise InvalidRequestError("redirect_uri is missing; send one that is registered for this client.")
        if not client.check_redirect_uri(wanted):
            raise InvalidRequestError("redirect_uri is not registered for this client, character for character.")
        return wanted

    def create_authorization_response(self, redirect_uri: str, grant_user: Grant | None) -> tuple[int, Any, Any]:
        """Return the redirect, or form, with ``code``, ``state``, ``session_state`` and ``iss``, past its seam."""
        if grant_user is None:
            raise AccessDeniedError(redirect_uri=redirect_uri)
        self.request.user = grant_user
        code = self.generate_authorization_code()
        self.save_authorization_code(code, self.request)
        state = self.request.payload.state
        reply = self.server.authorization_redirect(
            self.request.exchange,
            redirect_uri,
            (
                *((("state", state),) if state else ()),
                ("session_state", grant_user.session_id),
                ("code", code),
            ),
        )
        return reply.status, reply.body, reply.headers

    def generate_authorization_code(self) -> str:
        """Return a fresh code."""
        return self.request.exchange.entropy.token()

    def save_authorization_code(self, code: str, request: PscRequest) -> None:
        """Remember what the code stands for."""
        data = request.payload.data
        grant = replace(
            cast("Grant", request.user),
            redirect_uri=data["redirect_uri"],
            scope=self.server.granted_scope(request.payload.scope),
            nonce=data.get("nonce"),
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )
        until = request.exchange.now + self.server.settings.code_lifetime
        self.server.store.put("codes", code, SpentCode(grant=grant), expires_at=until)

    def query_authorization_code(self, code: str, client: Any) -> Grant | None:
        """Return what the code stands for, once.

        The code is spent here, before the rest of the request is looked at, so that of two requests that race for it
        one wins.  Presented again, it also takes back the tokens it gave (RFC 6749 4.1.2).
        """
        now = self.request.exchange.now
        kept: SpentCode | None = self.server.store.get("codes", code, now=now)
        if kept is None or not kept.grant.check_client(client):
            return None
        until = now + self.server.settings.refresh_token_lifetime
        spent = replace(kept, spent=True)
        if kept.spent or not self.server.store.compare_and_set("codes", code, kept, spent, now=now, expires_at=until):
            self.server.revoke_login(kept.grant.login_id, now=now)
            return None
        return kept.grant

    def delete_authorization_code(self, authorization_code: Grant) -> None:
        """Keep the spent code: forgetting it would make its second use look like an unknown one."""

    def authenticate_user(self, authorization_code: Grant) -> Grant:
        """Return whom the code stands for."""
        return authorization_code


class PscRefreshGrant(IssuesTokens, RefreshTokenGrant):  # type: ignore[misc]  # Authlib ships no types
    """The refresh token grant (RFC 6749 6); PSC's refresh tokens last 30 minutes."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    # Keycloak answers every refresh with a new refresh token; rotation only decides what becomes of the old one.
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Grant | None:
        """Return what the refresh token stands for.

        When they rotate it is spent here, so that of two refreshes that race one wins, and a spent one that comes back
        takes back every token of its login (RFC 9700 4.14.2).
        """
        server, now = self.server, self.request.exchange.now
        kept: Bearer | None = server.store.get("refresh", refresh_token, now=now)
        if kept is None or not kept.grant.check_client(self.request.client) or not server.stands(kept.grant, now=now):
            return None
        if server.settings.rotate_refresh_tokens:
            spent = replace(kept, spent=True)
            if kept.spent or not server.store.compare_and_set(
                "refresh", refresh_token, kept, spent, now=now, expires_at=kept.expires_at
            ):
                server.revoke_login(kept.grant.login_id, now=now)
                return None
        return kept.grant

    def authenticate_user(self, refresh_token: Grant) -> Grant:
        """Return whom the refresh token stands for."""
        return refresh_token

    def revoke_old_credential(self, refresh_token: Grant) -> None:
        """Note a sign of life of the session; a refresh token that rotates was spent when it was looked up."""
        self.server.sessions.touch(refresh_token.session_id, now=self.request.exchange.now)


class IdTokenSeam:
    """Adds the ID token to a token response, in place of Authlib's ``OpenIDCode``.

    Authlib's class builds, signs and adds the token in one method with its own clock; here the draft passes the voice
    before it is signed, and the signed text passes it again.
    """

    def __call__(self, grant: Any) -> None:
        """Hook into a grant."""
        grant.register_hook("after_create_token_response", self.add_id_token)

    def add_id_token(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        """Sign and add ``id_token`` if the scope holds ``openid`` (OIDC-CORE 3.1.3.3)."""
        body = response[1]
        if not is_openid_scope(body["scope"]):
            return
        server: PscServer = grant.server
        body["id_token"] = server.id_token(
            cast("Grant", grant.request.user), grant.request.exchange, body["access_token"]
        )


CODE_EXTENSIONS = [RequestRules(), CodeChallenge(required=False), IdTokenSeam()]
REFRESH_EXTENSIONS = [IdTokenSeam()]
__all__ = [
    "CODE_EXTENSIONS",
    "REFRESH_EXTENSIONS",
    "IdTokenSeam",
    "IssuesTokens",
    "PscCodeGrant",
    "PscRefreshGrant",
]
