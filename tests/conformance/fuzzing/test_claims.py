"""Mutations of userinfo, and what the oracle says about every way of getting one wrong."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.evidence import Anonymous, Attempt, Landing, Role, Seen, Somebody, Told, Whoami
from conformance.fuzzing.claims import EXECUTED, RAW_CANARY, TEMPLATE_CANARY, explicit, judge
from conformance.fuzzing.drawing_claims import KINDS, THEMES
from conformance.fuzzing.hunt import AT_ONCE
from conformance.fuzzing.mutations import as_lies, mutated
from conformance.fuzzing.plan import Change, ClaimsPlan, Mutation
from conformance.fuzzing.verdict import Look
from mock_idp.artefacts import Seam
from mock_idp.deviations import BreakSignature, DropField, DuplicateField, SetField, from_json, to_json
from mock_idp.people import builtin_people
from mock_idp.protocol.userinfo import userinfo
from mock_idp.settings import Settings
from tests.conformance.fuzzing.test_identifiers import named

T = TypeVar("T")

ACTIVITIES = [
    {"codeRole": "FON-35", "raisonSocialeSite": "HOPITAL"},
    {"codeRole": "FON-01", "raisonSocialeSite": "CABINET"},
]
HONEST: dict[str, Any] = {
    "sub": "f:x:8",
    "SubjectNameID": "8",
    "family_name": "FICTIF1",
    "SubjectRefPro": {"exercices": [{"codeProfession": "10", "activities": ACTIVITIES}]},
}
PLACE = ("SubjectRefPro", "exercices", 0)


def change(what: Change, *path: str | int, value: Any = None) -> Mutation:
    """Return one mutation."""
    return Mutation(change=what, path=path, value=value)


@pytest.mark.parametrize(
    ("mutation", "path", "said"),
    [
        (change(Change.DROP, "family_name"), (), {name: HONEST[name] for name in HONEST if name != "family_name"}),
        (change(Change.DROP, *PLACE, "activities", 1), (*PLACE, "activities"), ACTIVITIES[:1]),
        (change(Change.SET, *PLACE, "codeProfession", value=None), (*PLACE, "codeProfession"), None),
        (change(Change.WRAP, "family_name"), ("family_name",), ["FICTIF1"]),
        (change(Change.UNWRAP, "SubjectRefPro", "exercices"), ("SubjectRefPro", "exercices", "codeProfession"), "10"),
        (change(Change.UNWRAP, "family_name"), ("family_name",), "FICTIF1"),
        (change(Change.EXTRA, *PLACE, value="neuf"), (*PLACE, "neuf"), "nouveau"),
        (change(Change.REPEAT, "SubjectRefPro", "exercices", value=0), ("SubjectRefPro", "exercices"), []),
        (change(Change.REPEAT, "family_name", value=2), ("family_name",), ["FICTIF1", "FICTIF1"]),
        (
            change(Change.REPEAT, *PLACE, "activities", value=2),
            (*PLACE, "activities"),
            [ACTIVITIES[0], {"codeRole": "FON-35-2", "raisonSocialeSite": "HOPITAL-2"}],
        ),
        (change(Change.RENAME, *PLACE, "codeProfession", value="code"), (*PLACE, "code"), "10"),
        (change(Change.RENAME, *PLACE, "activities", 0, value="x"), (), HONEST),
        (change(Change.BURY, "family_name", value=2), ("family_name",), [["FICTIF1"]]),
        (change(Change.SET, "absent", value=1), (), HONEST),
        (change(Change.SET, "family_name", 0, value=1), (), HONEST),
        (change(Change.DROP), (), HONEST),
        (change(Change.DUPLICATE, "sub", value="x"), (), HONEST),
    ],
)
def test_a_mutation_changes_one_place(mutation: Mutation, path: tuple[str | int, ...], said: object) -> None:
    """What stands there afterwards; a place that does not exist stays so."""
    value: Any = mutated(HONEST, (mutation,))
    for part in path:
        value = value[part]

    assert said == value


def test_mutations_become_lies_about_whole_members() -> None:
    """Dropped, changed, added and said twice."""
    lies = as_lies(
        HONEST,
        (
            change(Change.DROP, "family_name"),
            change(Change.SET, "SubjectNameID", value=1),
            change(Change.EXTRA, value="neuf"),
            change(Change.DUPLICATE, "sub", value="y"),
        ),
    )

    assert lies == (
        DropField(Seam.USERINFO, "family_name"),
        SetField(Seam.USERINFO, "SubjectNameID", 1),
        SetField(Seam.USERINFO, "neuf", "nouveau"),
        DuplicateField(Seam.USERINFO, "sub", "y"),
    )
    assert () == as_lies(HONEST, ())


@given(st.one_of(KINDS))
def test_every_drawn_plan_can_be_armed(plan: ClaimsPlan) -> None:
    """The provider reads every lie that a plan is made into."""
    lies = plan.lies or as_lies(HONEST, plan.mutations)

    assert list(lies) == [from_json(to_json(lie)) for lie in lies]


def look(
    name: str, who: Whoami, *pages: str, status: int = 200, alert: str = "", seconds: float = 0.1, told: str = ""
) -> Look:
    """Return a login and what the portal showed."""
    person = Somebody(idnat="8", identity="8", claims=HONEST | {"family_name": f"NOM-{name}"})
    lie = Told(deviation={"kind": told}, honest=None, told=None)
    seen = Seen(seq=1, at=0, channel="back", endpoint="userinfo", method="GET", url="", status=200, told=(lie,))
    landing = Landing(place="http://portal/", status=status, alert=alert)
    attempt = Attempt(role=Role.TRIED, person=person, landing=landing, whoami=who, journal=(seen,), seconds=seconds)
    return Look(name=name, attempt=attempt, pages=pages)


RIGHT = named("8")
GONE = Anonymous()
DROPPED = ClaimsPlan(mutations=(change(Change.DROP, "SubjectNameID"),))
CALLED_NULL = ClaimsPlan(mutations=(change(Change.SET, "SubjectNameID", value="null"),))
CALLED_NOTHING = ClaimsPlan(mutations=(change(Change.SET, "SubjectNameID", value=""),))
ADDED = ClaimsPlan(mutations=(change(Change.EXTRA, value="neuf"),))
INFORMS = ClaimsPlan(mutations=(change(Change.SET, "otherIds", value=None),))
MANY = ClaimsPlan(mutations=(change(Change.REPEAT, "otherIds", value=200),))
RAW = ClaimsPlan(mutations=(change(Change.SET, "family_name", value=RAW_CANARY),))
TEMPLATE = ClaimsPlan(mutations=(change(Change.SET, "family_name", value=TEMPLATE_CANARY),))
AFTER = ClaimsPlan(after_another=True, mutations=(change(Change.DROP, "family_name"),))
LIE = ClaimsPlan(lies=(BreakSignature(),))
BEFORE = look("before", RIGHT)


@pytest.mark.parametrize(
    ("plan", "looks", "groups"),
    [
        (ClaimsPlan(), (look("mutated", RIGHT),), []),
        (DROPPED, (look("mutated", GONE, status=403),), []),
        (DROPPED, (look("mutated", GONE, status=502),), []),
        (DROPPED, (look("mutated", GONE, status=500),), ["Q1.crashed"]),
        (INFORMS, (look("mutated", GONE, status=502),), ["Q1.crashed"]),
        (DROPPED, (look("mutated", named("None")),), ["Q1.without-identity"]),
        (CALLED_NULL, (look("mutated", named("null")),), []),
        (CALLED_NULL, (look("mutated", named("None")),), ["Q1.without-identity"]),
        (CALLED_NOTHING, (look("mutated", named("")),), ["Q1.without-identity"]),
        (INFORMS, (look("mutated", named("9")),), ["Q2.altered"]),
        (INFORMS, (look("mutated", GONE, status=403),), []),
        (ADDED, (look("mutated", GONE, status=403),), ["Q3.refused"]),
        (RAW, (look("mutated", RIGHT, f"<p>{RAW_CANARY}</p>"),), ["Q4.raw"]),
        (RAW, (look("mutated", RIGHT, "<p>&lt;i data-canary"),), []),
        (TEMPLATE, (look("mutated", RIGHT, f"<p>{EXECUTED}</p>"),), ["Q4.executed"]),
        (TEMPLATE, (look("mutated", RIGHT, TEMPLATE_CANARY),), []),
        (AFTER, (BEFORE, look("mutated", named("8", shown="NOM-before"))), ["Q5.leftover"]),
        (AFTER, (BEFORE, look("mutated", RIGHT, "MARQUE")), ["Q5.leftover"]),
        (AFTER, (BEFORE, look("mutated", RIGHT, "NOM-mutated")), []),
        (AFTER, (BEFORE, look("mutated", RIGHT, "NOM-before", status=403)), []),
        (ClaimsPlan(), (look("mutated", RIGHT, "FON-35 CABINET"),), ["Q6.mixed"]),
        (ClaimsPlan(), (look("mutated", RIGHT, "FON-35 HOPITAL"),), []),
        (ClaimsPlan(), (look("mutated", RIGHT, "FON-35 HOPITAL FON-01 CABINET"),), []),
        (MANY, (BEFORE, look("mutated", RIGHT, seconds=3.0)), ["Q7.slow"]),
        (MANY, (BEFORE, look("mutated", RIGHT, seconds=1.4)), []),
        (LIE, (look("lied", RIGHT), look("reference", GONE, alert="signature")), ["Q8.accepted-signature"]),
        (LIE, (look("lied", named("9")), look("reference", GONE, alert="iss")), ["Q8.stranger-iss"]),
        (LIE, (look("lied", GONE, status=403),), []),
        (LIE, (look("lied", RIGHT), look("reference", RIGHT)), []),
        (LIE, (look("lied", RIGHT), look("reference", GONE, alert="acr")), []),
        (LIE, (look("lied", RIGHT), look("reference", GONE, alert="iss", told="claim")), []),
        (LIE, (look("lied", GONE, status=500),), ["Q1.crashed"]),
    ],
)
def test_the_oracle(plan: ClaimsPlan, looks: tuple[Look, ...], groups: list[str]) -> None:
    """Every way of getting it wrong is called by its name, and nothing else is."""
    found = judge(plan, looks)

    assert groups == [one.group for one in found]
    assert [] == [one for one in found if not one.seen_fr or not one.seen_en or "{" in one.seen_fr]


def test_explicit_plans_have_every_kind_of_mutation_but_the_two_that_say_something_twice() -> None:
    """Whatever is drawn, these always run."""
    changes = {one.change for plan in explicit() for one in plan.mutations}

    assert set(Change) - {Change.UNWRAP, Change.DUPLICATE} == changes


def drawn(strategy: st.SearchStrategy[T], examples: int) -> list[T]:
    """Return what a strategy draws, always the same."""
    found: list[T] = []

    @seed(1)
    @settings(max_examples=examples, database=None, phases=(Phase.generate,))
    @given(one=strategy)
    def draw(one: T) -> None:
        found.append(one)

    draw()
    return found


def test_one_turn_of_every_kind_comes_to_every_kind_of_mutation() -> None:
    """A commit's budget has time for one turn of each; most lies are told alone."""
    plans = [plan for kind in KINDS for plan in drawn(kind, AT_ONCE)]
    lies = [len(plan.lies) for plan in plans if plan.lies]

    assert set(Change) == {one.change for plan in plans for one in plan.mutations}
    assert {0, 1, 2, 3} == {len(plan.mutations) for plan in plans}
    assert 2 * lies.count(1) > len(lies) > len(plans) / 4
    assert 0 < sum(plan.after_another for plan in plans) < len(plans) / 10


def test_themes_change_places_that_exist() -> None:
    """On somebody with one practice, all but what has been left out already."""
    honest = dict(userinfo(builtin_people()[0], Settings()))

    for name, theme in THEMES.items():
        mutations = drawn(theme, 30)
        changing = [one for one in mutations if as_lies(honest, (one,))]
        assert len(changing) > len(mutations) / 2, name
