"""A userinfo answer that is a signed token: what a correct portal verifies of it (OIDC-CORE 5.3.2, 5.3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason
from conformance.miniatures.rules import Rule, enforce
from conformance.miniatures.signatures import take_apart, verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.signatures import Keyring

_CONTENT_AS: Final[Mapping[Defect, Defect]] = MappingProxyType(
    {
        Defect.IGNORES_SIGNATURE_OF_USERINFO: Defect.IGNORES_BAD_SIGNATURE,
        Defect.ACCEPTS_UNSIGNED_USERINFO: Defect.ACCEPTS_ALG_NONE,
        Defect.TAKES_PEM_FOR_SECRET_OF_USERINFO: Defect.TAKES_PEM_FOR_SECRET,
    }
)
"""Careless about the signature of userinfo as another portal is about an ID token's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The claims of a userinfo token whose signature holds, and what they are compared with."""

    claims: dict[str, Any] = field(repr=False)
    config: PortalConfig

    @property
    def audiences(self) -> list[Any]:
        """Return the audiences as a list."""
        aud = self.claims.get("aud")
        return aud if isinstance(aud, list) else [aud]


RULES: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.ISS, lambda it: it.claims.get("iss") != it.config.issuer, Defect.NEVER_COMPARES_ISS_OF_USERINFO),
    Rule(Reason.AUD, lambda it: it.config.client_id not in it.audiences, Defect.NEVER_COMPARES_AUD_OF_USERINFO),
)


def read_signed_userinfo(
    body: bytes, keys: Keyring, *, config: PortalConfig, defect: Defect | None
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the claims of a userinfo token that holds in every point, and the names that stand in it more than once.

    Args:
        body: of the answer.
        keys: the provider's.
        config: of the portal.
        defect: what is forgotten of the checks.

    Raises:
        Refused: the first point that does not hold.
    """
    token = take_apart(body.decode("ascii", "replace"), None)
    verify(token, keys, _CONTENT_AS.get(defect) if defect is not None else None)
    enforce(RULES, TokenFacts(claims=token.claims, config=config), defect)
    return token.claims, token.twice
