"""Plans about the order of things: what is composed, what is left out, and how a plan gets smaller."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.evidence import Attempt, Role, Somebody
from conformance.fuzzing.flow import FlowLook, explicit, judge, smaller, trim
from conformance.fuzzing.flow_machine import STEPS, machine
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.plan import Act, FlowPlan, Step
from conformance.fuzzing.target import Target
from conformance.fuzzing.verdict import Violation

BEGIN, OTHER = Step(act=Act.BEGIN), Step(act=Act.BEGIN, browser=1)
BROKEN = (Violation(broke="I6", symptom="crashed"),)


def plan(*steps: Step) -> FlowPlan:
    """Return a plan of these steps."""
    return FlowPlan(steps=steps)


def approve(attempt: int) -> Step:
    """Return the approval of a login."""
    return Step(act=Act.APPROVE, attempt=attempt)


def test_a_login_is_left_out_with_everything_about_it() -> None:
    """The logins after it move up."""
    whole = plan(BEGIN, OTHER, approve(0), approve(1))

    assert [
        plan(OTHER, approve(0)),
        plan(BEGIN, approve(0)),
        plan(BEGIN, OTHER, approve(1)),
        plan(BEGIN, OTHER, approve(0)),
    ] == list(smaller(whole))


def look(*broken: Violation, played: int = 0) -> FlowLook:
    """Return a login that carries what a plan broke."""
    attempt = Attempt(role=Role.TRIED, person=Somebody(idnat="8", identity="8"))
    return FlowLook(name="login 0", attempt=attempt, broken=broken, played=played)


def test_steps_behind_the_broken_one_are_trimmed() -> None:
    """They were not carried out."""
    assert plan(BEGIN) == trim(plan(BEGIN, OTHER, OTHER), (look(*BROKEN, played=1),))
    assert BROKEN == judge(plan(BEGIN), (look(*BROKEN),))
    assert () == judge(plan(BEGIN), (look(),))


def test_composed_plans_are_about_logins_that_exist() -> None:
    """An answer is of a login that was begun, a delivery of one that was answered."""
    composed: list[FlowPlan] = []
    kind = seed(3)(machine(composed.append))
    run_state_machine_as_test(kind, settings=settings(max_examples=60, stateful_step_count=STEPS, database=None))
    acts = {step.act for one in composed for step in one.steps}

    assert set(Act) == acts
    assert [] == [one for one in composed if not _fits(one)]


def _fits(one: FlowPlan) -> bool:
    begun, answered = 0, set()
    for step in one.steps:
        begun += step.act is Act.BEGIN
        if step.act in {Act.APPROVE, Act.DECLINE}:
            if step.attempt >= begun or step.attempt in answered:
                return False
            answered.add(step.attempt)
        if step.act in {Act.DELIVER, Act.DELIVER_CUT} and step.attempt not in answered:
            return False
    return True


def test_explicit_plans_use_every_act_but_nothing_twice() -> None:
    """The classic accidents and attacks."""
    plans = explicit()

    assert set(Act) == {step.act for one in plans for step in one.steps}
    assert len(plans) == len(set(plans))


def test_a_flow_finding_is_made_as_small_as_it_goes() -> None:
    """Two logins in two browsers, and nothing else."""

    def two_browsers(one: Any, looks: Any) -> tuple[Violation, ...]:
        del looks
        browsers = {step.browser for step in one.steps if step.act is Act.BEGIN}
        return BROKEN if len(browsers) > 1 else ()

    target = Target(
        name="flow",
        title_fr="",
        title_en="",
        carry_out=lambda one, _: (look(played=len(one.steps)),),
        judge=two_browsers,
        explicit=(),
        trim=trim,
        smaller=smaller,
    )
    catch = Hunt(target=target, ground=cast("Any", None), deadline=1e12).draw(seed=1, examples=300)

    assert catch is not None
    assert 2 == len(cast("FlowPlan", catch.plan).steps)
