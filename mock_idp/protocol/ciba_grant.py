"""Polling for the answer to a CIBA request (CIBA 10.1), with Keycloak's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.hooks import hooked

from mock_idp.protocol.ciba import CIBA_GRANT, CibaRequest, Decision
from mock_idp.protocol.grants import AUTH_METHODS, IssuesTokens
from mock_idp.protocol.tokens import Grant

if TYPE_CHECKING:
    from datetime import datetime


class AuthorizationPendingError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """The person has not answered yet."""

    error = "authorization_pending"
    description = "The person has not answered yet; ask again after the interval."


class SlowDownError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """The portal asked before the interval was over."""

    error = "slow_down"
    description = "Asked before the interval was over."


class ExpiredTokenError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """The request's time is over."""

    error = "expired_token"
    description = "The time of this request is over."


class PscCibaGrant(IssuesTokens, BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib ships no types
    """The CIBA grant: one answer for each request, to the portal that asked."""

    GRANT_TYPE = CIBA_GRANT
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def validate_token_request(self) -> None:
        """Find what is asked about, and say why there is no answer yet, or never will be.

        Raises:
            OAuth2Error: CIBA 11, in Keycloak's order.
        """
        self.request.client = client = self.authenticate_token_endpoint_client()
        if not client.ciba:
            raise InvalidGrantError("CIBA is not activated for this client.")
        auth_req_id = self.request.form.get("auth_req_id")
        if not auth_req_id:
            raise InvalidRequestError("auth_req_id is missing.")
        now = self.request.exchange.now
        asked = self.server.ciba.find(auth_req_id, now=now)
        if asked is None or asked.spent or not asked.check_client(client):
            raise InvalidGrantError("auth_req_id is unknown, was used, or belongs to another client.")
        if now >= asked.expires_at:
            raise ExpiredTokenError
        self.request.credential = self._in_turn(asked, now)

    def _in_turn(self, asked: CibaRequest, now: datetime) -> CibaRequest:
        if asked.decision is Decision.PENDING:
            early = asked.polled_at is not None and now < asked.polled_at + self.server.settings.ciba_interval
            self.server.ciba.change(asked, now=now, polled_at=now)
            raise SlowDownError if early else AuthorizationPendingError
        spent = self.server.ciba.change(asked, now=now, spent=True)
        if spent is None:
            raise InvalidGrantError("auth_req_id was used at the same moment.")
        if spent.decision is Decision.REFUSED:
            raise AccessDeniedError
        return spent

    @hooked  # type: ignore[untyped-decorator]  # Authlib ships no types
    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Open the PSC session and give its tokens."""
        asked, exchange = self.request.credential, self.request.exchange
        session = self.server.sessions.open(
            idnat=asked.idnat, means=asked.channel, entropy=exchange.entropy, now=exchange.now
        )
        self.server.sessions.join(session.session_id, asked.client_id, asked.login_id, now=exchange.now)
        self.request.user = Grant(
            login_id=asked.login_id,
            session_id=session.session_id,
            client_id=asked.client_id,
            idnat=asked.idnat,
            scope=asked.scope,
            nonce=None,
            auth_time=asked.decided_at or exchange.now,
            means=asked.channel,
        )
        return 200, self.generate_token(self.request.user, asked.scope), self.TOKEN_RESPONSE_HEADER
