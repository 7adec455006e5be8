"""Drawing plans with Hypothesis; whatever it draws is tried by the same probe, and shrunk as a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from conformance.families import WITH_TAIL, Family
from conformance.fuzzing import drawing_claims
from conformance.fuzzing.flow_machine import STEPS, machine
from conformance.fuzzing.identifiers import REINTERPRETED, SPACES, TYPED_SPACES, WILDCARDS
from conformance.fuzzing.plan import IdentifierPlan, Plan, Twist
from conformance.strategies.identifiers import hostile_text, internal

if TYPE_CHECKING:
    from collections.abc import Callable

_FURTHEST = 24
_PLACED: Final = frozenset({Twist.INSERTED, Twist.SPACED, Twist.TYPED})


@st.composite
def identifier_plans(draw: st.DrawFn, twist: Twist) -> IdentifierPlan:
    """Draw a plan about identifiers with one twist; the simplest is about an RPPS number."""
    family = draw(st.sampled_from(Family))
    tails = hostile_text() if twist is not Twist.RESPELLED else st.just("")
    tail = "/" + draw(internal() | tails) if family in WITH_TAIL else draw(st.just("") | tails)
    return IdentifierPlan(
        family=family,
        tail=tail,
        twist=twist,
        text=draw(_text(twist, tail)),
        at=draw(st.integers(0, _FURTHEST)) if twist in _PLACED else 0,
    )


def _text(twist: Twist, tail: str) -> st.SearchStrategy[str]:
    if twist is Twist.APPENDED:
        known = st.sampled_from(REINTERPRETED)
        return st.one_of(known, known, known, hostile_text(longest=6))
    if twist is Twist.PREPENDED:
        return st.sampled_from(("0", "00", "+", "-", "/")) | hostile_text(longest=4)
    if twist is Twist.INSERTED:
        return st.sampled_from(WILDCARDS) | hostile_text(longest=4)
    if twist is Twist.OTHER_TAIL:
        last = hostile_text(longest=2)
        whole = st.sampled_from(WILDCARDS) | hostile_text(longest=6)
        return last.map(lambda text: tail[:-1] + text) | whole.map(lambda text: "/" + text)
    spaces = {Twist.TYPED: ("", *TYPED_SPACES), Twist.SPACED: SPACES}
    return st.sampled_from(spaces.get(twist, ("",)))


KINDS: Final[dict[str, tuple[st.SearchStrategy[Any], ...]]] = {
    "identifiers": tuple(identifier_plans(twist) for twist in Twist),
    "claims": drawing_claims.KINDS,
}
"""Plans by target and kind.  Kinds are drawn in turn: left to itself, Hypothesis spends many plans on few of them."""


def explore(target: str, turn: int, probe: Callable[[Any], None], how: settings, seed: int) -> None:
    """Draw plans of one target and try each, until the probe raises or there have been enough.

    Args:
        target: name of the target.
        turn: which kind of plan it is the turn of; counted on for ever.
        probe: carries a plan out, and raises when it has found something.
        how: how many, and which phases.
        seed: the same seed draws the same plans.
    """
    if target not in KINDS:
        run_state_machine_as_test(seeded(seed)(machine(probe)), settings=settings(how, stateful_step_count=STEPS))
        return
    kinds = KINDS[target]

    @seeded(seed)
    @how
    @given(plan=kinds[turn % len(kinds)])
    def one(plan: Plan) -> None:
        probe(plan)

    one()
