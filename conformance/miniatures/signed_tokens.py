"""A token as a portal holds it: taken apart, nothing verified yet; and the keys that it could be verified with."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from joserfc import jws
from joserfc.errors import JoseError

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from joserfc.jwk import RSAKey

_PARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The provider's keys, as the portal knows them at the moment.

    Attributes:
        known: keys fetched already, or just now if there were none.
        refetched: fetches them again if the last time is long enough ago, else returns the known ones.
        fetched_from: fetches a key set from any address; a correct portal has no use for it.
        client_secret: of the portal; a correct portal verifies nothing with it.
        shared: symmetric keys of the set by kid; they, and those below, are of no use to a correct portal.
        short: RSA keys of the set that are too short, by kid.
        certificate_at: fetches a certificate (PEM) from any address.
        neighbour: where another realm of the same server publishes its keys.
    """

    known: Callable[[], Sequence[RSAKey]]
    refetched: Callable[[], Sequence[RSAKey]]
    fetched_from: Callable[[str], Sequence[RSAKey]]
    client_secret: str = field(repr=False)
    shared: Callable[[], Mapping[str, bytes]] = dict
    short: Callable[[], Mapping[str, RSAPublicKey]] = dict
    certificate_at: Callable[[str], bytes] = lambda _: b""
    neighbour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedToken:
    """A token taken apart, nothing of it verified (RFC 7515 7.1).

    Attributes:
        twice: names of claims that are said more than once.
        signed: the octets that the signature is over.
    """

    header: dict[str, Any]
    claims: dict[str, Any] = field(repr=False)
    twice: frozenset[str]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def alg(self) -> object:
        """Return the algorithm that the token says it is signed with."""
        return self.header.get("alg")


def take_apart(token: object, defect: Defect | None) -> SignedToken:
    """Return the parts of a compact token.

    Raises:
        Refused: it has not the shape of one.
    """
    if not isinstance(token, str):
        raise Refused(Reason.TOKEN_SHAPE)
    parts = token.split(".")
    if len(parts) == 1 and token and defect is Defect.CRASHES_ON_TOKEN_THAT_IS_NONE:
        raise ValueError("not enough parts")
    if len(parts) == _PARTS - 1 and defect is Defect.ACCEPTS_TOKEN_OF_TWO_PARTS:
        parts.append("")
    if len(parts) > _PARTS and defect is Defect.IGNORES_FURTHER_PARTS:
        parts = parts[:_PARTS]
    if len(parts) != _PARTS:
        raise Refused(Reason.TOKEN_SHAPE)
    try:
        header, _ = read_object(_octets(parts[0]).decode())
        claims, twice = read_object(_octets(parts[1]).decode())
        signature = _octets(parts[2])
    except (ValueError, RecursionError) as error:
        raise Refused(Reason.TOKEN_SHAPE) from error
    return SignedToken(
        header=header, claims=claims, twice=twice, signed=f"{parts[0]}.{parts[1]}".encode(), signature=signature
    )


def read_object(text: str) -> tuple[dict[str, Any], frozenset[str]]:
    """Return a JSON object, and the names that stand in it more than once; of those the last value counts.

    Raises:
        ValueError: it is no JSON object.
    """
    outermost: list[list[tuple[str, Any]]] = []

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        outermost[:] = [pairs]
        return dict(pairs)

    # the outermost object is the last one to be closed
    value = json.loads(text, object_pairs_hook=keep)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # bad input, whatever its type
    names = [name for name, _ in outermost[0]]
    return value, frozenset(name for name in names if names.count(name) > 1)


def _octets(part: str) -> bytes:
    return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def named(kid: object, keys: Sequence[RSAKey]) -> RSAKey | None:
    """Return the key of that name, or None."""
    return next((key for key in keys if key.kid == kid), None)


def made_by(key: RSAKey, token: SignedToken, alg: str) -> bool:
    """Tell whether a key made the signature of a token."""
    try:
        return bool(jws.JWSRegistry.algorithms[alg].verify(token.signed, token.signature, key))
    except (JoseError, ValueError, TypeError):
        return False
