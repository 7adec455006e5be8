"""Playing one scenario from the first honest login to the verdict, and writing down everything as events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.events import Event, hop_event, scenario_event, seen_event
from conformance.evidence import Evidence, Role
from conformance.judge import Judgement, Reason, control_trouble, judge
from conformance.outcome import Expected, Outcome, Verdict
from conformance.selection import with_known
from conformance.texts import EXPECTED, REASONS, said
from conformance.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from conformance.descriptor import Exempt
    from conformance.evidence import Attempt
    from conformance.profiles import Ruling
    from conformance.scenario import Scenario
    from conformance.visit import Lab


NOT_APPLICABLE: Final = "not-applicable"
"""Reason of a scenario that was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """One scenario, played and judged.

    Attributes:
        events: everything that happened, fit for the event log.
        seconds: how long it took.
    """

    card: Scenario
    evidence: Evidence
    judgement: Judgement
    ruling: Ruling
    events: tuple[Event, ...]
    seconds: float


def perform(card: Scenario, play: Callable[[Trial], None], lab: Lab) -> Performance:
    """Play a scenario: an honest login, the case itself, an honest login, the judgement.

    Args:
        card: the scenario.
        play: its function.
        lab: the run.

    Raises:
        WorkstationError: the provider showed something unexpected; that is our mistake, not the portal's.
        ControlFailed: the provider is gone.
    """
    began = lab.monotonic()
    trial = Trial(card, lab)
    try:
        trial.control(Role.BEFORE)
        if not _hopeless(trial):
            _play(play, trial)
            trial.control(Role.AFTER)
    finally:
        trial.close()
    evidence = trial.evidence()
    judgement = judge(evidence, card.expected)
    recovered = _recover(trial) if judgement.outcome is Outcome.POISONED else None
    ruling = lab.profile.rule(card.id, card.demand, card.expected, judgement.outcome)
    seconds = lab.monotonic() - began
    events = (
        scenario_event(card),
        *(event for number in range(len(trial.visits)) for event in _visit_events(card, number, trial)),
        {**verdict_event(card, evidence, judgement, ruling, seconds=seconds), "recovered": recovered},
    )
    return Performance(card=card, evidence=evidence, judgement=judgement, ruling=ruling, events=events, seconds=seconds)


def skipped(card: Scenario, reason: tuple[str, str]) -> tuple[Event, ...]:
    """Return the events of a scenario that does not apply to this portal.

    Args:
        card: the scenario.
        reason: why not, in French and English.
    """
    verdict: Event = {
        "kind": "verdict",
        "scenario": card.id,
        "outcome": Outcome.INCONCLUSIVE.value,
        "verdict": Verdict.SKIPPED.value,
        "level": card.demand.level.value,
        "reason": NOT_APPLICABLE,
        "expected_fr": said(EXPECTED[card.expected], "fr"),
        "expected_en": said(EXPECTED[card.expected], "en"),
        "seen_fr": f"Ne s'applique pas : {reason[0]}",
        "seen_en": f"Does not apply: {reason[1]}",
        "findings": [],
        "exception": None,
        "known": None,
        "recovered": None,
        "told": [],
        "attempts": [],
        "seconds": 0.0,
    }
    return scenario_event(card), verdict


def settle_known(events: tuple[Event, ...], known: Exempt | None, today: date) -> tuple[Event, ...]:
    """Return the events with the verdict as it counts for a portal whose descriptor announces a failure.

    Args:
        events: of one scenario, the verdict last.
        known: the announced failure, or None.
        today: the day of the run.
    """
    if known is None:
        return events
    verdict = events[-1]
    before = Verdict(verdict["verdict"])
    counts = with_known(before, known, today)
    note = {
        "reason": known.reason,
        "issue": known.issue,
        "until": known.until.isoformat() if known.until else "",
        "unexpected": before is Verdict.PASSED,
        "overdue": before is Verdict.FAILED and counts is Verdict.FAILED,
    }
    return (*events[:-1], {**verdict, "verdict": counts.value, "known": note})


def _play(play: Callable[[Trial], None], trial: Trial) -> None:
    """Play the case itself; lies for everybody end with it, however it ends."""
    try:
        play(trial)
    finally:
        trial.withdraw()


def _hopeless(trial: Trial) -> bool:
    """Tell whether the honest login failed, so that going on would prove nothing."""
    return judge(trial.evidence(), Expected.REFUSED).reason is Reason.CONTROL_FAILED


def _recover(trial: Trial) -> str | None:
    """Make a portal that no longer logs anybody in forget, gently first; return what it took, None when nothing did."""
    for name, reset in trial.lab.resets:
        reset()
        if control_trouble(trial.control(Role.AFTER), probed=trial.lab.portal.probed) is None:
            return name
    return None


def _visit_events(card: Scenario, number: int, trial: Trial) -> tuple[Event, ...]:
    """Return the events of one visit in the order in which they happened.

    A browser that several visits share sends each of its requests for the visit that sat down at it last.
    """
    masks, visit = trial.lab.masks, trial.visits[number]
    place: Any = {"scenario": card.id, "login": number + 1, "role": visit.role}
    later = {id(hop) for other in trial.visits[number + 1 :] for _, hop in other.hops()}
    mine = [(channel, hop) for channel, hop in visit.hops() if id(hop) not in later]
    timed = [(hop.started_at, hop_event(hop, masks, channel=channel, **place)) for channel, hop in mine]
    timed += [(seen.at, seen_event(seen, **place)) for seen in visit.journal() if seen.channel == "back"]
    timed.sort(key=lambda one: one[0])
    return tuple(event for _, event in timed)


def verdict_event(card: Scenario, evidence: Evidence, judgement: Judgement, ruling: Ruling, *, seconds: float) -> Event:
    """Return the event that closes a scenario: outcome, verdict, and the sentences a person reads."""
    facts = dict(judgement.facts)
    row = ruling.row
    return {
        "kind": "verdict",
        "scenario": card.id,
        "outcome": judgement.outcome.value,
        "verdict": ruling.verdict.value,
        "level": ruling.level.value,
        "reason": judgement.reason.value,
        "expected_fr": said(EXPECTED[card.expected], "fr"),
        "expected_en": said(EXPECTED[card.expected], "en"),
        "seen_fr": said(REASONS[judgement.reason], "fr", facts),
        "seen_en": said(REASONS[judgement.reason], "en", facts),
        "findings": [{"kept": one.kept, "fr": one.fr, "en": one.en} for one in evidence.findings],
        "exception": None if row is None else {"clause": row.clause, "fr": row.reason_fr, "en": row.reason_en},
        "known": None,
        "told": [{"deviation": dict(lie.deviation), "honest": lie.honest, "told": lie.told} for lie in evidence.told],
        "attempts": [_attempt(one) for one in evidence.attempts],
        "seconds": round(seconds, 4),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    landing = attempt.landing
    who = attempt.whoami
    return {
        "role": attempt.role.value,
        "person": attempt.person.idnat,
        "started": attempt.started,
        "whoami": type(who).__name__.lower(),
        "identity": getattr(who, "identity", None),
        "landing": None
        if landing is None
        else {
            "place": landing.place,
            "status": landing.status,
            "alert": landing.alert,
            "trouble": landing.trouble,
            "loop": landing.loop,
            "outside": landing.outside,
            "text": landing.text,
        },
    }
