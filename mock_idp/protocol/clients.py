"""The portals that the provider knows: identifiers, secrets, and the addresses they registered."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from authlib.oauth2.rfc6749.models import ClientMixin

GRANT_TYPES = frozenset({"authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba"})


class AuthPolicy(StrEnum):
    """How a portal authenticates: with its secret, with a TLS client certificate, or with either."""

    SECRET = "secret"  # noqa: S105  a word of the configuration
    MTLS = "mtls"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """A portal as it was declared at raccordement.

    Attributes:
        client_id: what the portal calls itself.
        client_secret: shared secret; never shown; empty for one that authenticates with a certificate only.
        authentication: how it authenticates at the back channel.
        certificate_sha256: SHA-256 of its certificate's DER, hexadecimal.  At PSC the subject of an IGC Santé
            certificate is mapped; that authority does not exist here, so the certificate itself is named.
        redirect_uris: exact callback addresses (a trailing slash counts).
        post_logout_redirect_uris: exact addresses to come back to after logout.
        name: shown to the person who logs in.
        ciba: whether CIBA was activated for it, as a portal's maker has to ask for.
        backchannel_logout_uri: where its server is told that a session is over; empty if it did not ask to be.
        frontchannel_logout_uri: what a browser loads to log out of it; empty if there is nothing.
    """

    client_id: str
    client_secret: str = field(repr=False, default="")
    redirect_uris: tuple[str, ...]
    authentication: AuthPolicy = AuthPolicy.SECRET
    certificate_sha256: str = ""
    post_logout_redirect_uris: tuple[str, ...] = ()
    name: str = ""
    ciba: bool = False
    backchannel_logout_uri: str = ""
    frontchannel_logout_uri: str = ""

    @property
    def client_metadata(self) -> dict[str, Any]:
        """Return the registered members that Authlib's logout endpoint reads."""
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        """Return the client identifier."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return nothing: PSC takes no request without ``redirect_uri`` (OIDC-CORE 3.1.2.1 requires it)."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scopes asked: at PSC every portal may ask for every scope, the server drops what nobody lists."""
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether the address was registered, character for character (RFC 9700 2.1)."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether the secret is right, in constant time; who has none has no right one."""
        return bool(self.client_secret) and hmac.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002  Authlib's signature
        """Tell whether the client may authenticate so: Basic and POST body are both accepted at PSC."""
        policy = AuthPolicy.MTLS if method == "tls_client_auth" else AuthPolicy.SECRET
        return self.authentication in {policy, AuthPolicy.EITHER}

    def check_certificate(self, certificate: bytes) -> bool:
        """Tell whether a certificate (DER) is the registered one."""
        shown = hashlib.sha256(certificate).hexdigest()
        return hmac.compare_digest(self.certificate_sha256.lower(), shown)

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the flow is the authorization code flow, the only one offered to portals."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the grant is offered to portals."""
        return grant_type in GRANT_TYPES
