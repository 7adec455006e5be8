"""The authorization response as a portal reads it: from this provider, once, and no error (RFC 6749 4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, Whim, enforce, suffer

if TYPE_CHECKING:
    from collections.abc import Mapping

UNAVAILABLE: Final = "Service indisponible"
_KNOWN: Final = frozenset({"code", "state", "iss", "session_state", "error", "error_description"})


class LoginAgain(Exception):  # noqa: N818  # what the miniature does, not a mistake
    """The miniature sends the browser straight back to the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFacts:
    """The parameters of a response, and what they are compared with.

    Attributes:
        values: every value by name.
        issuer: the right one.
        names_issuer: whether the provider says that every response carries ``iss`` (RFC 9207 3).
    """

    values: Mapping[str, list[str]] = field(repr=False)
    issuer: str
    names_issuer: bool

    def get(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next(iter(self.values.get(name, ())), None)

    def twice(self, name: str) -> bool:
        """Tell whether a parameter stands there more than once (RFC 6749 3.1)."""
        return len(self.values.get(name, ())) > 1

    @property
    def is_refusal(self) -> bool:
        """Tell whether the person declined, and the provider says so with all its words."""
        return self.get("error") == "access_denied" and bool(self.get("error_description")) and not self.get("code")

    @property
    def is_unavailable(self) -> bool:
        """Tell whether the provider asks for patience, in a word that it has said before."""
        return self.get("error") == "temporarily_unavailable" and self.get("error_description") == UNAVAILABLE


WHIMS: Final[tuple[Whim[ResponseFacts], ...]] = (
    Whim(Defect.CRASHES_ON_ERROR_RESPONSE, lambda it: it.is_refusal),
    Whim(Defect.CRASHES_WITHOUT_ERROR_DESCRIPTION, lambda it: it.get("error") and not it.get("error_description")),
    Whim(Defect.CRASHES_ON_SERVER_ERROR, lambda it: it.get("error") == "server_error"),
    Whim(Defect.CRASHES_WHEN_UNAVAILABLE, lambda it: it.is_unavailable),
    Whim(Defect.CRASHES_WITHOUT_CODE, lambda it: it.get("error") is None and it.get("code") is None),
    Whim(Defect.REFUSES_UNKNOWN_PARAMETERS, lambda it: set(it.values) - _KNOWN, Reason.RESPONSE),
)


def _declined(facts: ResponseFacts) -> bool:
    return facts.get("error") == "access_denied"


RULES: Final[tuple[Rule[ResponseFacts], ...]] = (
    Rule(Reason.RESPONSE, lambda it: it.twice("code"), Defect.READS_FIRST_OF_TWO_CODES),
    Rule(Reason.RESPONSE, lambda it: it.twice("state"), Defect.READS_FIRST_OF_TWO_STATES),
    Rule(Reason.RESPONSE, lambda it: it.twice("iss") or it.twice("error")),
    Rule(Reason.DECLINED, lambda it: _declined(it) and it.get("code") is not None, Defect.LOOKS_AT_CODE_FIRST),
    Rule(
        Reason.PROVIDER_ERROR,
        lambda it: it.get("error") is not None and not _declined(it) and it.get("code") is not None,
        Defect.LOOKS_AT_CODE_FIRST,
    ),
    Rule(Reason.DECLINED, lambda it: _declined(it) and it.get("code") is None),
    Rule(Reason.PROVIDER_ERROR, lambda it: it.get("error") is not None and it.get("code") is None),
    Rule(
        Reason.RESPONSE_ISS,
        lambda it: it.get("iss") is None and it.names_issuer,
        Defect.ACCEPTS_RESPONSE_WITHOUT_ISSUER,
    ),
    Rule(Reason.RESPONSE_ISS, lambda it: it.get("iss") not in {None, it.issuer}, Defect.IGNORES_ISSUER_PARAMETER),
    Rule(Reason.RESPONSE, lambda it: not it.get("code")),
)


def code_of(facts: ResponseFacts, defect: Defect | None) -> str:
    """Return the code of a response that holds.

    Raises:
        Refused: it is an error, comes from elsewhere, or says something twice.
        LoginAgain: the miniature does not show the error to anybody.
    """
    if facts.get("error") == "login_required" and defect is Defect.LOGS_IN_AGAIN_ON_ERROR:
        raise LoginAgain
    suffer(WHIMS, facts, defect)
    enforce(RULES, facts, defect)
    code = facts.get("code")
    if code is None:
        raise Refused(Reason.RESPONSE)
    return code
