"""From evidence to outcome.  Pure: it reads values and gives a value, and knows nothing of severity.

Two rules hold.  A refusal proves nothing unless the honest login before it worked and the lie was really told.  Being
logged in is not being fooled: what counts is *who* the portal thinks is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conformance.evidence import Anonymous, Attempt, Evidence, Identified, Role, Somebody, Unclear
from conformance.outcome import Expected, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVER_ERROR: Final = 500
SHOWN_OF_SOMEBODY: Final = ("family_name", "SubjectNameID", "sub", "preferred_username")
"""Claims that belong to one person only: fresh people share none of them."""

_NEXT_CALL: Final = {
    "authorization-response": "token",
    "id-token": "userinfo",
    "signed-id-token": "userinfo",
    "token-response": "userinfo",
    "token-answer": "userinfo",
}
"""By seam of the lie: what a portal that believed it asks for next."""


class Reason(StrEnum):
    """Why an outcome is what it is; texts for people hang on these codes."""

    CONTROL_FAILED = "control-failed"
    NOT_TOLD = "not-told"
    NOTHING_TRIED = "nothing-tried"
    NO_PROBE = "no-probe"
    PROBE_FAILED = "probe-failed"
    VICTIM_NAMED = "victim-named"
    STRANGER_NAMED = "stranger-named"
    VICTIM_SHOWN = "victim-shown"
    RIGHT_PERSON = "right-person"
    UNNOTICED = "unnoticed"
    WENT_ON = "went-on"
    STAYED_ANONYMOUS = "stayed-anonymous"
    SERVER_ERROR = "server-error"
    NO_ANSWER = "no-answer"
    LOOP = "loop"
    NOT_STARTED = "not-started"
    NO_LONGER_LOGS_IN = "no-longer-logs-in"
    ALL_KEPT = "all-kept"
    NOT_KEPT = "not-kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What happened, and why that is what happened.

    Attributes:
        facts: names and numbers that the reason's text mentions.
    """

    outcome: Outcome
    reason: Reason
    facts: tuple[tuple[str, str], ...] = ()


def judge(evidence: Evidence, expected: Expected) -> Judgement:
    """Return what happened in a scenario.

    Args:
        evidence: everything that was seen.
        expected: what the portal should do; ``KEPT`` is judged by the findings, anything else by the logins.
    """
    for control in evidence.of(Role.BEFORE):
        if (trouble := control_trouble(control, probed=evidence.probed)) is not None:
            return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.CONTROL_FAILED, facts=(("why", trouble),))
    found = _kept(evidence) if expected is Expected.KEPT else _told(evidence)
    if expected is Expected.REFUSED and found.reason is Reason.RIGHT_PERSON:
        found = Judgement(outcome=found.outcome, reason=Reason.UNNOTICED)
    if found.outcome in {Outcome.FOOLED, Outcome.LEAKED, Outcome.INCONCLUSIVE}:
        return found
    for control in evidence.of(Role.AFTER):
        if (trouble := control_trouble(control, probed=evidence.probed)) is not None:
            return Judgement(outcome=Outcome.POISONED, reason=Reason.NO_LONGER_LOGS_IN, facts=(("why", trouble),))
    return found


def control_trouble(control: Attempt, *, probed: bool) -> str | None:
    """Return what is wrong with an honest login, as a stable word, or None when the right person is logged in."""
    if not control.started:
        return Reason.NOT_STARTED
    if (broken := _broken(control)) is not None:
        return broken
    if not probed:
        return None if control.calls("token") else Reason.STAYED_ANONYMOUS
    if isinstance(control.whoami, Identified):
        return None if control.whoami.identity == control.person.identity else Reason.STRANGER_NAMED
    return Reason.STAYED_ANONYMOUS if isinstance(control.whoami, Anonymous) else control.whoami.why


def _kept(evidence: Evidence) -> Judgement:
    if not evidence.findings:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NOTHING_TRIED)
    missed = [finding for finding in evidence.findings if not finding.kept]
    if not missed:
        return Judgement(outcome=Outcome.KEPT, reason=Reason.ALL_KEPT)
    return Judgement(outcome=Outcome.MISSED, reason=Reason.NOT_KEPT)


def _told(evidence: Evidence) -> Judgement:
    tried = evidence.of(Role.TRIED)
    if not tried:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NOTHING_TRIED)
    if len(evidence.told) < evidence.armed:
        return Judgement(
            outcome=Outcome.INCONCLUSIVE,
            reason=Reason.NOT_TOLD,
            facts=(("told", str(len(evidence.told))), ("armed", str(evidence.armed))),
        )
    judged = [_one(attempt, evidence) for attempt in tried]
    # the worst of several logins is what happened
    return min(judged, key=lambda one: _WORST_FIRST.index(one.outcome))


_WORST_FIRST: Final = (
    Outcome.FOOLED,
    Outcome.LEAKED,
    Outcome.ACCEPTED_HARMLESS,
    Outcome.CONTINUED,
    Outcome.BROKE,
    Outcome.INCONCLUSIVE,
    Outcome.REFUSED,
)


def _one(attempt: Attempt, evidence: Evidence) -> Judgement:
    who = attempt.whoami
    if isinstance(who, Identified):
        return _logged_in(who, attempt.person, evidence.victim)
    if (broken := _broken(attempt)) is not None:
        return Judgement(outcome=Outcome.BROKE, reason=broken)
    if isinstance(who, Unclear) and evidence.probed:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.PROBE_FAILED, facts=(("why", who.why),))
    if (call := _went_on(attempt)) is not None:
        return Judgement(outcome=Outcome.CONTINUED, reason=Reason.WENT_ON, facts=(("endpoint", call),))
    return Judgement(outcome=Outcome.REFUSED, reason=Reason.STAYED_ANONYMOUS)


def _logged_in(who: Identified, person: Somebody, victim: Somebody | None) -> Judgement:
    if victim is not None and who.identity == victim.identity:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.VICTIM_NAMED, facts=(("identity", who.identity),))
    if who.identity != person.identity:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.STRANGER_NAMED, facts=(("identity", who.identity),))
    if victim is not None and (name := _shows(who, victim)) is not None:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.VICTIM_SHOWN, facts=(("claim", name),))
    return Judgement(outcome=Outcome.ACCEPTED_HARMLESS, reason=Reason.RIGHT_PERSON)


def _shows(who: Identified, victim: Somebody) -> str | None:
    """Return the name of a claim of the victim's that the portal shows to somebody else, or None."""
    mine = [(name, str(victim.claims.get(name, ""))) for name in SHOWN_OF_SOMEBODY]
    for name, value in mine:
        if value and (value in who.shown or value in _texts((who.claims or {}).values())):
            return name
    return None


def _texts(values: Iterable[object]) -> set[str]:
    return {value for value in values if isinstance(value, str)}


def _broken(attempt: Attempt) -> Reason | None:
    """Return how the portal failed instead of answering, or None when it gave an orderly answer."""
    landing = attempt.landing
    if landing is None:
        return None
    if landing.loop:
        return Reason.LOOP
    if landing.trouble:
        return Reason.NO_ANSWER
    return Reason.SERVER_ERROR if landing.status >= SERVER_ERROR else None


def _went_on(attempt: Attempt) -> str | None:
    """Return the endpoint that the portal asked next, with what it should have refused in hand."""
    for seen in attempt.journal:
        for lie in seen.told:
            following = _NEXT_CALL.get(str(_seam(lie.deviation)))
            if following and attempt.calls(following, after=seen.seq):
                return following
    return None


def _seam(deviation: object) -> object:
    if not isinstance(deviation, dict):
        return None
    inner = deviation.get("deviation")
    return _seam(inner) if isinstance(inner, dict) else deviation.get("seam")
