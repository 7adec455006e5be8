"""A finding: the smallest plan that breaks a property, and how often it did so again with new people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.fuzzing.plan import size
from conformance.workstation import WorkstationError

if TYPE_CHECKING:
    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.hunt import Catch
    from conformance.fuzzing.plan import Plan
    from conformance.fuzzing.target import Target
    from conformance.fuzzing.verdict import Look, Violation

TIMES: Final = 3
"""How often a plan must break the same property again, each time with new people after an honest login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What fuzzing found.

    Attributes:
        again: how many of ``TIMES`` re-executions broke the same property.
        at_plan: the plan that first showed it, counted from 1.
        at_seconds: when that was.
        looks: logins of the last re-execution.
    """

    target: str
    plan: Plan
    violation: Violation
    again: int
    at_plan: int
    at_seconds: float
    looks: tuple[Look, ...] = field(default=(), repr=False)

    @property
    def stable(self) -> bool:
        """Tell whether the finding counts."""
        return self.again == TIMES

    @property
    def size(self) -> int:
        """Return how big the plan is, in signs."""
        return size(self.plan)


def again(plan: Plan, group: str, target: Target, ground: Ground) -> tuple[bool, tuple[Look, ...]]:
    """Carry a plan out once more, after an honest login, with new people.

    Returns:
        Whether it broke the same property, and its logins.
    """
    if ground.control_login() is not None:
        # that no honest login works any more is what I8 says; of anything else it proves nothing
        return group.startswith("I8."), ()
    ground.patient = True
    try:
        looks = target.carry_out(plan, ground)
    except WorkstationError:
        return False, ()
    finally:
        ground.patient = False
    return group in {one.group for one in target.judge(plan, looks)}, looks


def confirm(catch: Catch, target: Target, ground: Ground) -> Finding:
    """Return a catch as a finding, after re-executing it."""
    times, looks = 0, catch.looks
    for _ in range(TIMES):
        same, seen = again(catch.plan, catch.violation.group, target, ground)
        times, looks = times + same, seen or looks
    return Finding(
        target=target.name,
        plan=catch.plan,
        violation=catch.violation,
        again=times,
        at_plan=catch.at_plan,
        at_seconds=catch.at_seconds,
        looks=looks,
    )
