"""A campaign: every target in turn, within a budget, until enough different findings are confirmed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from conformance.fuzzing.finding import confirm
from conformance.fuzzing.hunt import SHRINK_PLANS, Hunt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.fuzzing.finding import Finding
    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to look.

    Attributes:
        examples: most plans drawn of one target.
        shrink_plans: most plans spent on making one finding smaller.
        findings: after so many different ones of a target, the next target's turn comes.
        seconds: the budget unless another is given.
    """

    examples: int
    shrink_plans: int = SHRINK_PLANS
    findings: int = 3
    seconds: float = 60.0


EFFORTS: Final = {
    "fuzz-short": Effort(examples=2_000, shrink_plans=80, seconds=300.0),
    "fuzz-nightly": Effort(examples=1_000_000, seconds=3600.0),
}
"""By name: a quick look for every commit, and a long one for the night."""

_DRAWN_AT_ONCE: Final = 500
_MOST_UNSTABLE: Final = 5


class Watcher(Protocol):
    """Who is told how a campaign goes, while it goes."""

    def hunts(self, target: Target, seconds: float) -> None:
        """A target's turn begins."""
        ...

    def tried(self, count: int) -> None:
        """One more plan was carried out."""
        ...

    def found(self, finding: Finding) -> None:
        """A property is broken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one target.

    Attributes:
        tried: how many plans were carried out.
        seconds: how long that took.
    """

    target: Target
    findings: tuple[Finding, ...]
    tried: int
    seconds: float


@dataclass(kw_only=True)
class Campaign:
    """Fuzzing of one portal.

    Attributes:
        effort: how hard to look.
        budget: seconds for all targets together; plans that always run are carried out in any case.
        seed: the same seed draws the same plans.
    """

    ground: Ground
    effort: Effort
    budget: float
    seed: int
    watcher: Watcher
    always: bool = True
    _known: set[str] = field(default_factory=set)

    def run(self, targets: Sequence[Target]) -> Iterator[Outcome]:
        """Hunt every target for its share of the budget, and yield what came of each as soon as its turn is over."""
        ends = time.monotonic() + self.budget
        for number, target in enumerate(targets):
            share = max(0.0, ends - time.monotonic()) / (len(targets) - number)
            yield self._hunt(target, share)

    def _wants_more(self, found: Sequence[Finding]) -> bool:
        """Tell whether to go on: what does not happen again does not count, but not for ever."""
        counted = sum(finding.stable for finding in found)
        return counted < self.effort.findings and len(found) < _MOST_UNSTABLE + self.effort.findings

    def _hunt(self, target: Target, seconds: float) -> Outcome:
        self.watcher.hunts(target, seconds)
        began = time.monotonic()
        hunt = Hunt(
            target=target,
            ground=self.ground,
            deadline=began + seconds,
            heard=self.watcher.tried,
            shrink_plans=self.effort.shrink_plans,
        )
        found: list[Finding] = []
        for catch in hunt.explicit()[: self.effort.findings] if self.always else []:
            hunt.known.add(catch.violation.group)
            hunt.reduce(catch)
            found.append(confirm(catch, target, self.ground))
            self.watcher.found(found[-1])
        drawn, seed = 0, self.seed
        while self._wants_more(found) and drawn < self.effort.examples and time.monotonic() < hunt.deadline:
            before = hunt.tried
            catch_drawn = hunt.draw(seed=seed, examples=min(_DRAWN_AT_ONCE, self.effort.examples - drawn))
            drawn, seed = drawn + max(1, hunt.tried - before), seed + 1
            if catch_drawn is not None:
                hunt.known.add(catch_drawn.violation.group)
                found.append(confirm(catch_drawn, target, self.ground))
                self.watcher.found(found[-1])
        return Outcome(target=target, findings=tuple(found), tried=hunt.tried, seconds=time.monotonic() - began)
