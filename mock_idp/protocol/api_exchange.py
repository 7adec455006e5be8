"""A sample "API Pro Santé Connectée": its server takes a PSC access token and gives one of its own (RFC 8693).

After the ANS guide for such APIs: the portal authenticates, with its TLS certificate; the token is introspected at PSC;
its portal and the scope are checked; what is given is bound to the certificate.  A sample with one scope, no real API.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749 import (
    InvalidRequestError,
    InvalidScopeError,
    TokenEndpoint,
    UnsupportedGrantTypeError,
)

from mock_idp.artefacts import Json, Pairs, Seam, TokenDraft
from mock_idp.protocol.exchange import Reply, quoted
from mock_idp.protocol.grants import AUTH_METHODS
from mock_idp.protocol.tokens import Bearer, confirmation, epoch
from mock_idp.protocol.userinfo import bearer_token

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.protocol.exchange import Exchange, PscRequest
    from mock_idp.protocol.server import PscServer

API_REALM_PATH = "/auth/realms/api-exemple"
API_SCOPE = "dossier.lire"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  the name of a kind of token
TOKEN_TYPES = frozenset({ACCESS_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:jwt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """An access token of the sample API."""

    bearer: Bearer
    scope: str


class PscExchangeEndpoint(TokenEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """The token endpoint of the sample API's authorization server."""

    ENDPOINT_NAME = "token_exchange"
    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: PscServer

    def create_endpoint_response(self, request: PscRequest) -> tuple[int, dict[str, Any], Any]:
        """Exchange a PSC access token for one of the API (RFC 8693 2.2).

        Raises:
            OAuth2Error: RFC 8693 2.2.2.
        """
        client = self.authenticate_endpoint_client(request)
        asked: dict[str, str] = request.form
        _check(asked)
        subject = self._subject(asked.get("subject_token"), request.exchange.now)
        if not subject.grant.check_client(client):
            raise InvalidRequestError("subject_token was given to another client.")
        return 200, self._give(subject, request), default_json_headers

    def _subject(self, token: str | None, now: datetime) -> Bearer:
        """Return what the PSC token stands for; one that is of no use is an invalid request (RFC 8693 2.2.2)."""
        if token is None:
            raise InvalidRequestError("subject_token is missing; send a PSC access token.")
        subject: Bearer | None = self.server.store.get("access", token, now=now)
        if subject is None or not self.server.stands(subject.grant, now=now):
            raise InvalidRequestError("subject_token is inactive at PSC; refresh it, or begin a new login.")
        return subject

    def _give(self, subject: Bearer, request: PscRequest) -> dict[str, Any]:
        server, exchange = self.server, request.exchange
        certificate = exchange.certificate if request.auth_method == "tls_client_auth" else None
        until = exchange.now + server.settings.api_token_lifetime
        bearer = Bearer(
            grant=subject.grant,
            kind="Bearer",
            jti=exchange.entropy.uuid(),
            issued_at=exchange.now,
            expires_at=until,
            bound_to=hashlib.sha256(certificate).hexdigest() if certificate else None,
        )
        token = server.keys.sign(self._draft(bearer)).value
        server.store.put("api", token, ApiToken(bearer=bearer, scope=API_SCOPE), expires_at=until)
        return {
            "access_token": token,
            "issued_token_type": ACCESS_TOKEN_TYPE,
            "token_type": "Bearer",
            "expires_in": int(server.settings.api_token_lifetime.total_seconds()),
            "scope": API_SCOPE,
        }

    def _draft(self, bearer: Bearer) -> TokenDraft:
        settings, grant = self.server.settings, bearer.grant
        header: Pairs = (("alg", "RS256"), ("typ", "JWT"), ("kid", self.server.keys.kid))
        claims: Pairs = (
            ("iss", settings.issuer_base + API_REALM_PATH),
            ("aud", "api-exemple"),
            ("sub", settings.sub_prefix + grant.idnat),
            ("azp", grant.client_id),
            ("iat", epoch(bearer.issued_at)),
            ("exp", epoch(bearer.expires_at)),
            ("jti", bearer.jti),
            ("scope", API_SCOPE),
            *confirmation(bearer, settings),
        )
        return TokenDraft(seam=Seam.TOKEN_RESPONSE, header=header, claims=claims)


def _check(asked: dict[str, str]) -> None:
    """Refuse a request that this server does not take.

    Raises:
        OAuth2Error: the parameter at fault, and what to send.
    """
    if asked.get("grant_type") != EXCHANGE_GRANT:
        refused = UnsupportedGrantTypeError(quoted(asked.get("grant_type")))
        refused.description = f"grant_type: this server takes '{EXCHANGE_GRANT}' only."
        raise refused
    if asked.get("subject_token_type") not in TOKEN_TYPES:
        raise InvalidRequestError("subject_token_type: send the one of an access token, or of a JWT.")
    if asked.get("requested_token_type", ACCESS_TOKEN_TYPE) not in TOKEN_TYPES:
        raise InvalidRequestError("requested_token_type: only an access token, or a JWT, is to be had here.")
    if "actor_token" in asked or "actor_token_type" in asked:
        raise InvalidRequestError("actor_token: nobody acts for somebody else here.")
    if asked.get("subject_issuer", "psc") != "psc":
        raise InvalidRequestError("subject_issuer: only 'psc' is known here.")
    scopes = asked.get("scope", "").split()
    if not scopes:
        raise InvalidRequestError(f"scope is missing: an API wants one of its own, here '{API_SCOPE}'.")
    if set(scopes) != {API_SCOPE}:
        raise InvalidScopeError(f"scope: this API knows '{API_SCOPE}' only.")


def answer_api(server: PscServer, exchange: Exchange) -> Reply:
    """Answer the sample API's one resource: who asks, through which portal (RFC 6750 3, RFC 8705 3).

    Returns:
        200; or 401 for a token that is not the API's, is over, or is bound to another certificate.
    """
    value = bearer_token(exchange)
    kept: ApiToken | None = server.store.get("api", value, now=exchange.now) if value else None
    shown = hashlib.sha256(exchange.certificate).hexdigest() if exchange.certificate else None
    if kept is None or (kept.bearer.bound_to is not None and kept.bearer.bound_to != shown):
        body = {"error": "invalid_token", "error_description": "no token of this API, or bound to another certificate"}
        # who showed no token is told no error code (RFC 6750 3.1)
        challenge = 'Bearer realm="api"' + (', error="invalid_token"' if value else "")
        return Reply(status=401, body=body, headers=(("WWW-Authenticate", challenge),))
    said: dict[str, Json] = {
        "SubjectNameID": kept.bearer.grant.idnat,
        "client_id": kept.bearer.grant.client_id,
        "scope": kept.scope,
    }
    return Reply(status=200, body=said)
