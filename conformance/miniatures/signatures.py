"""Who signed an ID token: RS256 with a published key, and nothing else (OIDC-CORE 3.1.3.7 steps 6 to 8)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, Whim, enforce, suffer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_PARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The provider's keys, as the portal knows them at the moment.

    Attributes:
        known: keys fetched already, or just now if there were none.
        refetched: fetches them again if the last time is long enough ago, else returns the known ones.
        fetched_from: fetches a key set from any address; a correct portal has no use for it.
        client_secret: of the portal; a correct portal verifies nothing with it.
    """

    known: Callable[[], Sequence[RSAKey]]
    refetched: Callable[[], Sequence[RSAKey]]
    fetched_from: Callable[[str], Sequence[RSAKey]]
    client_secret: str = field(repr=False)


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


HEADER_RULES: Final[tuple[Rule[SignedToken], ...]] = (
    Rule(Reason.CRIT, lambda it: "b64" in it.header, Defect.IGNORES_B64),
    Rule(Reason.CRIT, lambda it: "crit" in it.header and "b64" not in it.header, Defect.IGNORES_CRIT),
)

HEADER_WHIMS: Final[tuple[Whim[SignedToken], ...]] = (
    Whim(Defect.CRASHES_ON_KID_LIST, lambda it: isinstance(it.header.get("kid"), list)),
    Whim(Defect.CRASHES_ON_QUOTE_IN_KID, lambda it: isinstance(it.header.get("kid"), str) and "'" in it.header["kid"]),
)


def verify(token: SignedToken, keys: Keyring, defect: Defect | None) -> None:
    """Make sure that the provider signed a token.

    Raises:
        Refused: it did not, or not with RS256 and a key that it publishes.
    """
    suffer(HEADER_WHIMS, token, defect)
    enforce(HEADER_RULES, token, defect)
    if defect is not None and defect in _CONTENT_WITH and _CONTENT_WITH[defect](token, keys):
        return
    if token.alg != "RS256":
        raise Refused(Reason.ALG)
    if not _made_by(_key(token.header.get("kid"), keys, defect), token, "RS256"):
        raise Refused(Reason.SIGNATURE)


def _key(kid: object, keys: Keyring, defect: Defect | None) -> RSAKey:
    if kid is None:
        # OIDC-CORE 10.1: without a kid there is no doubt as long as there is one key.
        known = keys.known()
        if len(known) != 1 or defect is Defect.REFUSES_TOKEN_WITHOUT_KID:
            raise Refused(Reason.KEY)
        return known[0]
    found = _named(kid, keys.known()) or _named(kid, keys.refetched())
    if found is None:
        raise Refused(Reason.KEY)
    return found


def _named(kid: object, keys: Sequence[RSAKey]) -> RSAKey | None:
    return next((key for key in keys if key.kid == kid), None)


def _made_by(key: RSAKey, token: SignedToken, alg: str) -> bool:
    try:
        return bool(jws.JWSRegistry.algorithms[alg].verify(token.signed, token.signature, key))
    except (JoseError, ValueError, TypeError):
        return False


def _hmac_with(secret: bytes, token: SignedToken) -> bool:
    made = hmac.new(secret, token.signed, hashlib.sha256).digest()
    return token.alg == "HS256" and hmac.compare_digest(made, token.signature)


def _confused(layout: Callable[[RSAKey], bytes]) -> Callable[[SignedToken, Keyring], bool]:
    """Return the check of a portal that lets the token choose the algorithm, and has its key as octets (JWTBCP 3.1)."""
    return lambda token, keys: any(_hmac_with(layout(key), token) for key in keys.known())


def _public(key: RSAKey) -> RSAPublicKey:
    return cast("RSAPublicKey", key.raw_value)


def _pem(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pkcs1(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.PKCS1)


def _der(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _modulus(key: RSAKey) -> bytes:
    return str(key.as_dict(private=False)["n"]).encode()


def _given_key(token: SignedToken, _: Keyring) -> bool:
    try:
        return _made_by(RSAKey.import_key(token.header["jwk"]), token, "RS256")
    except (JoseError, ValueError, TypeError, KeyError):
        return False


def _linked_key(token: SignedToken, keys: Keyring) -> bool:
    address = token.header.get("jku")
    return isinstance(address, str) and any(_made_by(key, token, "RS256") for key in keys.fetched_from(address))


def _names_a_file(token: SignedToken) -> bool:
    return "/" in str(token.header.get("kid"))


def _known_by_name(token: SignedToken, keys: Keyring) -> bool:
    named = _named(token.header.get("kid"), keys.known()) is not None
    return named and token.alg == "RS256" and token.signature != b""


_CONTENT_WITH: Final[Mapping[Defect, Callable[[SignedToken, Keyring], bool]]] = {
    Defect.IGNORES_BAD_SIGNATURE: _known_by_name,
    Defect.ACCEPTS_STRIPPED_SIGNATURE: lambda token, _: token.alg == "RS256" and token.signature == b"",
    Defect.ACCEPTS_TOKEN_OF_TWO_PARTS: lambda token, _: token.signature == b"" and token.alg == "RS256",
    Defect.ACCEPTS_ALG_NONE: lambda token, _: token.alg == "none" and token.signature == b"",
    Defect.ACCEPTS_NONE_SPELT_OTHERWISE: lambda token, _: token.alg != "none" and str(token.alg).lower() == "none",
    Defect.ACCEPTS_SIGNED_NONE: lambda token, _: token.alg == "none" and token.signature != b"",
    Defect.TAKES_PEM_FOR_SECRET: _confused(_pem),
    Defect.TAKES_PKCS1_FOR_SECRET: _confused(_pkcs1),
    Defect.TAKES_DER_FOR_SECRET: _confused(_der),
    Defect.TAKES_MODULUS_FOR_SECRET: _confused(_modulus),
    Defect.VERIFIES_WITH_CLIENT_SECRET: lambda token, keys: _hmac_with(keys.client_secret.encode(), token),
    Defect.VERIFIES_WITH_EMPTY_SECRET: lambda token, _: _hmac_with(b"", token) and not _names_a_file(token),
    Defect.READS_KEY_FILE_NAMED_BY_KID: lambda token, _: _hmac_with(b"", token) and _names_a_file(token),
    Defect.TRUSTS_KEY_IN_TOKEN: _given_key,
    Defect.FETCHES_KEY_NAMED_BY_TOKEN: _linked_key,
    Defect.ACCEPTS_RS512: lambda token, keys: (
        token.alg == "RS512" and any(_made_by(key, token, "RS512") for key in keys.known())
    ),
}
"""What each careless portal takes for a signature."""
