"""What a correct portal looks for in a logout token before it closes anything (Back-Channel Logout 1.0, 2.4 to 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason
from conformance.miniatures.rules import Rule, Whim, enforce, seconds, suffer
from conformance.miniatures.signatures import take_apart, verify

if TYPE_CHECKING:
    from collections.abc import Container

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.signatures import Keyring, SignedToken

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_TYPES: Final = frozenset({None, "JWT", "logout+jwt"})
"""Explicit typing is recommended, not required (2.4): what names another kind of token is refused."""

_CONTENT_AS: Final = MappingProxyType(
    {
        Defect.IGNORES_SIGNATURE_OF_LOGOUT_TOKEN: Defect.IGNORES_BAD_SIGNATURE,
        Defect.ACCEPTS_UNSIGNED_LOGOUT_TOKEN: Defect.ACCEPTS_ALG_NONE,
        Defect.ACCEPTS_RS512_LOGOUT_TOKEN: Defect.ACCEPTS_RS512,
    }
)
"""Careless about a logout token's signature as another portal is about an ID token's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutFacts:
    """A logout token whose signature holds, and what it is compared with.

    Attributes:
        now: seconds since 1970.
        seen: names (``jti``) of the tokens that were obeyed before.
    """

    token: SignedToken
    config: PortalConfig
    now: float
    seen: Container[str]

    def get(self, name: str) -> Any:
        """Return a claim, or None."""
        return self.token.claims.get(name)

    @property
    def audiences(self) -> list[Any]:
        """Return the audiences as a list."""
        aud = self.get("aud")
        return aud if isinstance(aud, list) else [aud]

    @property
    def is_id_token(self) -> bool:
        """Tell whether it is an ID token, as Keycloak marks them."""
        return bool(self.get("typ") == "ID")

    @property
    def is_past(self) -> bool:
        """Tell whether its time is over."""
        ends = seconds(self.get("exp"))
        return ends is not None and ends <= self.now - self.config.leeway_seconds

    @property
    def is_early(self) -> bool:
        """Tell whether it says that it was issued later than now."""
        issued = seconds(self.get("iat"))
        return issued is not None and issued > self.now + self.config.leeway_seconds


def _has(facts: LogoutFacts, name: str) -> bool:
    return name in facts.token.claims


def _names_the_event(facts: LogoutFacts) -> bool:
    events = facts.get("events")
    return isinstance(events, dict) and isinstance(events.get(EVENT), dict)


def _names_nobody(facts: LogoutFacts) -> bool:
    return not any(isinstance(facts.get(name), str) and facts.get(name) for name in ("sub", "sid"))


RULES: Final[tuple[Rule[LogoutFacts], ...]] = (
    Rule(Reason.TOKEN_SHAPE, lambda it: bool(it.token.twice)),
    Rule(
        Reason.TOKEN_TYPE,
        lambda it: it.token.header.get("typ") not in _TYPES,
        Defect.ACCEPTS_LOGOUT_TOKEN_OF_OTHER_TYPE,
    ),
    Rule(Reason.TOKEN_TYPE, lambda it: it.is_id_token, Defect.TAKES_ID_TOKEN_FOR_LOGOUT_TOKEN),
    Rule(Reason.ISS, lambda it: it.get("iss") != it.config.issuer, Defect.NEVER_COMPARES_ISS_OF_LOGOUT_TOKEN),
    Rule(Reason.AUD, lambda it: it.config.client_id not in it.audiences, Defect.NEVER_COMPARES_AUD_OF_LOGOUT_TOKEN),
    Rule(Reason.TIME, lambda it: it.is_past, Defect.ACCEPTS_EXPIRED_LOGOUT_TOKEN),
    Rule(Reason.TIME, lambda it: not _has(it, "exp"), Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_EXP),
    Rule(Reason.TIME, lambda it: _has(it, "exp") and seconds(it.get("exp")) is None),
    Rule(Reason.TIME, lambda it: not _has(it, "iat"), Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_IAT),
    Rule(Reason.TIME, lambda it: it.is_early or (_has(it, "iat") and seconds(it.get("iat")) is None)),
    Rule(
        Reason.EVENTS,
        lambda it: not _has(it, "events") and not it.is_id_token,
        Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_EVENTS,
    ),
    Rule(
        Reason.EVENTS,
        lambda it: _has(it, "events") and not _names_the_event(it),
        Defect.ACCEPTS_LOGOUT_TOKEN_OF_OTHER_EVENT,
    ),
    Rule(Reason.NONCE, lambda it: _has(it, "nonce") and not it.is_id_token, Defect.ACCEPTS_LOGOUT_TOKEN_WITH_NONCE),
    Rule(Reason.TOKEN_SHAPE, lambda it: not _has(it, "jti"), Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_JTI),
    Rule(Reason.REPLAY, lambda it: _has(it, "jti") and it.get("jti") in it.seen, Defect.ACCEPTS_LOGOUT_TOKEN_AGAIN),
    Rule(Reason.SUB, _names_nobody, Defect.ACCEPTS_LOGOUT_TOKEN_OF_NOBODY),
)

WHIMS: Final[tuple[Whim[LogoutFacts], ...]] = (
    Whim(Defect.NEEDS_SUB_IN_LOGOUT_TOKEN, lambda it: not _has(it, "sub"), Reason.SUB),
    Whim(Defect.NEEDS_SID_IN_LOGOUT_TOKEN, lambda it: not _has(it, "sid"), Reason.SUB),
)
"""Nothing obliges a provider to say both (2.4); the correct portal does with either."""


def read_logout_token(
    text: str, keys: Keyring, *, config: PortalConfig, now: float, seen: Container[str], defect: AnyDefect | None
) -> dict[str, Any]:
    """Return the claims of a logout token that holds in every point.

    Args:
        text: the token, compact.
        keys: the provider's.
        config: of the portal.
        now: seconds since 1970.
        seen: names of the tokens that were obeyed before.
        defect: of the portal.

    Raises:
        Refused: the first point that does not hold.
    """
    token = take_apart(text, None)
    verify(token, keys, _CONTENT_AS.get(defect) if isinstance(defect, Defect) else None)
    facts = LogoutFacts(token=token, config=config, now=now, seen=seen)
    enforce(RULES, facts, defect)
    suffer(WHIMS, facts, defect)
    return token.claims
