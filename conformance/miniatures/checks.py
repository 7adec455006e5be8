"""What a correct portal checks in an ID token and in userinfo, one check after the other.

Every check knows the one defect that leaves it out; ``None`` is the correct portal.
"""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from joserfc import jws
from joserfc.errors import JoseError

from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from joserfc.jwk import RSAKey

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect

_MOST_SUB: Final = 255
_OLDEST_SECONDS: Final = 86_400.0
_LOWEST_ACR: Final = frozenset({"eidas1"})
_REGISTRY: Final = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The provider's keys, as the portal knows them at the moment.

    Attributes:
        known: keys fetched already, or just now if there were none.
        refetched: fetches them again if the last time is long enough ago, else returns the known ones.
    """

    known: Callable[[], Sequence[RSAKey]]
    refetched: Callable[[], Sequence[RSAKey]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The checks of one login (OIDC-CORE 3.1.3.7, 5.3.2)."""

    config: PortalConfig
    defect: AnyDefect | None
    now: float

    def id_token(self, token: object, *, nonce: str | None, keys: Keyring) -> dict[str, Any]:
        """Return the claims of an ID token that holds in every point.

        Args:
            token: as it stood in the token response.
            nonce: sent with the authorization request, None if none was.
            keys: the provider's.

        Raises:
            Refused: the first point that does not hold.
        """
        header, claims = self._read(token)
        self._signature(token, header, keys)
        self._issuer(claims.get("iss"))
        self._audience(claims)
        self._times(claims)
        self._nonce(claims.get("nonce"), nonce)
        self._subject(claims.get("sub"))
        self._level(claims.get("acr"))
        return claims

    def userinfo(self, answer: dict[str, Any], id_token: dict[str, Any]) -> dict[str, Any]:
        """Return the claims of a userinfo answer about the person of the ID token (OIDC-CORE 5.3.2).

        Raises:
            Refused: the answer is about somebody else, or nobody.
        """
        sub = answer.get("sub")
        expected = id_token.get("sub", sub)
        if not isinstance(sub, str) or not sub:
            raise Refused(Reason.USERINFO_SUB)
        if sub != expected and self.defect is not Defect.NEVER_COMPARES_USERINFO_SUB:
            raise Refused(Reason.USERINFO_SUB)
        identity = answer.get("SubjectNameID")
        if not isinstance(identity, str) or not identity:
            raise Refused(Reason.IDENTITY)
        # An identifiant national holds no space and no control sign; one that does is somebody's mistake, not a person.
        odd = any(unicodedata.category(sign)[0] in "ZC" for sign in identity)
        if odd and self.defect is not PropertyDefect.KEEPS_SPACES:
            raise Refused(Reason.IDENTITY)
        return answer

    def _read(self, token: object) -> tuple[dict[str, Any], dict[str, Any]]:
        if not isinstance(token, str):
            raise Refused(Reason.TOKEN_SHAPE)
        try:
            parts = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
            claims = json.loads(parts.payload)
            header = dict(parts.headers())
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise Refused(Reason.TOKEN_SHAPE) from error
        if not isinstance(claims, dict):
            raise Refused(Reason.TOKEN_SHAPE)
        return header, claims

    def _signature(self, token: object, header: dict[str, Any], keys: Keyring) -> None:
        if header.get("alg") == "none" and self.defect is Defect.ACCEPTS_ALG_NONE:
            return
        if header.get("alg") != "RS256":
            raise Refused(Reason.ALG)
        if self.defect is Defect.IGNORES_BAD_SIGNATURE:
            return
        key = self._key(header.get("kid"), keys)
        try:
            jws.deserialize_compact(str(token), key, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(Reason.SIGNATURE) from error

    def _key(self, kid: object, keys: Keyring) -> RSAKey:
        if kid is None:
            # OIDC-CORE 10.1: without a kid there is no doubt as long as there is one key.
            known = keys.known()
            if len(known) != 1 or self.defect is Defect.REFUSES_TOKEN_WITHOUT_KID:
                raise Refused(Reason.KEY)
            return known[0]
        for fetch in (keys.known, keys.refetched):
            for key in fetch():
                if key.kid == kid:
                    return key
        raise Refused(Reason.KEY)

    def _issuer(self, iss: object) -> None:
        if not isinstance(iss, str) or not iss:
            raise Refused(Reason.ISS)
        longer = iss != self.config.issuer and iss.startswith(self.config.issuer)
        elsewhere = iss != self.config.issuer and not longer
        # The two defects are kept apart, so that each is caught by one scenario: a portal that takes every other issuer
        # for one of the provider's further environments, and a portal that compares only the beginning.
        if elsewhere and self.defect is not Defect.NEVER_COMPARES_ISS:
            raise Refused(Reason.ISS)
        if longer and self.defect is not Defect.ACCEPTS_ISSUER_PREFIX:
            raise Refused(Reason.ISS)

    def _audience(self, claims: dict[str, Any]) -> None:
        audiences = claims.get("aud")
        listed = audiences if isinstance(audiences, list) else [audiences]
        if self.defect is not Defect.NEVER_COMPARES_AUD and (
            not listed or any(one != self.config.client_id for one in listed)
        ):
            raise Refused(Reason.AUD)
        if claims.get("azp", self.config.client_id) != self.config.client_id:
            raise Refused(Reason.AUD)

    def _times(self, claims: dict[str, Any]) -> None:
        leeway = self.config.leeway_seconds
        expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
        if self.defect is not Defect.NEVER_CHECKS_EXP and (expires is None or expires <= self.now - leeway):
            raise Refused(Reason.TIME)
        if issued is None or not self.now - _OLDEST_SECONDS < issued <= self.now + leeway:
            raise Refused(Reason.TIME)
        begins = _seconds(claims["nbf"]) if "nbf" in claims else self.now
        if begins is None or begins > self.now + leeway:
            raise Refused(Reason.TIME)

    def _nonce(self, received: object, sent: str | None) -> None:
        if received is None and (sent is None or self.defect is Defect.ACCEPTS_MISSING_NONCE):
            return
        if received is None or (received != sent and self.defect is not Defect.NEVER_COMPARES_NONCE):
            raise Refused(Reason.NONCE)

    def _subject(self, sub: object) -> None:
        if sub is None and self.defect is Defect.ACCEPTS_MISSING_SUB:
            return
        # A portal that folds wide digits has taken them first.
        ascii_only = self.defect is not PropertyDefect.COMPOSES_NFKC
        if not isinstance(sub, str) or not 0 < len(sub) <= _MOST_SUB or (ascii_only and not sub.isascii()):
            raise Refused(Reason.SUB)

    def _level(self, acr: object) -> None:
        enough = _LOWEST_ACR if self.defect is Defect.REFUSES_HIGHER_ACR else self.config.accepted_acr
        if acr is None:
            if not self.config.accept_absent_acr:
                raise Refused(Reason.ACR)
        elif self.defect is not Defect.NEVER_CHECKS_ACR and (not isinstance(acr, str) or acr not in enough):
            raise Refused(Reason.ACR)


def _seconds(value: object) -> float | None:
    """Return a NumericDate (RFC 7519 2), or None for anything that is not one; JSON knows numbers beyond any clock."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
