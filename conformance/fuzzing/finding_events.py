"""Findings in the event stream: an event of their own kind, and the scenario that every report knows to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.events import hop_event, seen_event
from conformance.fuzzing.finding import TIMES
from conformance.fuzzing.plan import plan_to_json
from conformance.outcome import Expected, Verdict
from conformance.outcome import Outcome as Seen

if TYPE_CHECKING:
    from conformance.events import Event
    from conformance.fuzzing.campaign import Outcome
    from conformance.fuzzing.finding import Finding
    from conformance.fuzzing.verdict import Look
    from conformance.masks import Masks

DOCUMENT: Final = "psc-conformance, docs/fuzzing.md"
_FOOLED: Final = frozenset({"merged", "mixed", "altered", "mistyped", "stranger", "accepted"})
_BROKE: Final = frozenset({"crashed", "no-answer", "loop", "probe-crashed", "slow"})


def finding_events(finding: Finding, number: int, masks: Masks) -> tuple[Event, ...]:
    """Return a finding as events: what it is, and as a scenario that failed, with its requests.

    Args:
        finding: what was found.
        number: its place in the run, counted from 1.
        masks: keeps secrets out.
    """
    broken = finding.violation
    name = f"fuzz.{finding.target}.{number}"
    counts = Verdict.FAILED if finding.stable else Verdict.INCONCLUSIVE
    note: Event = {
        "kind": "finding",
        "scenario": name,
        "target": finding.target,
        "property": broken.broke,
        "symptom": broken.symptom,
        "stable": finding.stable,
        "again": finding.again,
        "of": TIMES,
        "at_plan": finding.at_plan,
        "at_seconds": round(finding.at_seconds, 3),
        "size": finding.size,
        "plan": plan_to_json(finding.plan),
    }
    hops = tuple(event for at, look in enumerate(finding.looks, 1) for event in _hops(look, name, at, masks))
    card = _card(name, broken.broke, (broken.states("fr"), broken.states("en")), (_mend_fr(), _mend_en()))
    verdict = _verdict(
        name,
        counts,
        seen=(broken.seen_fr, broken.seen_en),
        outcome=_outcome(broken.symptom) if finding.stable else Seen.INCONCLUSIVE,
        reason=broken.group,
    )
    return card, *hops, note, verdict


def target_event(outcome: Outcome, seed: int) -> Event:
    """Return the event that ends a target's turn: how many plans there were, and how many findings."""
    return {
        "kind": "target",
        "target": outcome.target.name,
        "plans": outcome.tried,
        "findings": len(outcome.findings),
        "seconds": round(outcome.seconds, 3),
        "seed": seed,
    }


def quiet_events(outcome: Outcome) -> tuple[Event, ...]:
    """Return the events of a target on which nothing was found."""
    name = f"fuzz.{outcome.target.name}"
    title = (outcome.target.title_fr, outcome.target.title_en)
    seen = (f"{outcome.tried} plans, rien trouvé.", f"{outcome.tried} plans, nothing found.")
    verdict = _verdict(name, Verdict.PASSED, seen=seen, outcome=Seen.KEPT, reason="nothing-found")
    nothing = ("Rien à corriger.", "There is nothing to mend.")
    return _card(name, outcome.target.name, title, nothing), {**verdict, "seconds": round(outcome.seconds, 4)}


def _outcome(symptom: str) -> Seen:
    if symptom in _FOOLED:
        return Seen.FOOLED
    return Seen.BROKE if symptom in _BROKE else Seen.MISSED


def _hops(look: Look, name: str, number: int, masks: Masks) -> list[Event]:
    if look.visit is None:
        return []
    place: Any = {"scenario": name, "login": number, "role": look.attempt.role}
    timed = [(hop.started_at, hop_event(hop, masks, channel=channel, **place)) for channel, hop in look.visit.hops()]
    timed += [(seen.at, seen_event(seen, **place)) for seen in look.attempt.journal if seen.channel == "back"]
    timed.sort(key=lambda one: one[0])
    return [event for _, event in timed]


def _card(name: str, key: str, title: tuple[str, str], mend: tuple[str, str]) -> Event:
    return {
        "kind": "scenario",
        "scenario": name,
        "title_fr": title[0],
        "title_en": title[1],
        "mend_fr": mend[0],
        "mend_en": mend[1],
        "expected": Expected.KEPT.value,
        "clause": {
            "key": f"FUZZ {key}",
            "document": DOCUMENT,
            "section": key,
            "level": "fact",
            "url": "",
            "gist_fr": title[0],
            "gist_en": title[1],
        },
        "deviations": [],
    }


def _mend_fr() -> str:
    return "Rejouer le plan : psc-conformance replay PLAN portal.toml ; il dit ce qui est fait, requête par requête."


def _mend_en() -> str:
    return "Replay the plan: psc-conformance replay PLAN portal.toml; it shows what is done, request by request."


def _verdict(name: str, verdict: Verdict, *, seen: tuple[str, str], outcome: Seen, reason: str) -> Event:
    return {
        "kind": "verdict",
        "scenario": name,
        "outcome": outcome.value,
        "verdict": verdict.value,
        "level": "fact",
        "reason": reason,
        "expected_fr": "La propriété tient pour tout plan.",
        "expected_en": "The property holds for every plan.",
        "seen_fr": seen[0],
        "seen_en": seen[1],
        "findings": [],
        "exception": None,
        "known": None,
        "recovered": None,
        "told": [],
        "attempts": [],
        "seconds": 0.0,
    }
