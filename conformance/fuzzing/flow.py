"""Plans about the order of things: how they are carried out and get smaller, and those that always run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from conformance.evidence import Attempt, Role, Somebody
from conformance.fuzzing.plan import ACTS_ON_LOGIN, Act, FlowPlan, Step
from conformance.fuzzing.scene import Scene
from conformance.fuzzing.verdict import Look, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.fuzzing.ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLook(Look):
    """A login of a plan about flow; the first also carries what the whole plan broke, and after how many steps."""

    broken: tuple[Violation, ...] = ()
    played: int = 0


def carry_out(plan: FlowPlan, ground: Ground) -> tuple[Look, ...]:
    """Do what a plan says, step by step, until an invariant is broken; then log in honestly.

    Raises:
        WorkstationError, ControlFailed: our own provider is in the way.
    """
    scene = Scene(ground=ground)
    played = 0
    for step in plan.steps:
        scene.play(step)
        played += 1
        if scene.broken:
            break
    looks = scene.ends()
    broken = tuple(dict.fromkeys(scene.broken))
    if not looks:
        return (FlowLook(name="nothing", attempt=NOTHING, broken=broken, played=played),)
    first = looks[0]
    whole = FlowLook(
        name=first.name, attempt=first.attempt, pages=first.pages, visit=first.visit, broken=broken, played=played
    )
    return (whole, *looks[1:])


NOTHING: Final = Attempt(role=Role.TRIED, person=Somebody(idnat="", identity=""))
"""In the place of the logins of a plan that broke nothing: nobody will read them."""


def trim(plan: FlowPlan, looks: tuple[Look, ...]) -> FlowPlan:
    """Return a plan without the steps behind the one that broke an invariant: they were not carried out."""
    played = next((look.played for look in looks if isinstance(look, FlowLook)), len(plan.steps))
    return FlowPlan(steps=plan.steps[:played])


def smaller(plan: FlowPlan) -> Iterator[FlowPlan]:
    """Return every plan with one step less; without a login's beginning, all of that login goes."""
    begun = -1
    for at, step in enumerate(plan.steps):
        if step.act is not Act.BEGIN:
            yield FlowPlan(steps=(*plan.steps[:at], *plan.steps[at + 1 :]))
            continue
        begun += 1
        others = [one for number, one in enumerate(plan.steps) if number != at and not _of(one, begun)]
        yield FlowPlan(steps=tuple(replace(one, attempt=one.attempt - (one.attempt > begun)) for one in others))


def _of(step: Step, attempt: int) -> bool:
    return step.act in ACTS_ON_LOGIN and step.attempt == attempt


def judge(plan: FlowPlan, looks: tuple[Look, ...]) -> tuple[Violation, ...]:
    """Return the invariants that a portal broke, the first first."""
    del plan
    return tuple(one for look in looks if isinstance(look, FlowLook) for one in look.broken)


def _steps(text: str) -> FlowPlan:
    """Return the plan of a short text: act, then browser and attempt as digits."""
    acts = {"b": Act.BEGIN, "a": Act.APPROVE, "x": Act.DECLINE, "d": Act.DELIVER, "c": Act.DELIVER_CUT}
    acts |= {"r": Act.RELOAD, "o": Act.LOGOUT, "t": Act.AGE, "k": Act.ROTATE, "z": Act.LOGOUT_TOKEN}
    return FlowPlan(
        steps=tuple(Step(act=acts[one[0]], browser=int(one[1]), attempt=int(one[2])) for one in text.split())
    )


def explicit() -> tuple[FlowPlan, ...]:
    """Return the plans that are always carried out: the classic accidents and attacks."""
    return tuple(
        _steps(text)
        for text in (
            "b00 a00 d00 r00 o00",
            "b00 a00 d00 d00",
            "b00 a00 d10",
            "b00 b11 a00 a01 d01 d10",
            "b00 b10 a01 d01",
            "b00 b00 a00 d00",
            "b00 b10 a00 a01 d00 d11 o00",
            "b00 a00 d00 o00 d00",
            "b00 x00 d00 b00 x01 d01 b00 x02 d02",
            "b00 a00 c00 d00",
            "b00 a00 t00 d00",
            "b00 a00 k00 d00 b00 a01 d01",
            "b00 a00 d00 z00 z00",
            "b00 b10 a00 a01 d00 d11 z00",
            "b00 a00 d00 b10 a01 k00 d11",
        )
    )
