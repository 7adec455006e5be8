"""Plans travel as JSON and come back the same; whatever else is read is told which member is at fault."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.families import Family
from conformance.fuzzing.drawing import KINDS
from conformance.fuzzing.plan import (
    Act,
    Change,
    ClaimsPlan,
    FlowPlan,
    IdentifierPlan,
    Mutation,
    Plan,
    PlanError,
    Step,
    Twist,
    plan_from_json,
    plan_to_json,
    size,
)
from mock_idp.deviations import DropClaim
from tests.mock_idp.deviations.test_wire import LIES

MUTATIONS = st.builds(
    Mutation,
    change=st.sampled_from(Change),
    path=st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=3).map(tuple),
    value=st.none() | st.booleans() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
)
STEPS = st.builds(Step, act=st.sampled_from(Act), browser=st.integers(0, 9), attempt=st.integers(0, 9))
PLANS: st.SearchStrategy[Plan] = (
    st.one_of(KINDS["identifiers"])
    | st.builds(
        ClaimsPlan, mutations=st.lists(MUTATIONS, max_size=3).map(tuple), lies=st.lists(LIES, max_size=2).map(tuple)
    )
    | st.builds(FlowPlan, steps=st.lists(STEPS, max_size=5).map(tuple))
)
RPPS = {"schema": 1, "target": "identifiers", "family": "rpps"}


@given(PLANS)
def test_a_plan_survives_the_file(plan: Plan) -> None:
    """Written as text, read by another process, it is the same value."""
    assert plan == plan_from_json(json.loads(json.dumps(plan_to_json(plan))))


def test_the_simplest_plan_has_no_size_and_every_addition_has_some() -> None:
    """What findings are compared by."""
    assert 0 == size(IdentifierPlan())
    assert [True, True, True] == [
        size(IdentifierPlan(tail="x" * 5)) > size(IdentifierPlan(tail="x")) > 0,
        size(ClaimsPlan(lies=(DropClaim("sub"),))) > 0,
        size(FlowPlan(steps=(Step(act=Act.BEGIN),))) > 0,
    ]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([], "plan: expected a JSON object"),
        ({}, "schema: this version reads schema 1, not None"),
        ({"schema": 1}, "target: None is none of identifiers, claims, flow"),
        ({**RPPS, "shape": "x"}, "plan.shape: unknown; known are family, tail, twist, text, at"),
        ({**RPPS, "family": "iban"}, "plan.family: 'iban' is none of rpps, adeli"),
        ({**RPPS, "family": []}, "plan.family: [] is none of rpps, adeli"),
        ({**RPPS, "at": -1}, "plan.at: expected int, got -1"),
        ({**RPPS, "at": True}, "plan.at: expected int, got True"),
        ({**RPPS, "tail": None}, "plan.tail: expected str, got None"),
        ({"schema": 1, "target": "flow", "steps": {}}, "plan.steps: expected a list"),
        ({"schema": 1, "target": "flow", "steps": ["begin"]}, "plan.steps[0]: expected a JSON object"),
        ({"schema": 1, "target": "flow", "steps": [{}]}, "plan.steps[0]: a member is missing; known are act, browser"),
        ({"schema": 1, "target": "flow", "steps": [{"act": "jump"}]}, "plan.steps[0].act: 'jump' is none of begin"),
        ({"schema": 1, "target": "claims", "lies": [{"kind": "x"}]}, "plan.lies: kind: unknown deviation 'x'"),
        (
            {"schema": 1, "target": "claims", "mutations": [{"change": "drop", "path": [1.5]}]},
            "plan.mutations[0].path: expected names and numbers",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_told_why(members: Any, said: str) -> None:
    """The member at fault and what was expected."""
    with pytest.raises(PlanError) as caught:
        plan_from_json(members)

    assert said in str(caught.value)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=8), x)
    )
)
def test_any_json_is_read_or_refused(members: Any) -> None:
    """Nothing but a ``PlanError`` comes out."""
    whole = {**RPPS, **members} if isinstance(members, dict) else members
    try:
        plan = plan_from_json(whole)
    except PlanError:
        return

    assert isinstance(plan, IdentifierPlan)
    assert (True, True) == (isinstance(plan.family, Family), isinstance(plan.twist, Twist))
