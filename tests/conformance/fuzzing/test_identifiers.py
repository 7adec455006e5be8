"""Plans about identifiers: how the second is made, and what the oracle says about every way of getting one wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence import Anonymous, Attempt, Identified, Landing, Role, Somebody, Unclear, Whoami
from conformance.families import SHAPES, core
from conformance.fuzzing.drawing import KINDS
from conformance.fuzzing.identifiers import TypedLook, explicit, judge, second_name, sure, typed
from conformance.fuzzing.plan import IdentifierPlan, Twist
from conformance.fuzzing.verdict import Look

V, W = "899798000013", "899798000013;x"
PAIR = IdentifierPlan(twist=Twist.APPENDED, text=";x")


def look(name: str, idnat: str, who: Whoami, *, status: int = 200, trouble: str = "", loop: bool = False) -> Look:
    """Return a login of somebody, and whom the portal named."""
    person = Somebody(idnat=idnat, identity=idnat, claims={"family_name": f"NOM-{idnat}"})
    landing = Landing(place="http://portal/", status=status, trouble=trouble, loop=loop)
    return Look(name=name, attempt=Attempt(role=Role.TRIED, person=person, landing=landing, whoami=who))


def named(identity: str, shown: str = "", claims: dict[str, str] | None = None) -> Identified:
    """Return a portal's word that this person is there."""
    return Identified(identity=identity, shown=shown, claims=claims)


GOOD = look("first", V, named(V))


@pytest.mark.parametrize(
    ("twist", "text", "at", "second"),
    [
        (Twist.ALONE, "x", 0, None),
        (Twist.APPENDED, ";x", 0, "30B0900003/aB1;x"),
        (Twist.PREPENDED, "0", 0, "030B0900003/aB1"),
        (Twist.INSERTED, "*", 2, "30*B0900003/aB1"),
        (Twist.INSERTED, "*", 99, "30B0900003/aB1*"),
        (Twist.INSERTED, "", 2, None),
        (Twist.OTHER_TAIL, "/b", 0, "30B0900003/b"),
        (Twist.QUOTED, "", 0, "30B0900003%2FaB1"),
        (Twist.CASE_SWAPPED, "", 0, "30b0900003/Ab1"),
        (Twist.WIDENED, "", 0, "３０B０９００００３/aB１"),
        (Twist.SPACED, " ", 3, None),
        (Twist.RESPELLED, "", 0, None),
        (Twist.TYPED, " ", 3, None),
    ],
)
def test_the_second_identifier_is_made_from_the_first(twist: Twist, text: str, at: int, second: str | None) -> None:
    """One row for each twist."""
    plan = IdentifierPlan(tail="/aB1", twist=twist, text=text, at=at)

    assert second == second_name(plan, "30B0900003")


def test_explicit_plans_have_every_shape_and_every_twist() -> None:
    """Whatever is drawn, these always run."""
    plans = explicit()

    assert set(Twist) - {Twist.INSERTED} == {plan.twist for plan in plans}
    assert {(plan.family, plan.tail) for plan in plans if plan.twist is Twist.ALONE} == set(SHAPES)
    assert [] == [plan for plan in plans if not typed(core(plan.family, 1) + plan.tail)]


@given(st.one_of(KINDS["identifiers"]))
def test_drawn_identifiers_can_be_typed_or_are_left_out(plan: IdentifierPlan) -> None:
    """No plan is spent on what our own provider would refuse."""
    first = core(plan.family, 7) + plan.tail

    assert typed(first) or len(first) > 255


@pytest.mark.parametrize(("name", "must"), [(V, True), (W, True), ("é", False), ("8" * 64, True), ("8" * 65, False)])
def test_what_a_portal_must_take(name: str, must: bool) -> None:  # noqa: FBT001  # a column of the table
    """Printable ASCII up to the length of a common name."""
    assert must == sure(name)


def asked(hint: str | None, *, idnat: str = V, status: int = 200) -> TypedLook:
    """Return an identifiant typed into a portal's form, and what the portal asked for."""
    seen = look("typed", idnat, Unclear(why="no-identity"), status=status)
    return TypedLook(name=seen.name, attempt=seen.attempt, hint=hint)


TYPED, BARE = IdentifierPlan(twist=Twist.TYPED, text=" ", at=3), IdentifierPlan(twist=Twist.TYPED)


@pytest.mark.parametrize(
    ("plan", "looks", "groups"),
    [
        (PAIR, (GOOD, look("second", W, named(W)), look("first-still", V, named(V))), []),
        (PAIR, (look("first", V, named("99798000013")),), ["P1.altered"]),
        (PAIR, (look("first", V, Anonymous(), status=403),), ["P1.refused"]),
        (PAIR, (look("first", V + "é", Anonymous(), status=403),), []),
        (PAIR, (look("first", V, Anonymous(), status=500),), ["P1.crashed"]),
        (PAIR, (look("first", V, Anonymous(), trouble="reset"),), ["P1.no-answer"]),
        (PAIR, (look("first", V, Anonymous(), loop=True),), ["P1.loop"]),
        (PAIR, (look("first", V, Unclear(why="server-error")),), ["P1.probe-crashed"]),
        (PAIR, (look("first", V, Unclear(why="no-identity")),), ["P1.unclear"]),
        (PAIR, (GOOD, look("second", W, named(V))), ["P4.merged"]),
        (IdentifierPlan(twist=Twist.CASE_SWAPPED), (GOOD, look("second", W, named(V))), ["P2.merged"]),
        (PAIR, (GOOD, look("second", W, named(W, shown=f"NOM-{V}"))), ["P2.mixed"]),
        (PAIR, (GOOD, look("second", W, named(W)), look("first-still", V, named(W))), ["P2.altered"]),
        (PAIR, (GOOD, look("second", W, named(W)), look("first-anew", V, Anonymous())), ["P2.refused"]),
        (PAIR, (GOOD, look("spaced", V, named(V))), []),
        (PAIR, (GOOD, look("spaced", V, Anonymous(), status=403)), []),
        (PAIR, (GOOD, look("spaced", V, named("8 99798000013"))), ["P3.altered"]),
        (PAIR, (GOOD, look("spaced", V, Anonymous(), status=502)), ["P3.crashed"]),
        (PAIR, (GOOD, look("respelled", V, named(V, claims={"given_name": "SIMONé"}))), []),
        (PAIR, (GOOD, look("respelled", V, named(V, claims={"given_name": "SIMON\\u00e9"}))), ["P5.misread"]),
        (PAIR, (GOOD, look("respelled", V, named("x"))), ["P5.altered"]),
        (TYPED, (asked(V),), []),
        (TYPED, (asked("899 798000013"),), ["P6.mistyped"]),
        (TYPED, (asked(""),), ["P6.mistyped"]),
        (TYPED, (asked(None, status=400),), []),
        (BARE, (asked(None, status=400),), ["P6.not-asked"]),
        (BARE, (asked(None, idnat=V + "é", status=400),), []),
        (TYPED, (asked(V, status=500),), ["P6.crashed"]),
    ],
)
def test_the_oracle(plan: IdentifierPlan, looks: tuple[Look, ...], groups: list[str]) -> None:
    """Every way of getting somebody wrong is called by its name, and nothing else is."""
    found = judge(plan, looks)

    assert groups == [one.group for one in found]
    assert [] == [one for one in found if not one.seen_fr or not one.seen_en or "{" in one.seen_fr + one.seen_en]
