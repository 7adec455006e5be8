"""Who a portal says it is, in the three ways that PSC accepts, and what a portal is told that did not convince."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.protocol.exchange import PscPayload, basic_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.exchange import PscRequest

_WAYS = "send Authorization: Basic, client_id and client_secret in the body, or client_id and a TLS client certificate."


def authenticate_basic(query_client: Callable[[str], Client | None], request: PscRequest) -> Client | None:
    """Return the portal of a Basic header (client_secret_basic), or None."""
    credentials = basic_credentials(request.headers)
    if credentials is None:
        return None
    client = query_client(credentials[0])
    return client if client is not None and client.check_client_secret(credentials[1]) else None


def authenticate_post(query_client: Callable[[str], Client | None], request: PscRequest) -> Client | None:
    """Return the portal of a secret in the body (client_secret_post), or None."""
    # Authlib's own method answers 400 for an unknown client and 401 for a wrong secret, so it says who is a client
    client = query_client(request.form.get("client_id", ""))
    secret = request.form.get("client_secret")
    return client if client is not None and secret and client.check_client_secret(secret) else None


def authenticate_tls(query_client: Callable[[str], Client | None], request: PscRequest) -> Client | None:
    """Return the portal of a TLS client certificate (tls_client_auth), or None."""
    # RFC 8705 2: the handshake proved the key, client_id says whose it must be
    client, certificate = query_client(request.form.get("client_id", "")), request.exchange.certificate
    return client if client is not None and certificate and client.check_certificate(certificate) else None


def why_refused(request: PscRequest) -> str:
    """Return what was wrong with a portal's authentication, fit for an ``error_description``.

    It goes by what was sent, never by who is registered: an unknown portal and a wrong secret get the same answer.
    """
    form = request.form
    if "client_assertion" in form or "client_assertion_type" in form:
        return f"client_assertion: announced, and not accepted, as at PSC; {_WAYS}"
    if "client_secret" in PscPayload(request.exchange.query).data:
        return f"client_secret in the URL counts for nothing (RFC 6749 2.3.1); {_WAYS}"
    if request.headers.get("Authorization", "").lower().startswith("basic"):
        return _why_basic_is_refused(request)
    if "client_id" not in form:
        return f"no client authentication; {_WAYS}"
    if "client_secret" not in form and not request.exchange.certificate:
        return f"client_id came without client_secret and without a TLS client certificate; {_WAYS}"
    return "client_id is unknown, its client_secret or certificate is wrong, or it is registered for another way."


def _why_basic_is_refused(request: PscRequest) -> str:
    if basic_credentials(request.headers) is None:
        return "Authorization: these Basic credentials cannot be read; send base64 of client_id:client_secret."
    return (
        "client_id is unknown, client_secret is wrong (before base64 both are form-urlencoded, RFC 6749 2.3.1), or the "
        "client is registered for another way."
    )
