"""What a correct portal looks for in the claims of an ID token (OIDC-CORE 2, 3.1.3.7)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Reason
from conformance.miniatures.rules import Rule, Whim, seconds

if TYPE_CHECKING:
    from conformance.miniatures.config import PortalConfig

_MOST_SUB: Final = 255
_OLDEST_SECONDS: Final = 86_400.0
_BEYOND_CALENDARS: Final = 1e12
_NOT_ENOUGH: Final = ("0", "eidas0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The claims of an ID token, and what they are compared with.

    Attributes:
        twice: names of claims that are said more than once.
        nonce: sent with this login, None if none was.
        former_nonces: of logins that this one is not; accepted by the miniatures that keep any, and a correct one keeps
            none.
        access_token: that came with it.
    """

    claims: dict[str, Any] = field(repr=False)
    config: PortalConfig
    now: float
    twice: frozenset[str] = frozenset()
    nonce: str | None = field(default=None, repr=False)
    former_nonces: frozenset[str] = field(default=frozenset(), repr=False)
    access_token: str = field(default="", repr=False)

    def get(self, name: str) -> Any:
        """Return a claim, or None."""
        return self.claims.get(name)

    @property
    def audiences(self) -> list[Any]:
        """Return the audiences as a list."""
        aud = self.get("aud")
        return aud if isinstance(aud, list) else [aud]

    @property
    def mine(self) -> str:
        """Return this portal's name at the provider."""
        return self.config.client_id

    @property
    def earliest(self) -> float:
        """Return the oldest time that still counts as now."""
        return self.now - self.config.leeway_seconds

    @property
    def latest(self) -> float:
        """Return the latest time that still counts as now."""
        return self.now + self.config.leeway_seconds


def _iss_is_near(facts: TokenFacts) -> bool:
    """Tell whether the issuer is the right one but for its case, its scheme or its end."""
    return any(rule.found(facts) for rule in _NEAR_ISSUERS)


def _iss_is_longer(facts: TokenFacts) -> bool:
    iss, mine = facts.get("iss"), facts.config.issuer
    return isinstance(iss, str) and iss.startswith(mine) and iss not in {mine, mine + "/"}


def _iss_has_other_case(facts: TokenFacts) -> bool:
    iss, mine = facts.get("iss"), facts.config.issuer
    return isinstance(iss, str) and iss != mine and iss.lower() == mine.lower()


def _iss_has_other_scheme(facts: TokenFacts) -> bool:
    iss, mine = facts.get("iss"), facts.config.issuer
    return isinstance(iss, str) and iss != mine and iss.partition("://")[2] == mine.partition("://")[2]


_NEAR_ISSUERS: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.ISS, lambda it: it.get("iss") == it.config.issuer + "/", Defect.ACCEPTS_ISSUER_WITH_SLASH),
    Rule(Reason.ISS, _iss_has_other_case, Defect.COMPARES_ISS_WITHOUT_CASE),
    Rule(Reason.ISS, _iss_has_other_scheme, Defect.COMPARES_ISS_WITHOUT_SCHEME),
    Rule(Reason.ISS, _iss_is_longer, Defect.ACCEPTS_ISSUER_PREFIX),
)

_ISSUER: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.ISS, lambda it: "iss" not in it.claims, Defect.ACCEPTS_MISSING_ISS),
    Rule(Reason.ISS, lambda it: it.get("iss") == "", Defect.ACCEPTS_EMPTY_ISS),
    *_NEAR_ISSUERS,
    Rule(
        Reason.ISS,
        lambda it: bool(it.get("iss")) and it.get("iss") != it.config.issuer and not _iss_is_near(it),
        Defect.NEVER_COMPARES_ISS,
    ),
    Rule(Reason.ISS, lambda it: "iss" in it.claims and not isinstance(it.get("iss"), str)),
)


def _aud_is_longer(facts: TokenFacts) -> bool:
    aud = facts.get("aud")
    return isinstance(aud, str) and facts.mine in aud and aud != facts.mine


def _aud_is_foreign(facts: TokenFacts) -> bool:
    there = "aud" in facts.claims and facts.get("aud") != []
    return there and facts.mine not in facts.audiences and not _aud_is_longer(facts)


def _aud_has_others(facts: TokenFacts) -> bool:
    return facts.mine in facts.audiences and any(one != facts.mine for one in facts.audiences)


_AUDIENCE: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.AUD, lambda it: "aud" not in it.claims, Defect.ACCEPTS_MISSING_AUD),
    Rule(Reason.AUD, lambda it: it.get("aud") == [], Defect.ACCEPTS_EMPTY_AUD),
    Rule(Reason.AUD, _aud_is_longer, Defect.LOOKS_FOR_ITS_NAME_IN_AUD),
    Rule(Reason.AUD, lambda it: _aud_is_foreign(it) and it.get("azp") == it.mine, Defect.TAKES_AZP_FOR_AUD),
    Rule(Reason.AUD, lambda it: _aud_is_foreign(it) and it.get("azp") != it.mine, Defect.NEVER_COMPARES_AUD),
    Rule(Reason.AUD, lambda it: _aud_has_others(it) and "azp" not in it.claims, Defect.ACCEPTS_FURTHER_AUDIENCES),
    Rule(Reason.AUD, lambda it: _aud_has_others(it) and "azp" in it.claims),
    Rule(
        Reason.AUD,
        lambda it: not _aud_is_foreign(it) and it.claims.get("azp", it.mine) != it.mine,
        Defect.NEVER_COMPARES_AZP,
    ),
)


def _is_text_or_number(value: object) -> bool:
    return isinstance(value, str) or seconds(value) is not None


def _is_past(facts: TokenFacts) -> bool:
    ends = seconds(facts.get("exp"))
    return ends is not None and 0 <= ends <= facts.earliest


def _is_later(facts: TokenFacts, name: str) -> bool:
    begins = seconds(facts.get(name))
    return begins is not None and begins > facts.latest


def _is_old(facts: TokenFacts) -> bool:
    issued = seconds(facts.get("iat"))
    return issued is not None and issued <= facts.now - _OLDEST_SECONDS


_TIMES: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.TIME, lambda it: "exp" not in it.claims, Defect.ACCEPTS_MISSING_EXP),
    Rule(Reason.TIME, lambda it: isinstance(it.get("exp"), str), Defect.ACCEPTS_EXP_AS_TEXT),
    Rule(Reason.TIME, lambda it: (seconds(it.get("exp")) or 0.0) < 0, Defect.ACCEPTS_NEGATIVE_EXP),
    Rule(Reason.TIME, _is_past, Defect.NEVER_CHECKS_EXP),
    Rule(Reason.TIME, lambda it: "exp" in it.claims and not _is_text_or_number(it.get("exp"))),
    Rule(Reason.TIME, lambda it: "iat" not in it.claims, Defect.ACCEPTS_MISSING_IAT),
    Rule(Reason.TIME, lambda it: _is_later(it, "iat"), Defect.ACCEPTS_FUTURE_IAT),
    Rule(Reason.TIME, _is_old, Defect.ACCEPTS_OLD_IAT),
    Rule(Reason.TIME, lambda it: "iat" in it.claims and seconds(it.get("iat")) is None),
    Rule(Reason.TIME, lambda it: _is_later(it, "nbf"), Defect.IGNORES_NBF),
    Rule(Reason.TIME, lambda it: "nbf" in it.claims and seconds(it.get("nbf")) is None),
)


def _nonce_is_listed(facts: TokenFacts) -> bool:
    return isinstance(facts.get("nonce"), list) and facts.nonce in facts.get("nonce")


def _nonce_is_former(facts: TokenFacts) -> bool:
    nonce = facts.get("nonce")
    return isinstance(nonce, str) and nonce != facts.nonce and nonce in facts.former_nonces


def _nonce_is_foreign(facts: TokenFacts) -> bool:
    there = facts.get("nonce") is not None and facts.get("nonce") != facts.nonce
    return there and not _nonce_is_listed(facts) and not _nonce_is_former(facts)


_NONCE: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(
        Reason.NONCE,
        lambda it: it.get("nonce") is None and it.nonce is not None,
        Defect.ACCEPTS_MISSING_NONCE,
    ),
    Rule(Reason.NONCE, _nonce_is_listed, Defect.LOOKS_FOR_NONCE_IN_LIST),
    Rule(Reason.NONCE, _nonce_is_foreign, Defect.NEVER_COMPARES_NONCE),
)


def _sub_is_number(facts: TokenFacts) -> bool:
    return isinstance(facts.get("sub"), int | float)


_SUBJECT: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.TOKEN_SHAPE, lambda it: bool(it.twice), Defect.READS_LAST_OF_TWO_CLAIMS),
    Rule(Reason.SUB, lambda it: "sub" not in it.claims, Defect.ACCEPTS_MISSING_SUB),
    Rule(Reason.SUB, lambda it: "sub" in it.claims and it.get("sub") is None, Defect.ACCEPTS_NULL_SUB),
    Rule(Reason.SUB, lambda it: it.get("sub") == "", Defect.ACCEPTS_EMPTY_SUB),
    Rule(Reason.SUB, _sub_is_number, Defect.ACCEPTS_NUMBER_AS_SUB),
    Rule(Reason.SUB, lambda it: isinstance(it.get("sub"), list), Defect.ACCEPTS_LIST_AS_SUB),
    Rule(Reason.SUB, lambda it: isinstance(it.get("sub"), dict)),
    Rule(
        Reason.SUB,
        lambda it: isinstance(it.get("sub"), str) and len(it.get("sub")) > _MOST_SUB,
        Defect.ACCEPTS_LONG_SUB,
    ),
    # A portal that folds wide digits has taken them first.
    Rule(
        Reason.SUB,
        lambda it: isinstance(it.get("sub"), str) and not it.get("sub").isascii(),
        PropertyDefect.COMPOSES_NFKC,
    ),
)


def _acr_is_enough(facts: TokenFacts) -> bool:
    acr = facts.get("acr")
    return isinstance(acr, str) and acr in facts.config.accepted_acr


def _half_hash(token: str) -> str:
    """Return ``at_hash`` for RS256 (OIDC-CORE 3.1.3.6)."""
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")


_REST: Final[tuple[Rule[TokenFacts], ...]] = (
    Rule(Reason.ACR, lambda it: it.get("acr") is None and not it.config.accept_absent_acr),
    Rule(Reason.ACR, lambda it: it.get("acr") in _NOT_ENOUGH, Defect.NEVER_CHECKS_ACR),
    Rule(
        Reason.ACR,
        lambda it: it.get("acr") is not None and it.get("acr") not in _NOT_ENOUGH and not _acr_is_enough(it),
        Defect.ACCEPTS_UNKNOWN_ACR,
    ),
    Rule(
        Reason.AT_HASH,
        lambda it: "at_hash" in it.claims and it.get("at_hash") != _half_hash(it.access_token),
        Defect.NEVER_COMPARES_AT_HASH,
    ),
)

RULES: Final = (*_ISSUER, *_AUDIENCE, *_TIMES, *_NONCE, *_SUBJECT, *_REST)

WHIMS: Final[tuple[Whim[TokenFacts], ...]] = (
    Whim(Defect.REFUSES_AUDIENCE_LIST, lambda it: isinstance(it.get("aud"), list), Reason.AUD),
    Whim(
        Defect.REFUSES_FRACTION_OF_SECOND,
        lambda it: isinstance(it.get("exp"), float) and it.get("exp") % 1,
        Reason.TIME,
    ),
    Whim(Defect.CRASHES_ON_HUGE_EXP, lambda it: (seconds(it.get("exp")) or 0.0) > _BEYOND_CALENDARS),
    Whim(Defect.CRASHES_WITHOUT_ACR, lambda it: "acr" not in it.claims),
    Whim(Defect.REFUSES_HIGHER_ACR, lambda it: it.get("acr") == "eidas2", Reason.ACR),
    Whim(Defect.REFUSES_EIDAS3, lambda it: it.get("acr") == "eidas3", Reason.ACR),
)
"""What the honest provider, or another year's, may well say; the correct portal bears it."""
