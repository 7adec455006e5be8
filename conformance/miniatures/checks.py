"""What a correct portal checks in an ID token and in userinfo; a miniature leaves one check out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures import id_token_rules, userinfo_rules
from conformance.miniatures.defects import Defect
from conformance.miniatures.id_token_rules import TokenFacts
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import enforce, suffer
from conformance.miniatures.signatures import Keyring, take_apart, verify
from conformance.miniatures.userinfo_rules import UserinfoFacts

if TYPE_CHECKING:
    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.provider import Userinfo

__all__ = ["Checks", "Keyring"]

_WHO: Final = ("sub", "SubjectNameID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The checks of one login (OIDC-CORE 3.1.3.7, 5.3.2).

    Attributes:
        now: seconds since 1970.
        nonce: sent with the authorization request, None if none was.
        former_nonces: of earlier logins; only one defect looks at them.
    """

    config: PortalConfig
    defect: AnyDefect | None
    now: float
    nonce: str | None = field(default=None, repr=False)
    former_nonces: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def forgotten(self) -> Defect | None:
        """Return what is forgotten of the rules; a property defect forgets none of them."""
        return None if isinstance(self.defect, PropertyDefect) else self.defect

    def id_token(self, tokens: dict[str, Any], keys: Keyring) -> dict[str, Any]:
        """Return the claims of an ID token that holds in every point.

        Args:
            tokens: the token response.
            keys: the provider's.

        Raises:
            Refused: the first point that does not hold.
        """
        token = tokens.get("id_token")
        if (token is None and self.defect is Defect.LOGS_IN_WITHOUT_ID_TOKEN) or (
            token == "" and self.defect is Defect.SKIPS_EMPTY_ID_TOKEN
        ):
            return {}
        parts = take_apart(token, self.forgotten)
        facts = TokenFacts(
            claims=parts.claims,
            config=self.config,
            now=self.now,
            twice=parts.twice,
            nonce=self.nonce,
            former_nonces=self.former_nonces,
            access_token=tokens["access_token"],
        )
        if self.config.claims_first:
            self._claims(facts)
            verify(parts, keys, self.forgotten)
        else:
            verify(parts, keys, self.forgotten)
            self._claims(facts)
        if self.defect is Defect.READS_SUB_IN_HEADER:
            return {**facts.claims, **{name: parts.header[name] for name in _WHO if name in parts.header}}
        return facts.claims

    def userinfo(self, answer: Userinfo, id_token: dict[str, Any]) -> dict[str, Any]:
        """Return the claims of a userinfo answer about the person of the ID token (OIDC-CORE 5.3.2).

        Raises:
            Refused: the answer is about somebody else, or nobody.
        """
        if self.defect is Defect.READS_SUB_IN_HEADER and id_token.get("sub") != answer.claims.get("sub"):
            return {**answer.claims, **{name: id_token[name] for name in _WHO}}
        facts = UserinfoFacts(claims=answer.claims, id_token=id_token, twice=answer.twice)
        # a portal that folds wide digits takes them first, whoever seeded that
        folds = self.defect is PropertyDefect.COMPOSES_NFKC
        enforce(userinfo_rules.RULES, facts, Defect.FOLDS_IDENTIFIER if folds else self.defect)
        suffer(userinfo_rules.WHIMS, facts, self.defect)
        return facts.claims

    def _claims(self, facts: TokenFacts) -> None:
        if facts.get("typ") == "Bearer":
            # An access token is no ID token, whoever signed it (RFC 8725 3.11).
            if self.defect is Defect.TAKES_ACCESS_TOKEN_FOR_ID_TOKEN:
                return
            raise Refused(Reason.TOKEN_SHAPE)
        suffer(id_token_rules.WHIMS, facts, self.defect)
        enforce(id_token_rules.RULES, facts, self.defect)
