"""Every seeded defect is found by a plan that always runs, and the correct portal breaks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.fuzzing.finding import again, confirm
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.plan import ClaimsPlan, IdentifierPlan, Plan, Twist
from conformance.fuzzing.target import TARGETS, Target
from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PROPERTY_DEFECTS, PropertyDefect
from tests.conformance.fuzzing.conftest import standing_on

if TYPE_CHECKING:
    from conformance.cli.seat import Seat
    from conformance.miniatures.property_defects import AnyDefect

SHOWS_IN = {
    Twist.SPACED: "P3",
    Twist.RESPELLED: "P5",
    Twist.CASE_SWAPPED: "P2",
    Twist.OTHER_TAIL: "P2",
    Twist.PREPENDED: "P4",
    Twist.WIDENED: "P4",
    Twist.QUOTED: "P4",
    Twist.APPENDED: "P4",
}
"""In which plans a property shows, the few before the many."""

LIED_TO = (
    Defect.NEVER_COMPARES_ISS,
    Defect.TAKES_AZP_FOR_AUD,
    Defect.NEVER_COMPARES_NONCE,
    Defect.NEVER_CHECKS_EXP,
    Defect.IGNORES_BAD_SIGNATURE,
    Defect.ACCEPTS_ALG_NONE,
    Defect.NEVER_COMPARES_USERINFO_SUB,
)
"""Defects that the differential oracle over lies must notice too."""


def likely_first(target: Target, properties: tuple[str, ...]) -> list[Plan]:
    """Return the plans that always run, those first that are likely to show a defect, to be quick."""
    twists = [twist for twist, one in SHOWS_IN.items() if one in properties]

    def unlikely(plan: Plan) -> int:
        if isinstance(plan, IdentifierPlan):
            return twists.index(plan.twist) if plan.twist in twists else len(twists)
        return isinstance(plan, ClaimsPlan) and ("Q8" in properties) != bool(plan.lies)

    return sorted(target.explicit, key=unlikely)


def first_broken(seat: Seat, defect: AnyDefect, target: Target, properties: tuple[str, ...]) -> tuple[str, bool]:
    """Return the first property that a portal breaks, and whether it breaks it again with new people."""
    with standing_on(seat, defect) as ground:
        for plan in likely_first(target, properties):
            broken = target.judge(plan, target.carry_out(plan, ground))
            if broken:
                same, _ = again(plan, broken[0].group, target, ground)
                return broken[0].broke, same
    return "", False


@pytest.mark.integration
@pytest.mark.parametrize("defect", PropertyDefect)
def test_a_seeded_defect_is_found(fuzz_seat: Seat, defect: PropertyDefect) -> None:
    """The first plan that shows it breaks a property of the defect's row, and breaks it again."""
    row = PROPERTY_DEFECTS[defect]
    broke, same = first_broken(fuzz_seat, defect, TARGETS[row.target], row.properties)

    assert broke in row.properties
    assert same


@pytest.mark.integration
@pytest.mark.parametrize("defect", LIED_TO)
def test_a_portal_that_swallows_a_lie_is_found(fuzz_seat: Seat, defect: Defect) -> None:
    """The reference refuses, the portal does not."""
    assert ("Q8", True) == first_broken(fuzz_seat, defect, TARGETS["claims"], ("Q8",))


@pytest.mark.integration
@pytest.mark.parametrize("name", TARGETS)
def test_the_correct_portal_breaks_nothing(fuzz_seat: Seat, name: str) -> None:
    """Every plan that always runs, and some that are drawn."""
    with standing_on(fuzz_seat, None) as ground:
        hunt = Hunt(target=TARGETS[name], ground=ground, deadline=1e12)
        caught = [catch for catch in (*hunt.explicit(), hunt.draw(seed=0, examples=10)) if catch is not None]
        # as in a campaign: a busy machine may make one login slow, but not three more
        found = [catch for catch in caught if confirm(catch, TARGETS[name], ground).stable]

    assert [] == [(catch.plan, catch.violation) for catch in found]
    assert hunt.tried > len(TARGETS[name].explicit)
