"""The portals that the provider knows: identifiers, secrets, and the addresses they registered."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.models import ClientMixin

GRANT_TYPES = frozenset({"authorization_code", "refresh_token", "urn:openid:params:grant-type:ciba"})


class ClientError(ValueError):
    """A portal that cannot be registered; the message names the member and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """A portal as it was declared at raccordement.

    Attributes:
        client_id: what the portal calls itself.
        client_secret: shared secret; never shown.
        redirect_uris: exact callback addresses (a trailing slash counts).
        post_logout_redirect_uris: exact addresses to come back to after logout.
        name: shown to the person who logs in.
        ciba: whether CIBA was activated for it, as a portal's maker has to ask for.
        backchannel_logout_uri: where its server is told that a session is over; empty if it did not ask to be.
        frontchannel_logout_uri: what a browser loads to log out of it; empty if there is nothing.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
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
        """Tell whether the secret is right, in constant time."""
        return hmac.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002  Authlib's signature
        """Tell whether the client may authenticate so: Basic and POST body are both accepted at PSC."""
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the flow is the authorization code flow, the only one offered to portals."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the grant is offered to portals."""
        return grant_type in GRANT_TYPES


def client_from(members: dict[str, Any], place: str = "") -> Client:
    """Return the portal that a JSON object or a TOML table describes.

    Args:
        members: the members of :class:`Client`, ``client_id``, ``client_secret`` and ``redirect_uris`` at least.
        place: where it stands, for messages.

    Raises:
        ClientError: a member is unknown, missing, of the wrong type, or an address that no browser can be sent to.
    """
    at = f"{place}." if place else ""
    known = {member.name: member for member in fields(Client)}
    if unknown := sorted(set(members) - set(known)):
        raise ClientError(f"{at}{unknown[0]}: unknown member; known are {', '.join(known)}")
    for name in ("client_id", "client_secret", "redirect_uris"):
        if name not in members:
            raise ClientError(f"{at}{name}: missing; every portal needs one")
    read = {name: _read_member(value, str(known[name].type), f"{at}{name}") for name, value in members.items()}
    return Client(**read)


def _read_member(value: Any, kind: str, place: str) -> Any:
    if kind == "tuple[str, ...]":
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise ClientError(f"{place}: expected a list of texts")
        return tuple(_address(item, place) for item in value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise ClientError(f"{place}: expected true or false")
        return value
    may_be_empty = place.endswith(("name", "_logout_uri"))
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ClientError(f"{place}: expected non-empty text")
    return _web_address(value, place) if value and place.endswith("_logout_uri") else value


def _web_address(value: str, place: str) -> str:
    if urlsplit(_address(value, place)).scheme not in {"http", "https"}:
        raise ClientError(f"{place}: {value!r} cannot be called; write one that begins with https:// or http://")
    return value


def _address(value: str, place: str) -> str:
    try:
        parts = urlsplit(value)
        sound = bool(parts.scheme) and (parts.scheme not in {"http", "https"} or bool(parts.hostname))
    except ValueError:
        sound = False
    if not sound or not value.isascii() or not value.isprintable() or " " in value:
        raise ClientError(
            f"{place}: {value!r} is no absolute address; write one like 'https://portal.example/callback'"
        )
    if "#" in value:
        raise ClientError(f"{place}: {value!r} has a fragment, which RFC 6749 3.1.2 does not allow; leave it out")
    return value
