"""What a token stands for, and taking it back: introspection (RFC 7662) and revocation (RFC 7009)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from mock_idp.protocol.grants import AUTH_METHODS
from mock_idp.protocol.tokens import auth_mode, confirmation, epoch, levels
from mock_idp.protocol.userinfo import other_ids

if TYPE_CHECKING:
    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.exchange import PscRequest
    from mock_idp.protocol.server import PscServer
    from mock_idp.protocol.tokens import Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """A token that stands, in the shape that Authlib's endpoints ask about."""

    table: str
    value: str
    kept: Bearer

    def is_expired(self) -> bool:
        """Say no: the store forgets a token whose time is over."""
        return False

    def is_revoked(self) -> bool:
        """Say no: a token that was taken back is not found."""
        return False


def find_token(server: PscServer, request: PscRequest) -> KnownToken | None:
    """Return the token that a request names, if it stands.

    ``token_type_hint`` is not looked at: a wrong or unknown one changes nothing (RFC 7009 2.2, RFC 7662 2.1).

    Raises:
        InvalidRequestError: there is no ``token`` in the body.
    """
    value = request.form.get("token")
    if not value:
        raise InvalidRequestError("token is missing in the body.")
    now = request.exchange.now
    for table in ("access", "refresh"):
        kept: Bearer | None = server.store.get(table, value, now=now)
        if kept is not None and not kept.spent and server.stands(kept.grant, now=now):
            return KnownToken(table=table, value=value, kept=kept)
    return None


class PscIntrospection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Says what a token stands for, to any portal or API server that authenticates."""

    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: PscServer

    def authenticate_token(self, request: PscRequest, client: Client) -> KnownToken | None:  # noqa: ARG002  Authlib's signature
        """Return the token if it stands; an API server asks about tokens that were given to portals."""
        return find_token(self.server, request)

    def introspect_token(self, token: KnownToken) -> dict[str, Any]:
        """Return the members of PSC's answer, as the public schema of an ANS proof of concept lists them."""
        kept, grant, settings = token.kept, token.kept.grant, self.server.settings
        person = self.server.holder(grant)
        return {
            "exp": epoch(kept.expires_at),
            "iat": epoch(kept.issued_at),
            "auth_time": epoch(grant.auth_time),
            "jti": kept.jti,
            "iss": settings.issuer,
            "sub": settings.sub_prefix + grant.idnat,
            "typ": kept.kind,
            "azp": grant.client_id,
            "nonce": grant.nonce,
            "session_state": grant.session_id,
            "sid": grant.session_id,
            "preferred_username": grant.idnat,
            **dict(levels(grant, settings)),
            "authMode": auth_mode(grant, settings),
            **({"otherIds": other_ids(person)} if person else {}),
            **dict(confirmation(kept, settings)),
            "scope": grant.scope,
            "client_id": grant.client_id,
            "username": grant.idnat,
            "active": True,
        }


class PscRevocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Takes a token back."""

    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: PscServer

    def authenticate_token(self, request: PscRequest, client: Client) -> KnownToken | None:
        """Return the token if it stands.

        Raises:
            InvalidGrantError: it was given to another portal (RFC 7009 2.1).
        """
        found = find_token(self.server, request)
        if found is not None and not found.kept.grant.check_client(client):
            raise InvalidGrantError("This token was given to another client.")
        return found

    def revoke_token(self, token: KnownToken, request: PscRequest) -> None:
        """Forget an access token; with a refresh token, everything of its login goes (RFC 7009 2.1)."""
        if token.table == "refresh":
            self.server.revoke_login(token.kept.grant.login_id, now=request.exchange.now)
        else:
            self.server.store.delete(token.table, token.value)
