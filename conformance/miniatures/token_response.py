"""What a portal makes of the token endpoint's answer (RFC 6749 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, Whim, enforce, suffer

if TYPE_CHECKING:
    from conformance.miniatures.answers import HttpAnswer

_AUTHLIB_LEEWAY: Final = 60
_KNOWN: Final = frozenset(
    {
        "access_token",
        "expires_at",  # added by Authlib
        "expires_in",
        "id_token",
        "not-before-policy",
        "refresh_expires_in",
        "refresh_token",
        "scope",
        "session_state",
        "token_type",
    }
)


def _lifetime(tokens: dict[str, Any]) -> object:
    return tokens.get("expires_in")


def _is_short(tokens: dict[str, Any]) -> bool:
    lifetime = _lifetime(tokens)
    return isinstance(lifetime, int) and lifetime <= _AUTHLIB_LEEWAY


def _type_of(tokens: dict[str, Any]) -> str:
    return str(tokens.get("token_type"))


RULES: Final[tuple[Rule[dict[str, Any]], ...]] = (
    Rule(Reason.PROVIDER_ANSWER, lambda it: not isinstance(it.get("access_token"), str) or not it["access_token"]),
    Rule(Reason.TOKEN_TYPE, lambda it: _type_of(it).lower() != "bearer", Defect.IGNORES_TOKEN_TYPE),
)

WHIMS: Final[tuple[Whim[dict[str, Any]], ...]] = (
    Whim(Defect.TAKES_SHORT_TOKEN_FOR_EXPIRED, _is_short, Reason.PROVIDER_ANSWER),
    Whim(Defect.CRASHES_WITHOUT_LIFETIME, lambda it: "expires_in" not in it),
    Whim(Defect.CRASHES_ON_ZERO_LIFETIME, lambda it: _lifetime(it) == 0),
    Whim(Defect.CRASHES_ON_LIFETIME_AS_TEXT, lambda it: isinstance(_lifetime(it), str)),
    Whim(Defect.CRASHES_WITHOUT_REFRESH_TOKEN, lambda it: "refresh_token" not in it),
    Whim(Defect.CRASHES_WITHOUT_SESSION_STATE, lambda it: "session_state" not in it),
    Whim(Defect.REFUSES_UNKNOWN_TOKEN_MEMBERS, lambda it: set(it) - _KNOWN, Reason.PROVIDER_ANSWER),
    Whim(Defect.DEMANDS_CAPITAL_BEARER, lambda it: _type_of(it) == "bearer", Reason.PROVIDER_ANSWER),
    Whim(Defect.CRASHES_WITHOUT_SCOPE, lambda it: "scope" not in it),
)

ANSWER_WHIMS: Final[tuple[Whim[HttpAnswer], ...]] = (
    Whim(Defect.CRASHES_WITH_TOKEN_ENDPOINT, lambda it: it.status >= 500),  # noqa: PLR2004  # RFC 9110 15.6
    Whim(Defect.CRASHES_ON_PAGE_FROM_TOKEN_ENDPOINT, lambda it: it.status == 200 and it.is_page),  # noqa: PLR2004
    Whim(Defect.CRASHES_ON_CUT_TOKEN_ANSWER, lambda it: it.status == 200 and it.is_cut),  # noqa: PLR2004
)


def check_tokens(answer: object, defect: Defect | None) -> dict[str, Any]:
    """Return a token response that holds.

    Raises:
        Refused: it is none.
    """
    if not isinstance(answer, dict):
        raise Refused(Reason.PROVIDER_ANSWER)
    suffer(WHIMS, answer, defect)
    enforce(RULES, answer, defect)
    return answer
