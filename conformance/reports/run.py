"""A run as reports see it: the events of a log, put together by scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.events import Event
    from conformance.texts import Texts

SHOWN_FIRST: Final = (
    Verdict.FAILED,
    Verdict.WARNING,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.SKIPPED,
    Verdict.PASSED,
)
"""What a reader must see first."""

WORST_FIRST: Final = (
    Outcome.FOOLED,
    Outcome.LEAKED,
    Outcome.ACCEPTED_HARMLESS,
    Outcome.CONTINUED,
    Outcome.POISONED,
    Outcome.BROKE,
    Outcome.MISSED,
    Outcome.REFUSED,
    Outcome.KEPT,
    Outcome.INCONCLUSIVE,
)
"""What to mend first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One scenario: its card, its verdict, and every request in the order in which it was made."""

    card: Event
    verdict: Event
    hops: tuple[Event, ...]

    @property
    def id(self) -> str:
        """Return the scenario's id."""
        return str(self.card["scenario"])

    @property
    def document(self) -> Texts:
        """Return the name of the document that asks for it; logs of earlier versions have it in English only."""
        clause = self.card["clause"]
        return str(clause.get("document_fr", clause["document"])), str(clause["document"])

    @property
    def ruled(self) -> Verdict:
        """Return the verdict."""
        return Verdict(self.verdict["verdict"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole run.

    Attributes:
        start: the opening event: tool, portal, provider, profile.
        steps: the tutorial's journey, when it was walked.
        scenarios: in the order in which they were played.
        errors: mistakes of ours.
        end: the closing event; None when the run was cut off.
    """

    start: Event
    steps: tuple[Event, ...]
    scenarios: tuple[Told, ...]
    errors: tuple[Event, ...]
    end: Event | None

    @property
    def counts(self) -> Counter[Verdict]:
        """Return how many scenarios had each verdict."""
        return Counter(one.ruled for one in self.scenarios)

    @property
    def ordered(self) -> tuple[Told, ...]:
        """Return the scenarios, failures first, otherwise as played."""
        return tuple(sorted(self.scenarios, key=lambda one: SHOWN_FIRST.index(one.ruled)))

    @property
    def to_mend(self) -> tuple[Told, ...]:
        """Return what failed, the worst outcome first: a portal that was fooled before one that was merely rude."""
        failed = [one for one in self.scenarios if one.ruled is Verdict.FAILED]
        return tuple(sorted(failed, key=lambda one: WORST_FIRST.index(Outcome(one.verdict["outcome"]))))

    @property
    def passed(self) -> tuple[tuple[Texts, tuple[Told, ...]], ...]:
        """Return what passed, by the document that asks for it, in the order in which it was played."""
        found: dict[Texts, list[Told]] = {}
        for one in self.scenarios:
            if one.ruled is Verdict.PASSED:
                found.setdefault(one.document, []).append(one)
        return tuple((document, tuple(told)) for document, told in found.items())

    @property
    def matrix(self) -> tuple[tuple[Event, tuple[Told, ...]], ...]:
        """Return the clauses that were looked at, in the order of their keys, each with its scenarios."""
        found: dict[str, list[Told]] = {}
        for one in self.scenarios:
            found.setdefault(one.card["clause"]["key"], []).append(one)
        return tuple((told[0].card["clause"], tuple(told)) for _, told in sorted(found.items()))

    def changes(self, earlier: Run) -> tuple[tuple[Told, Verdict | None], ...]:
        """Return the scenarios whose verdict changed since an earlier run, with the one then; None for a new one."""
        before = {one.id: one.ruled for one in earlier.scenarios}
        return tuple((one, before.get(one.id)) for one in self.scenarios if before.get(one.id) is not one.ruled)

    @property
    def degraded(self) -> bool:
        """Tell whether the portal had no who-am-I page, so that much less is known."""
        return bool(self.start.get("degraded"))


def what_went_wrong(error: Event, language: str) -> str:
    """Return what a mistake of ours was, in ``fr`` or ``en``; logs of earlier versions know the English only."""
    return str(error.get("what_fr", error["what"]) if language == "fr" else error["what"])


def read_run(events: Sequence[Event]) -> Run:
    """Return the run that a log describes; a log that was cut off gives what it has.

    Raises:
        ValueError: there is no opening event.
    """
    start = next((event for event in events if event["kind"] == "run"), None)
    if start is None:
        raise ValueError("the event log has no 'run' event: it is not the log of a run")
    cards: dict[str, Event] = {}
    hops: dict[str, list[Event]] = {}
    found: list[Told] = []
    for event in events:
        name = event.get("scenario", "")
        if event["kind"] == "scenario":
            cards[name], hops[name] = event, []
        elif event["kind"] == "hop" and name in hops:
            hops[name].append(event)
        elif event["kind"] == "verdict" and name in cards:
            found.append(Told(card=cards[name], verdict=event, hops=tuple(hops[name])))
    return Run(
        start=start,
        steps=_all(events, "step"),
        scenarios=tuple(found),
        errors=_all(events, "error"),
        end=next(iter(_all(events, "end")), None),
    )


def _all(events: Sequence[Event], kind: str) -> tuple[Any, ...]:
    return tuple(event for event in events if event["kind"] == kind)
