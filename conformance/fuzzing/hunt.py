"""The hunt: plans are drawn until one breaks a property, then shrunk to the smallest that still breaks the same one."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings

from conformance.fuzzing.drawing import explore
from conformance.fuzzing.plan import written
from conformance.leave import end_if_asked
from conformance.workstation import WorkstationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.plan import Plan
    from conformance.fuzzing.target import Target
    from conformance.fuzzing.verdict import Look, Violation

MOST_STUCK: Final = 20
"""After so many plans that could not be carried out, the hunt is called off."""

SHRINK_PLANS: Final = 200
"""Most plans spent on making one finding smaller."""


AT_ONCE: Final = 10
"""Plans of one kind before the next kind's turn comes."""

_TURNS: Final = 1_000_000


class _Enough(BaseException):
    """Stops Hypothesis: there is no time left, or a plan broke something that is news."""


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
    _trouble: Exception | None = None
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.monotonic()

    def explicit(self) -> list[Catch]:
        """Carry the plans out that always run, whatever the time, and return what each group broke first."""
        found: dict[str, Catch] = {}
        for plan in self.target.explicit:
            for catch in self.examine(plan):
                found.setdefault(catch.violation.group, catch)
        return [catch for group, catch in found.items() if group not in self.known]

    def draw(self, *, seed: int, examples: int) -> Catch | None:
        """Draw plans until one breaks a property that is news, and return the smallest that does.

        Args:
            seed: the same seed draws the same plans.
            examples: most plans to draw.
        """
        self._catch = self._trouble = None
        how = settings(
            max_examples=min(AT_ONCE, examples),
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            # what is caught is made smaller step by step on the plan itself, which takes a tenth of the logins
            phases=(Phase.generate,),
        )
        with suppress(_Enough):
            for turn in range(-(-examples // AT_ONCE)):
                # each turn draws something else; no two seeds share a turn
                explore(self.target.name, seed + turn, self._probe, how, _TURNS * seed + turn)
        caught, trouble = self._came_of_it()
        if trouble is not None:
            raise trouble
        if caught is not None:
            self.reduce(caught)
        return caught

    def _came_of_it(self) -> tuple[Catch | None, Exception | None]:
        return self._catch, self._trouble

    def _probe(self, plan: Plan) -> None:
        if self.monotonic() >= self.deadline:
            raise _Enough
        key = written(plan)
        if key in self._seen:
            return
        self._seen.add(key)
        try:
            news = [catch for catch in self.examine(plan) if catch.violation.group not in self.known]
        except Exception as error:
            # ours to tell: Hypothesis would carry the plan out once more, and say that it is flaky
            self._trouble = error
            raise _Enough from error
        if news:
            self._catch = news[0]
            raise _Enough

    def reduce(self, catch: Catch) -> None:
        """Leave one thing after the other out of a plan, as long as it still breaks the same property."""
        tried = {written(catch.plan)}
        going = True
        while going:
            going = False
            for plan in self.target.smaller(catch.plan):
                if written(plan) in tried:
                    continue
                if len(tried) > self.shrink_plans:
                    return
                if catch.violation.broke == "I8" and self.ground.control_login() is not None:
                    # nobody can log in any more: whatever is left out, it would look the same
                    return
                tried.add(written(plan))
                same = [one for one in self.examine(plan) if one.violation.group == catch.violation.group]
                if same:
                    catch.plan, catch.looks, going = same[0].plan, same[0].looks, True
                    break

    def examine(self, plan: Plan) -> list[Catch]:
        """Carry a plan out, and return what it broke."""
        end_if_asked()
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
