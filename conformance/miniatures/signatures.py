"""Who signed an ID token: RS256 with a published key, and nothing else (OIDC-CORE 3.1.3.7 steps 6 to 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.miniatures.careless import CONTENT_WITH
from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Crash, Rule, Whim, enforce, suffer
from conformance.miniatures.signed_tokens import Keyring, SignedToken, made_by, named, read_object, take_apart

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

__all__ = ["Keyring", "SignedToken", "read_object", "take_apart", "verify"]

_LONG: Final = 100_000

HEADER_RULES: Final[tuple[Rule[SignedToken], ...]] = (
    Rule(Reason.CRIT, lambda it: "b64" in it.header, Defect.IGNORES_B64),
    Rule(Reason.CRIT, lambda it: "crit" in it.header and "b64" not in it.header, Defect.IGNORES_CRIT),
)

HEADER_WHIMS: Final[tuple[Whim[SignedToken], ...]] = (
    Whim(Defect.CRASHES_ON_NULL_KID, lambda it: "kid" in it.header and it.header["kid"] is None),
    Whim(Defect.CRASHES_ON_LONG_TOKEN, lambda it: len(it.signed) > _LONG),
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
    if defect is not None and defect in CONTENT_WITH and CONTENT_WITH[defect](token, keys):
        return
    if token.alg != "RS256":
        raise Refused(Reason.ALG)
    if not made_by(_key(token.header.get("kid"), keys, defect), token, "RS256"):
        raise Refused(Reason.SIGNATURE)


def _key(kid: object, keys: Keyring, defect: Defect | None) -> RSAKey:
    if kid is None:
        # OIDC-CORE 10.1: without a kid there is no doubt as long as there is one key.
        known = keys.known()
        if len(known) > 1 and defect is Defect.CRASHES_WITHOUT_KID_AMONG_KEYS:
            raise Crash
        if len(known) != 1 or defect is Defect.REFUSES_TOKEN_WITHOUT_KID:
            raise Refused(Reason.KEY)
        return known[0]
    found = named(kid, keys.known()) or named(kid, keys.refetched())
    if found is None:
        raise Refused(Reason.KEY)
    return found
