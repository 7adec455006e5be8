"""A run as reports see it: the events of a log, put together by scenario."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.outcome import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.events import Event

SHOWN_FIRST: Final = (
    Verdict.FAILED,
    Verdict.WARNING,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.SKIPPED,
    Verdict.PASSED,
)
"""What a reader must see first."""


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
    def degraded(self) -> bool:
        """Tell whether the portal had no who-am-I page, so that much less is known."""
        return bool(self.start.get("degraded"))


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
