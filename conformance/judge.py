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
    NO_CONTROL = "no-control"
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
    WENT_NO_FURTHER = "went-no-further"
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
    before, after = evidence.of(Role.BEFORE), evidence.of(Role.AFTER)
    for control in before:
        if (trouble := control_trouble(control, probed=evidence.probed)) is not None:
            return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.CONTROL_FAILED, facts=(("why", trouble),))
    found = _kept(evidence) if expected is Expected.KEPT else _tried(evidence, expected)
    if not before or found.outcome is Outcome.FOOLED or found.reason in _WITHOUT_CASE:
        return found if before else Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NO_CONTROL)
    if not after:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NO_CONTROL)
    for control in after:
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
    attempts = [_one(attempt, evidence, Expected.KEPT) for attempt in evidence.of(Role.TRIED)]
    if fooled := [one for one in attempts if one.outcome is Outcome.FOOLED]:
        return fooled[0]
    if not evidence.findings:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NOTHING_TRIED)
    if (silent := _not_told(evidence)) is not None:
        return silent
    if all(finding.kept for finding in evidence.findings):
        return Judgement(outcome=Outcome.KEPT, reason=Reason.ALL_KEPT)
    return Judgement(outcome=Outcome.MISSED, reason=Reason.NOT_KEPT)


def _tried(evidence: Evidence, expected: Expected) -> Judgement:
    tried = evidence.of(Role.TRIED)
    if not tried:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NOTHING_TRIED)
    judged = [_one(attempt, evidence, expected) for attempt in tried]
    # the worst of several logins is what happened
    worst = min(judged, key=lambda one: _WORST_FIRST[expected].index(one.outcome))
    # what a portal did with the lies that were told stands, whatever became of the others
    if worst.outcome not in {Outcome.FOOLED, Outcome.CONTINUED} and (silent := _not_told(evidence)) is not None:
        return silent
    return worst


def _not_told(evidence: Evidence) -> Judgement | None:
    told, armed = len(evidence.told), evidence.armed
    if told >= armed:
        return None
    facts = (("told", str(told)), ("armed", str(armed)))
    return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NOT_TOLD, facts=facts)


_WITHOUT_CASE: Final = frozenset({Reason.NOT_TOLD, Reason.NOTHING_TRIED, Reason.NOT_STARTED})
"""The lie never met the portal, so that an honest login that fails afterwards cannot be its doing."""

_WORST_FIRST: Final = {
    Expected.REFUSED: (
        Outcome.FOOLED,
        Outcome.ACCEPTED_HARMLESS,
        Outcome.CONTINUED,
        Outcome.BROKE,
        Outcome.INCONCLUSIVE,
        Outcome.REFUSED,
    ),
    Expected.ACCEPTED: (
        Outcome.FOOLED,
        Outcome.BROKE,
        Outcome.REFUSED,
        Outcome.INCONCLUSIVE,
        Outcome.ACCEPTED_HARMLESS,
    ),
    Expected.EITHER: (
        Outcome.FOOLED,
        Outcome.BROKE,
        Outcome.INCONCLUSIVE,
        Outcome.CONTINUED,
        Outcome.ACCEPTED_HARMLESS,
        Outcome.REFUSED,
    ),
}

_PROBE_BROKE: Final = {"server-error": Reason.SERVER_ERROR, "unreachable": Reason.NO_ANSWER}
"""A who-am-I page that worked in the honest login and now fails is the portal breaking, not a page we cannot read."""


def _one(attempt: Attempt, evidence: Evidence, expected: Expected) -> Judgement:
    who = attempt.whoami
    if isinstance(who, Identified):
        return _logged_in(who, attempt.person, evidence.victim, expected)
    if (broken := _broken(attempt)) is not None:
        return Judgement(outcome=Outcome.BROKE, reason=broken)
    if isinstance(who, Unclear) and evidence.probed:
        if who.why in _PROBE_BROKE:
            return Judgement(outcome=Outcome.BROKE, reason=_PROBE_BROKE[who.why])
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.PROBE_FAILED, facts=(("why", who.why),))
    if attempt.landing is None and not attempt.told:
        # nothing was delivered and nothing was told: that nobody is logged in proves nothing
        reason = Reason.NOTHING_TRIED if attempt.started else Reason.NOT_STARTED
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=reason)
    return _anonymous(attempt, evidence, expected)


def _anonymous(attempt: Attempt, evidence: Evidence, expected: Expected) -> Judgement:
    """Judge a login that ended in an orderly answer, with nobody logged in or nobody to say who is."""
    call = _went_on(attempt, armed=evidence.armed)
    if call is not None and expected is not Expected.ACCEPTED:
        return Judgement(outcome=Outcome.CONTINUED, reason=Reason.WENT_ON, facts=(("endpoint", call),))
    if evidence.probed:
        return Judgement(outcome=Outcome.REFUSED, reason=Reason.STAYED_ANONYMOUS)
    missed = None if call is not None else _would_have_gone_on(attempt, evidence)
    if missed is None:
        return Judgement(outcome=Outcome.INCONCLUSIVE, reason=Reason.NO_PROBE)
    return Judgement(outcome=Outcome.REFUSED, reason=Reason.WENT_NO_FURTHER, facts=(("endpoint", missed),))


def _logged_in(who: Identified, person: Somebody, victim: Somebody | None, expected: Expected) -> Judgement:
    if victim is not None and who.identity == victim.identity:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.VICTIM_NAMED, facts=(("identity", who.identity),))
    if who.identity != person.identity:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.STRANGER_NAMED, facts=(("identity", who.identity),))
    if victim is not None and (name := _shows(who, person, victim)) is not None:
        return Judgement(outcome=Outcome.FOOLED, reason=Reason.VICTIM_SHOWN, facts=(("claim", name),))
    unnoticed = expected is Expected.REFUSED
    return Judgement(outcome=Outcome.ACCEPTED_HARMLESS, reason=Reason.UNNOTICED if unnoticed else Reason.RIGHT_PERSON)


def _shows(who: Identified, person: Somebody, victim: Somebody) -> str | None:
    """Return the name of a claim of the victim's that the portal shows to somebody else, or None."""
    theirs = [(name, str(victim.claims.get(name, ""))) for name in SHOWN_OF_SOMEBODY]
    for name, value in theirs:
        if (
            value
            and value != str(person.claims.get(name, ""))
            and (value in who.shown or value in _texts((who.claims or {}).values()))
        ):
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


def _went_on(attempt: Attempt, *, armed: int) -> str | None:
    """Return the endpoint that the portal asked next, with what it should have refused in hand."""
    calls = _next_calls(attempt, armed=armed)
    return next((call for call, after in calls if attempt.calls(call, after=after)), None)


def _would_have_gone_on(attempt: Attempt, evidence: Evidence) -> str | None:
    """Return the endpoint that the portal left out and asks in every honest login; its silence then says something."""
    calls = _next_calls(attempt, armed=evidence.armed)
    return next((call for call, _ in calls if all(one.calls(call) for one in evidence.of(Role.BEFORE))), None)


def _next_calls(attempt: Attempt, *, armed: int) -> tuple[tuple[str, int], ...]:
    """Return what a portal that believes it asks next, and the place in the journal behind which that counts.

    When no lie was armed, the scenario itself altered what came back, and the code is what would be used.
    """
    if armed == 0:
        return (("token", 0),)
    told = ((_NEXT_CALL.get(str(_seam(lie.deviation))), seq) for seq, lie in attempt.first_told)
    return tuple((call, seq) for call, seq in told if call is not None)


def _seam(deviation: object) -> object:
    if not isinstance(deviation, dict):
        return None
    inner = deviation.get("deviation")
    return _seam(inner) if isinstance(inner, dict) else deviation.get("seam")
