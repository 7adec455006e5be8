"""Plans with one thing less: what is tried first, and that it has an end."""

from __future__ import annotations

import pytest

from conformance.families import Family
from conformance.fuzzing import smaller
from conformance.fuzzing.plan import Change, ClaimsPlan, IdentifierPlan, Mutation, Twist
from mock_idp.deviations import BreakSignature, DropClaim


@pytest.mark.parametrize(
    ("text", "less"),
    [
        ("", []),
        ("a", [""]),
        ("abc", ["", "c", "ab", "bc", "ac", "ab"]),
        ("x" * 16, ["", *["x" * 8] * 2, *["x" * 12] * 4]),
    ],
)
def test_a_text_gets_shorter_by_much_first(text: str, less: list[str]) -> None:
    """All of it, a half, a sign or a quarter."""
    assert less == list(smaller.shorter(text))


def test_an_identifier_loses_its_second_login_its_tail_and_its_family() -> None:
    """Before any single sign goes."""
    plan = IdentifierPlan(family=Family.FINESS, tail="/a", twist=Twist.INSERTED, text="*", at=4)
    first = list(smaller.identifiers(plan))[:4]

    assert [
        IdentifierPlan(family=Family.FINESS, tail="/a"),
        IdentifierPlan(twist=Twist.INSERTED, text="*", at=4),
        IdentifierPlan(family=Family.FINESS, twist=Twist.INSERTED, text="*", at=4),
        IdentifierPlan(tail="/a", twist=Twist.INSERTED, text="*", at=4),
    ] == first
    assert plan not in list(smaller.identifiers(plan))


def test_a_plan_about_userinfo_loses_mutations_lies_and_what_was_before() -> None:
    """One at a time; then values get smaller."""
    drop, many = (
        Mutation(change=Change.DROP, path=("sub",)),
        Mutation(change=Change.REPEAT, path=("otherIds",), value=40),
    )
    plan = ClaimsPlan(persona="sans-exercice", mutations=(drop, many), after_another=True)
    found = list(smaller.claims(plan))

    assert [(many,), (drop,), (drop, many), (drop, many)] == [one.mutations for one in found[:4]]
    assert [True, True, False, True] == [one.after_another for one in found[:4]]
    assert ClaimsPlan().persona == found[3].persona
    assert [0, 2, 20, 30] == [one.mutations[1].value for one in found[4:]]
    lied = ClaimsPlan(lies=(DropClaim("sub"), BreakSignature()))
    assert [(BreakSignature(),), (DropClaim("sub"),)] == [one.lies for one in smaller.claims(lied)]
