"""Which members of a key set verify ID tokens: RSA, for signatures, long enough (RFC 7517 4, RFC 7518 3.3)."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from conformance.miniatures.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_LEAST_BITS: Final = 2048


def key_members(listed: list[Any], defect: Defect | None) -> list[dict[str, Any]]:
    """Return the RSA members that are for signatures; keys for other purposes, and what is no key, are left aside."""
    rsa = [one for one in listed if isinstance(one, dict) and one.get("kty") == "RSA"]
    if defect is Defect.TAKES_FIRST_KEY_OF_NAME:
        firsts = {str(one.get("kid")): one for one in reversed(rsa)}
        shared = {name for name in firsts if sum(str(one.get("kid")) == name for one in rsa) > 1}
        if shared:
            return [{**firsts[name], "use": "sig", "alg": "RS256"} for name in shared]
    signing = [one for one in rsa if one.get("use", "sig") == "sig" and one.get("alg", "RS256") == "RS256"]
    if not signing and defect is Defect.VERIFIES_WITH_ENCRYPTION_KEY:
        return [{**one, "use": "sig", "alg": "RS256"} for one in rsa]
    return signing


def is_long_enough(member: dict[str, Any]) -> bool:
    """Tell whether a key is long enough."""
    try:
        return _number(member["n"]).bit_length() >= _LEAST_BITS
    except (ValueError, KeyError):
        return False


def short_keys(listed: list[Any]) -> dict[str, RSAPublicKey]:
    """Return the RSA keys that are too short, by kid."""
    found = {}
    for member in key_members(listed, None):
        with suppress(ValueError, KeyError):
            if not is_long_enough(member):
                numbers = RSAPublicNumbers(e=_number(member["e"]), n=_number(member["n"]))
                found[str(member.get("kid"))] = numbers.public_key()
    return found


def shared_secrets(listed: list[Any]) -> Mapping[str, bytes]:
    """Return the symmetric keys of a set by kid; they are secrets to nobody."""
    found = {}
    for one in listed:
        if isinstance(one, dict) and one.get("kty") == "oct" and isinstance(one.get("k"), str):
            found[str(one.get("kid"))] = _octets(one["k"])
    return found


def _number(part: object) -> int:
    return int.from_bytes(_octets(str(part)))


def _octets(part: str) -> bytes:
    return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
