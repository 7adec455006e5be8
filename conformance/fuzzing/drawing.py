"""Drawing plans with Hypothesis; whatever it draws is tried by the same probe, and shrunk as a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from conformance.families import WITH_TAIL, Family
from conformance.fuzzing.claims import DEEP, RAW_CANARY, TEMPLATE_CANARY
from conformance.fuzzing.flow_machine import STEPS, machine
from conformance.fuzzing.identifiers import REINTERPRETED, SPACES
from conformance.fuzzing.plan import Change, ClaimsPlan, IdentifierPlan, Mutation, Plan, Twist
from conformance.strategies.identifiers import hostile_text, internal
from conformance.strategies.lies import deviation
from mock_idp.people import builtin_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_idp.artefacts import Json

_FURTHEST = 24
PERSONAS = tuple(person.key for person in builtin_people())


@st.composite
def identifier_plans(draw: st.DrawFn) -> IdentifierPlan:
    """Draw a plan about identifiers; the simplest is a login with an RPPS number."""
    family = draw(st.sampled_from(Family))
    twist = draw(st.sampled_from(Twist))
    tails = hostile_text() if twist is not Twist.RESPELLED else st.just("")
    tail = "/" + draw(internal() | tails) if family in WITH_TAIL else draw(st.just("") | tails)
    return IdentifierPlan(
        family=family,
        tail=tail,
        twist=twist,
        text=draw(_text(twist, tail)),
        at=draw(st.integers(0, _FURTHEST)) if twist in {Twist.INSERTED, Twist.SPACED} else 0,
    )


def _text(twist: Twist, tail: str) -> st.SearchStrategy[str]:
    if twist is Twist.APPENDED:
        return st.sampled_from(REINTERPRETED) | hostile_text(longest=6)
    if twist is Twist.PREPENDED:
        return st.sampled_from(("0", "00", "+", "-", "/")) | hostile_text(longest=4)
    if twist is Twist.INSERTED:
        return hostile_text(longest=4)
    if twist is Twist.OTHER_TAIL:
        last = hostile_text(longest=2)
        return last.map(lambda text: tail[:-1] + text) | hostile_text(longest=6).map(lambda text: "/" + text)
    if twist is Twist.SPACED:
        return st.sampled_from(SPACES)
    return st.just("")


_ACTIVITY = ("SubjectRefPro", "exercices", 0, "activities")
_PLACES: tuple[tuple[str | int, ...], ...] = (
    *((name,) for name in ("family_name", "given_name", "SubjectNameID", "sub", "preferred_username", "otherIds")),
    *((name,) for name in ("SubjectRefPro", "SubjectRole", "SubjectOrganization", "Secteur_Activite", "authMode")),
    # twice: what says who somebody is deserves more plans
    *(("SubjectNameID",), ("sub",)),
    ("otherIds", 0, "identifiant"),
    ("SubjectRefPro", "exercices"),
    ("SubjectRefPro", "exercices", 0),
    ("SubjectRefPro", "exercices", 0, "codeProfession"),
    ("SubjectRefPro", "exercices", 0, "nomDexercice"),
    _ACTIVITY,
    (*_ACTIVITY, 0),
    (*_ACTIVITY, 0, "codeRole"),
    (*_ACTIVITY, 0, "raisonSocialeSite"),
)
_VALUES: tuple[Json, ...] = (
    *("", None, 0, -1, True, 1.5, "999", "ZZ^9.9.9", [], {}, "899797999999"),
    *(RAW_CANARY, TEMPLATE_CANARY, "x" * 4096, "E\u0301", "\u202e"),
)


def mutations() -> st.SearchStrategy[Mutation]:
    """Draw one mutation of userinfo; dropping a name is the simplest."""
    places = st.sampled_from(_PLACES)
    tops = st.sampled_from([place for place in _PLACES if len(place) == 1])
    objects = st.sampled_from(((), ("SubjectRefPro",), ("SubjectRefPro", "exercices", 0), (*_ACTIVITY, 0)))
    lists = st.sampled_from((("SubjectRefPro", "exercices"), _ACTIVITY, ("otherIds",)))
    return st.one_of(
        st.builds(Mutation, change=st.just(Change.DROP), path=places),
        st.builds(Mutation, change=st.just(Change.SET), path=places, value=st.sampled_from(_VALUES)),
        st.builds(Mutation, change=st.sampled_from((Change.WRAP, Change.UNWRAP)), path=places),
        st.builds(Mutation, change=st.just(Change.DUPLICATE), path=tops, value=st.sampled_from(_VALUES)),
        st.builds(Mutation, change=st.just(Change.EXTRA), path=objects, value=st.just("membre_nouveau")),
        st.builds(Mutation, change=st.just(Change.REPEAT), path=lists, value=st.sampled_from((0, 2, 5, 40, 200))),
        st.builds(Mutation, change=st.just(Change.BURY), path=places, value=st.sampled_from((1, DEEP, 5))),
    )


@st.composite
def claims_plans(draw: st.DrawFn) -> ClaimsPlan:
    """Draw a plan about userinfo or lies; the simplest is an honest login."""
    persona = draw(st.sampled_from(PERSONAS))
    if draw(st.booleans()):
        return ClaimsPlan(persona=persona, lies=tuple(draw(st.lists(deviation(), min_size=1, max_size=3))))
    changes = tuple(draw(st.lists(mutations(), max_size=3)))
    return ClaimsPlan(persona=persona, mutations=changes, after_another=draw(st.booleans()))


_STRATEGIES: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
    "identifiers": identifier_plans,
    "claims": claims_plans,
}


def explore(target: str, probe: Callable[[Any], None], how: settings, seed: int) -> None:
    """Draw plans of one target and try each, until the probe raises or there have been enough.

    Args:
        target: name of the target.
        probe: carries a plan out, and raises when it has found something.
        how: how many, and which phases.
        seed: the same seed draws the same plans.
    """
    if target == "flow":
        run_state_machine_as_test(seeded(seed)(machine(probe)), settings=settings(how, stateful_step_count=STEPS))
        return
    strategy: st.SearchStrategy[Plan] = _STRATEGIES[target]()

    @seeded(seed)
    @how
    @given(plan=strategy)
    def one(plan: Plan) -> None:
        probe(plan)

    one()
