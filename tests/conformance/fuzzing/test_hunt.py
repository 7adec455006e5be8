"""The hunt, on a made-up target without any portal: it finds, shrinks, keeps groups apart, and stops in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.evidence import Attempt, Role, Somebody
from conformance.fuzzing import smaller
from conformance.fuzzing.campaign import Campaign, Effort
from conformance.fuzzing.finding import TIMES, confirm
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.plan import IdentifierPlan, Twist
from conformance.fuzzing.target import Target
from conformance.fuzzing.verdict import Look, Violation
from conformance.page import Page
from conformance.workstation import WorkstationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.fuzzing.ground import Ground

FOREVER = 1e12


class QuietGround:
    """A ground on which honest logins always work, or never."""

    def __init__(self, trouble: str | None = None) -> None:
        self.trouble = trouble

    def control_login(self) -> str | None:
        """Return what is wrong with an honest login."""
        return self.trouble


def target(broken: Callable[[IdentifierPlan], str | None], *explicit: IdentifierPlan) -> Target:
    """Return a target whose plans break what the function says, by property and symptom."""

    def carry_out(plan: Any, ground: Any) -> tuple[Look, ...]:
        del plan, ground
        return (Look(name="first", attempt=Attempt(role=Role.TRIED, person=Somebody(idnat="8", identity="8"))),)

    def judge(plan: Any, looks: tuple[Look, ...]) -> tuple[Violation, ...]:
        del looks
        group = broken(plan)
        return (Violation(broke=group[:2], symptom=group[3:]),) if group else ()

    return Target(
        name="identifiers",
        title_fr="",
        title_en="",
        carry_out=carry_out,
        judge=judge,
        explicit=tuple(explicit),
        smaller=smaller.identifiers,
    )


def hunt(what: Target, **more: Any) -> Hunt:
    """Return a hunt with all the time there is."""
    return Hunt(target=what, ground=cast("Ground", QuietGround()), deadline=FOREVER, **more)


def slashed(plan: IdentifierPlan) -> str | None:
    """Break P1 on a slash in a tail, P4 on anything that is appended."""
    if plan.twist is Twist.APPENDED and plan.text:
        return "P4.merged"
    return "P1.altered" if "/" in plan.tail else None


@pytest.mark.parametrize("seed", range(3))
def test_a_finding_is_made_as_small_as_it_goes(seed: int) -> None:
    """One sign of tail, and nothing else in the plan; in a few dozen plans."""
    one = hunt(target(lambda plan: "P1.altered" if ";" in plan.tail else None))
    catch = one.draw(seed=seed, examples=500)

    assert catch is not None
    assert ("P1.altered", IdentifierPlan(tail=";")) == (catch.violation.group, catch.plan)
    assert one.tried - catch.at_plan < 60


def test_a_group_that_is_known_is_no_news() -> None:
    """The second hunt goes past the first finding to the other one."""
    found = hunt(target(slashed), known={"P1.altered"}).draw(seed=1, examples=2000)

    assert found is not None
    assert "P4.merged" == found.violation.group


def test_nothing_is_found_where_nothing_is_broken() -> None:
    """Every example is drawn once."""
    clean = hunt(target(lambda _: None))

    assert clean.draw(seed=0, examples=50) is None
    assert 0 < clean.tried <= 50


def test_explicit_plans_are_carried_out_whatever_the_time() -> None:
    """The first plan of each group is kept."""
    plans = (IdentifierPlan(), IdentifierPlan(tail="/a"), IdentifierPlan(tail="/b"))
    late = Hunt(target=target(slashed, *plans), ground=cast("Ground", QuietGround()), deadline=0.0)

    assert [plans[1]] == [catch.plan for catch in late.explicit()]
    assert late.draw(seed=0, examples=50) is None
    assert 3 == late.tried


def test_an_end_that_was_asked_for_ends_the_hunt_at_the_next_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though Python may drop the interruption itself."""
    clean = hunt(target(lambda _: None))

    def asked() -> None:
        if clean.tried == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("conformance.fuzzing.hunt.end_if_asked", asked)
    with pytest.raises(KeyboardInterrupt):
        clean.draw(seed=0, examples=50)

    assert 2 == clean.tried


def test_a_plan_that_always_runs_is_made_smaller_too() -> None:
    """What is reported is the smallest plan, whichever way it was found."""
    what = target(slashed, IdentifierPlan(tail="/a", twist=Twist.SPACED, text=" ", at=3))
    campaign = Campaign(
        ground=cast("Ground", QuietGround()), effort=Effort(examples=0), budget=0.0, seed=0, watcher=Notes()
    )

    assert [IdentifierPlan(tail="/")] == [finding.plan for finding in next(campaign.run([what])).findings]


def test_making_smaller_has_an_end() -> None:
    """After so many plans the smallest so far is it."""
    one = hunt(target(lambda plan: "P1.altered" if len(plan.tail) > 20 else None), shrink_plans=5)
    catch = one.draw(seed=0, examples=500)

    assert catch is not None
    assert one.tried == catch.at_plan + 5


def test_the_same_seed_draws_the_same_plans() -> None:
    """A finding of the night can be hunted again in the morning."""
    first, second = (hunt(target(slashed)).draw(seed=7, examples=500) for _ in range(2))

    assert first is not None
    assert second is not None
    assert (first.plan, first.at_plan) == (second.plan, second.at_plan)


@pytest.mark.parametrize(("trouble", "again"), [(None, TIMES), ("no-session", 0)])
def test_a_finding_counts_only_when_it_happens_again_after_honest_logins(trouble: str | None, again: int) -> None:
    """Without an honest login before it, nothing is proved."""
    what = target(slashed, IdentifierPlan(tail="/a"))
    finding = confirm(hunt(what).explicit()[0], what, cast("Ground", QuietGround(trouble)))

    assert (again, again == TIMES) == (finding.again, finding.stable)


def test_a_plan_that_breaks_something_only_once_is_unstable() -> None:
    """What does not happen again does not count, and does not stop the hunt with an error either."""
    left = [1]
    flaky = target(lambda plan: "P1.altered" if ";" in plan.tail and left and left.pop() else None)
    catch = hunt(flaky).draw(seed=0, examples=500)

    assert catch is not None
    assert not confirm(catch, flaky, cast("Ground", QuietGround())).stable


def test_what_does_not_happen_again_does_not_end_a_campaign() -> None:
    """Three groups that are never seen again, and one that is, behind them."""
    once = ["P1.altered", "P2.merged", "P3.altered"]
    flaky = target(lambda plan: (once.pop() if once else None) if plan.tail else "P4.merged", IdentifierPlan(tail="/a"))
    campaign = Campaign(
        ground=cast("Ground", QuietGround()), effort=Effort(examples=60), budget=FOREVER, seed=0, watcher=Notes()
    )
    findings = next(campaign.run([flaky])).findings

    assert ["P4.merged"] == [finding.violation.group for finding in findings if finding.stable]
    assert {"P1.altered", "P2.merged", "P3.altered"} >= {one.violation.group for one in findings if not one.stable}


def test_a_plan_that_our_own_pages_do_not_let_through_is_left_out_but_not_for_ever() -> None:
    """A few are the portal's doing; many are ours, and end the hunt."""

    def carry_out(plan: Any, ground: Any) -> tuple[Look, ...]:
        del plan, ground
        raise WorkstationError(("saisir", "type the identifiant national"), Page(url=""))

    what = Target(
        name="identifiers",
        title_fr="",
        title_en="",
        carry_out=carry_out,
        judge=lambda *_: (),
        explicit=(IdentifierPlan(),),
    )
    stuck = hunt(what)

    assert [] == stuck.explicit()
    assert (0, 1) == (stuck.tried, stuck.stuck)
    with pytest.raises(WorkstationError):
        stuck.draw(seed=0, examples=200)


class Notes:
    """Notes what a campaign tells."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def hunts(self, target: Target, seconds: float) -> None:
        """Note a turn."""
        self.lines.append(f"{target.name} {seconds > 0}")

    def tried(self, count: int) -> None:
        """Note nothing."""

    def found(self, finding: Any) -> None:
        """Note a finding."""
        self.lines.append(finding.violation.group)


def test_a_campaign_ends_after_enough_examples_or_findings() -> None:
    """Each group once, in the order in which they were found; then the number of examples is the end."""
    notes = Notes()
    campaign = Campaign(
        ground=cast("Ground", QuietGround()), effort=Effort(examples=200), budget=FOREVER, seed=0, watcher=notes
    )
    outcome = next(campaign.run([target(slashed, IdentifierPlan(tail="/a"))]))

    assert ["identifiers True", "P1.altered", "P4.merged"] == notes.lines
    assert [True, True] == [finding.stable for finding in outcome.findings]
    assert outcome.tried >= 200
