"""Every seeded defect about identifiers is found by a plan that always runs, and the correct portal breaks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.fuzzing.finding import TIMES, again
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.identifiers import explicit
from conformance.fuzzing.plan import Twist
from conformance.fuzzing.target import TARGETS
from conformance.miniatures.property_defects import PROPERTY_DEFECTS, PropertyDefect
from tests.conformance.fuzzing.conftest import standing_on

if TYPE_CHECKING:
    from conformance.cli.seat import Seat

TARGET = TARGETS["identifiers"]
SHOWS_IN = {"P3": Twist.SPACED, "P4": Twist.APPENDED, "P5": Twist.RESPELLED}
DEFECTS = [defect for defect, row in PROPERTY_DEFECTS.items() if row.target == "identifiers"]


@pytest.mark.integration
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_seeded_defect_is_found(fuzz_seat: Seat, defect: PropertyDefect) -> None:
    """The first plan that shows it breaks a property of the defect's row, and breaks it again with new people."""
    with standing_on(fuzz_seat, defect) as ground:
        # those first that are likely to show it, to be quick
        likely = {SHOWS_IN[one] for one in PROPERTY_DEFECTS[defect].properties if one in SHOWS_IN}
        for plan in sorted(explicit(), key=lambda one: one.twist not in likely):
            broken = TARGET.judge(plan, TARGET.carry_out(plan, ground))
            if broken:
                same, _ = again(plan, broken[0].group, TARGET, ground)

                assert same
                assert broken[0].broke in PROPERTY_DEFECTS[defect].properties
                return
    pytest.fail(f"{defect}: no explicit plan shows it, and {TIMES} would have to")


@pytest.mark.integration
def test_the_correct_portal_breaks_nothing(fuzz_seat: Seat) -> None:
    """Every plan that always runs, and some that are drawn."""
    with standing_on(fuzz_seat, None) as ground:
        hunt = Hunt(target=TARGET, ground=ground, deadline=1e12)
        found = [*hunt.explicit(), hunt.draw(seed=0, examples=25)]

    assert [None] == [catch and (catch.plan, catch.violation) for catch in found]
    assert hunt.tried > len(TARGET.explicit)
