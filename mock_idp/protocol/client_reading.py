"""Reading a portal from JSON or TOML, with errors that name the member and the remedy."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mock_idp.protocol.clients import AuthPolicy, Client
from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable

SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class ClientError(Spoken, ValueError):
    """A portal that cannot be registered; the message names the member and the remedy."""


def client_from(members: dict[str, Any], place: str = "") -> Client:
    """Return the portal that a JSON object or a TOML table describes.

    Args:
        members: the members of :class:`Client`, ``client_id`` and ``redirect_uris`` at least, and what it authenticates
            with: ``client_secret``, ``certificate_sha256`` or both.
        place: where it stands, for messages.

    Raises:
        ClientError: a member is unknown, missing, of the wrong type, or an address that no browser can be sent to.
    """
    at = f"{place}." if place else ""
    if unknown := sorted(set(members) - set(_READERS)):
        known = ", ".join(_READERS)
        raise ClientError(
            f"{at}{unknown[0]} : clé inconnue ; clés connues : {known}",
            f"{at}{unknown[0]}: unknown member; known are {known}",
        )
    policy = _policy(members.get("authentication", AuthPolicy.SECRET), f"{at}authentication")
    needed = {
        "client_id": True,
        "client_secret": policy != AuthPolicy.MTLS,
        "certificate_sha256": policy != AuthPolicy.SECRET,
        "redirect_uris": True,
    }
    for name in (name for name, wanted in needed.items() if wanted and name not in members):
        raise ClientError(
            f"{at}{name} : manque ; il en faut à chaque portail", f"{at}{name}: missing; every portal needs one"
        )
    read: dict[str, Any] = {name: _READERS[name](value, f"{at}{name}") for name, value in members.items()}
    return Client(**read)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise ClientError(f"{place} : écrivez un texte non vide", f"{place}: expected non-empty text")
    return value


def _name(value: Any, place: str) -> str:
    return "" if value == "" else _text(value, place)


def _addresses(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ClientError(f"{place} : écrivez une liste de textes", f"{place}: expected a list of texts")
    return tuple(_address(item, place) for item in value)


def _address(value: str, place: str) -> str:
    try:
        parts = urlsplit(value)
        sound = bool(parts.scheme) and (parts.scheme not in {"http", "https"} or bool(parts.hostname))
    except ValueError:
        sound = False
    if not sound or not value.isascii() or not value.isprintable() or " " in value:
        raise ClientError(
            f"{place} : {value!r} n'est pas une adresse complète ; écrivez-la comme 'https://portal.example/callback'",
            f"{place}: {value!r} is no absolute address; write one like 'https://portal.example/callback'",
        )
    if "#" in value:
        raise ClientError(
            f"{place} : {value!r} a un fragment, ce que la RFC 6749 3.1.2 ne permet pas ; enlevez-le",
            f"{place}: {value!r} has a fragment, which RFC 6749 3.1.2 does not allow; leave it out",
        )
    return value


def _web_address(value: Any, place: str) -> str:
    if value == "":
        return ""
    if urlsplit(_address(_text(value, place), place)).scheme not in {"http", "https"}:
        raise ClientError(
            f"{place} : {value!r} ne peut pas être appelé ; écrivez une adresse en https:// ou http://",
            f"{place}: {value!r} cannot be called; write one that begins with https:// or http://",
        )
    return str(value)


def _switch(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise ClientError(f"{place} : écrivez true ou false", f"{place}: expected true or false")
    return value


def _policy(value: Any, place: str) -> AuthPolicy:
    try:
        return AuthPolicy(value)
    except ValueError:
        raise ClientError(
            f"{place} : écrivez 'secret', 'mtls' ou 'either'", f"{place}: write 'secret', 'mtls' or 'either'"
        ) from None


def _thumbprint(value: Any, place: str) -> str:
    if not isinstance(value, str) or not SHA256.fullmatch(value):
        raise ClientError(
            f"{place} : écrivez 64 chiffres hexadécimaux, le SHA-256 du certificat en DER",
            f"{place}: expected 64 hexadecimal digits, the SHA-256 of the certificate's DER",
        )
    return value


_BY_NAME: dict[str, Callable[[Any, str], Any]] = {
    "redirect_uris": _addresses,
    "post_logout_redirect_uris": _addresses,
    "name": _name,
    "ciba": _switch,
    "backchannel_logout_uri": _web_address,
    "frontchannel_logout_uri": _web_address,
    "authentication": _policy,
    "certificate_sha256": _thumbprint,
}
_READERS: dict[str, Callable[[Any, str], Any]] = {
    member.name: _BY_NAME.get(member.name, _text) for member in fields(Client)
}
