"""The hunt: plans are drawn until one breaks a property, then shrunk to the smallest that still breaks the same one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException

from conformance.fuzzing.drawing import explore
from conformance.fuzzing.plan import size, written
from conformance.workstation import WorkstationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.plan import Plan
    from conformance.fuzzing.target import Target
    from conformance.fuzzing.verdict import Look, Violation

MOST_STUCK: Final = 20
"""After so many plans that could not be carried out, the hunt is called off."""

SHRINK_PLANS: Final = 300
"""Most plans spent on making one finding smaller."""


_PHASES: Final = {"flow": (Phase.generate,)}
"""A state machine is shrunk step by step on the plan itself, which takes a tenth of the logins."""


class Caught(Exception):  # noqa: N818  # tells Hypothesis that a plan broke a property
    """A plan broke a property."""


class _Enough(BaseException):
    """Stops Hypothesis: there is no time left, or the plan is small enough."""


@dataclass(kw_only=True)
class Catch:
    """The smallest plan that broke a property so far."""

    plan: Plan
    violation: Violation
    looks: tuple[Look, ...]
    at_plan: int
    at_seconds: float


@dataclass(kw_only=True)
class Hunt:
    """One target, hunted until a deadline.

    Attributes:
        deadline: on the monotonic clock.
        known: groups of findings that are no news.
        tried: how many plans were carried out.
        stuck: how many could not be, because the provider's pages were in the way.
        heard: told after every plan.
    """

    target: Target
    ground: Ground
    deadline: float
    known: set[str] = field(default_factory=set)
    tried: int = 0
    stuck: int = 0
    heard: Callable[[int], None] = lambda _: None
    monotonic: Callable[[], float] = time.monotonic
    shrink_plans: int = SHRINK_PLANS
    _began: float = 0.0
    _catch: Catch | None = None
    _left: int = 0
    _cache: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.monotonic()

    def explicit(self) -> list[Catch]:
        """Carry the plans out that always run, whatever the time, and return what each group broke first."""
        found: dict[str, Catch] = {}
        for plan in self.target.explicit:
            for catch in self._examine(plan):
                found.setdefault(catch.violation.group, catch)
        return [catch for group, catch in found.items() if group not in self.known]

    def draw(self, *, seed: int, examples: int) -> Catch | None:
        """Draw plans until one breaks a property that is news, and return the smallest that does.

        Args:
            seed: the same seed draws the same plans.
            examples: most plans to draw.
        """
        self._catch, self._left, self._cache = None, self.shrink_plans, {}
        how = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=_PHASES.get(self.target.name, (Phase.generate, Phase.shrink)),
        )
        try:
            explore(self.target.name, self._probe, how, seed)
        except (_Enough, Caught):
            pass
        except HypothesisException:
            # a plan that broke the property once and not again: what was caught is re-executed before it counts
            if self._caught() is None:
                raise
        caught = self._caught()
        if caught is not None:
            self._reduce(caught)
        return caught

    def _caught(self) -> Catch | None:
        return self._catch

    def _reduce(self, catch: Catch) -> None:
        """Leave one thing after the other out of a plan, as long as it still breaks the same property."""
        tried: set[str] = set()
        going = True
        while going:
            going = False
            for plan in self.target.smaller(catch.plan):
                if self._left <= 0 or written(plan) in tried:
                    continue
                tried.add(written(plan))
                self._left -= 1
                same = [one for one in self._examine(plan) if one.violation.group == catch.violation.group]
                if same:
                    catch.plan, catch.looks, going = same[0].plan, same[0].looks, True
                    break

    def _probe(self, plan: Plan) -> None:
        if self.monotonic() >= self.deadline:
            raise _Enough
        key = written(plan)
        if key not in self._cache:
            self._cache[key] = self._try(plan)
        group = self._cache[key]
        if self._catch is not None and group == self._catch.violation.group:
            raise Caught(group)

    def _try(self, plan: Plan) -> str | None:
        """Carry a plan out and return the group of what it broke; the first catch decides what is being shrunk."""
        if self._catch is not None:
            if self._left <= 0:
                raise _Enough
            self._left -= 1
        for catch in self._examine(plan):
            group: str = catch.violation.group
            if group in self.known:
                continue
            if self._catch is None:
                self._catch = catch
            elif group != self._catch.violation.group:
                continue
            elif size(plan) < size(self._catch.plan):
                catch.at_plan, catch.at_seconds = self._catch.at_plan, self._catch.at_seconds
                self._catch = catch
            return group
        return None

    def _examine(self, plan: Plan) -> list[Catch]:
        try:
            looks = self.target.carry_out(plan, self.ground)
        except WorkstationError:
            # the provider's pages were not what they are: the portal asked for something odd, or a mistake of ours
            self.stuck += 1
            if self.stuck > MOST_STUCK:
                raise
            return []
        self.tried += 1
        self.heard(self.tried)
        seconds = self.monotonic() - self._began
        return [
            Catch(
                plan=self.target.trim(plan, looks), violation=one, looks=looks, at_plan=self.tried, at_seconds=seconds
            )
            for one in self.target.judge(plan, looks)
        ]
