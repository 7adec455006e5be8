"""The identity card of a scenario: what it refuses, and how it sits on the function that plays it."""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint, entry_points
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from conformance import catalogue as catalogue_room
from conformance.catalogue import Case, CatalogueError, catalogue, check_exceptions, select
from conformance.clauses import ClauseError
from conformance.descriptor import Descriptor, Exempt
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.profiles.profile import Profile, Row
from conformance.scenario import Scenario, card_of
from mock_idp.artefacts import Seam
from mock_idp.deviations import Nth, SetClaim, SetField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def card(**changed: Any) -> Scenario:
    """Return a card that says enough, or one with something else in it."""
    values = {
        "id": "idt.made.up",
        "clause": "OIDC-CORE 3.1.3.7(2)",
        "title_fr": "Un titre",
        "title_en": "A title",
        "mend_fr": "Un remède",
        "mend_en": "A remedy",
        "expected": Expected.REFUSED,
        "caught_by": Defect.NEVER_COMPARES_ISS,
    }
    return Scenario(**{**values, **changed})


@pytest.mark.parametrize("identifier", ["idt.iss", "idt.iss.wrong", "psc.ui.no_subjectrefpro", "sig.rs256"])
def test_a_dotted_name_is_an_id(identifier: str) -> None:
    """Its first part is its family."""
    assert identifier == card(id=identifier).id
    assert identifier.split(".", maxsplit=1)[0] == card(id=identifier).family


@pytest.mark.parametrize(
    "identifier", ["", "idt", "idt.", ".iss", "Idt.iss", "idt iss", "idt.iss\n", "1dt.iss", "idt..iss"]
)
def test_anything_else_is_no_id(identifier: str) -> None:
    """The message shows one that is."""
    with pytest.raises(ValueError, match=r"^id: .* is no dotted name such as 'idt\.iss\.wrong'"):
        card(id=identifier)


@pytest.mark.parametrize("text", ["title_fr", "title_en", "mend_fr", "mend_en"])
@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_every_text_says_something(text: str, empty: str) -> None:
    """The message names the card and the text."""
    with pytest.raises(ValueError, match=f"idt.made.up: {text} is empty; write a sentence"):
        card(**{text: empty})


def test_the_clause_is_one_of_the_table() -> None:
    """A card without one cannot be made."""
    with pytest.raises(ClauseError, match="'OIDC-CORE 99' is not in"):
        card(clause="OIDC-CORE 99")


def test_a_card_speaks_two_languages() -> None:
    """French unless English is asked for."""
    assert ("Un titre", "A title") == (card().title("fr"), card().title("en"))
    assert ("Un remède", "A remedy") == (card().mend("fr"), card().mend("en"))


def test_a_card_knows_its_clause() -> None:
    """The clause itself, not only its key."""
    assert "OIDC-CORE 3.1.3.7(2)" == card().demand.key


@pytest.mark.parametrize(
    ("deviations", "alone"),
    [
        ((), False),
        ((SetClaim("iss", "x"),), False),
        ((SetField(Seam.DISCOVERY, "issuer", "x"),), True),
        ((SetField(Seam.KEY_SET, "keys", []),), True),
        ((SetClaim("iss", "x"), Nth(2, SetField(Seam.DISCOVERY, "issuer", "x"))), True),
    ],
)
def test_lies_for_everybody_make_a_scenario_run_alone(deviations: tuple[Any, ...], alone: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """Discovery and key set are fetched without a login."""
    assert alone is card(deviations=deviations).issuer_wide


def test_a_card_sits_on_its_function_and_changes_nothing_else() -> None:
    """The function is marked for pytest, and still the same function."""

    def play(trial: object) -> None:
        """Do nothing."""
        del trial

    mine = card()
    pinned = mine(play)

    assert pinned is play
    assert mine is card_of(play)
    assert [(mine,)] == [mark.args for mark in play.pytestmark]  # type: ignore[attr-defined]  # put there by pytest


@pytest.mark.parametrize("thing", [len, SimpleNamespace(__scenario__="no card"), lambda: None])
def test_what_has_no_card_has_none(thing: Any) -> None:
    """Whatever else it has."""
    assert card_of(thing) is None


# -- the catalogue


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty pack of scenarios beside ours, in a package of somebody else's that is called like ours."""
    folder = tmp_path / "somebody_else" / "scenarios"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    theirs = EntryPoint(name="theirs", value="somebody_else.scenarios", group=catalogue_room.GROUP)
    ours = tuple(entry_points(group=catalogue_room.GROUP))
    monkeypatch.setattr(catalogue_room, "entry_points", lambda **_: (theirs, *ours))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "somebody_else"]:
        del sys.modules[name]


def room(identifier: str) -> str:
    """Return a file with one scenario."""
    return f"""
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario

@Scenario(id="{identifier}", clause="OIDC-CORE 2", title_fr="a", title_en="b", mend_fr="c", mend_en="d",
          expected=Expected.REFUSED, caught_by=Defect.NEVER_COMPARES_ISS)
def test_it(trial):
    trial.log_in()
"""


def test_a_pack_of_somebody_else_adds_its_scenarios(pack: Path) -> None:
    """Behind ours."""
    (pack / "test_one.py").write_text(room("mine.one"), encoding="utf-8")

    found = catalogue()

    assert ("mine.one", pack / "test_one.py") == (found[-1].card.id, found[-1].path)
    assert "idt.iss.wrong" in names(found)


def test_an_id_that_is_taken_is_refused(pack: Path) -> None:
    """Both files are named."""
    (pack / "test_two.py").write_text(room("idt.iss.wrong"), encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"test_two\.py: idt\.iss\.wrong is taken by test_.*\.py; rename it"):
        catalogue()


def names(cases: tuple[Case, ...]) -> list[str]:
    """Return the ids of cases."""
    return [case.card.id for case in cases]


def test_without_a_pattern_everything_is_played() -> None:
    """In the order of the catalogue."""
    assert names(catalogue()) == names(select(catalogue(), ()))


def test_patterns_pick_scenarios() -> None:
    """Each once, whatever the number of patterns that fit."""
    picked = names(select(catalogue(), ("idt.iss.*", "idt.iss.wrong", "sig.none")))

    assert {"idt.iss.wrong", "sig.none"} <= set(picked)
    assert len(picked) == len(set(picked))
    assert [] == [one for one in picked if not one.startswith("idt.iss.") and one != "sig.none"]


@pytest.mark.parametrize("pattern", ["idt.iss.worng", "IDT.*", "", "idt"])
def test_a_pattern_that_fits_nothing_is_refused(pattern: str) -> None:
    """Rather than playing less than the user thinks."""
    with pytest.raises(CatalogueError, match=f"select: no scenario is called '{pattern.replace('*', '.')}"):
        select(catalogue(), ("sig.*", pattern))


# -- exceptions that name scenarios


@pytest.mark.parametrize(
    ("portal", "row", "place"),
    [
        ({"skip": ("idt.*", "no.such")}, "", "[expect] skip"),
        ({"known": ("no.such",)}, "", "[expect] known"),
        ({}, "no.such", "profile mine, row"),
    ],
)
def test_an_exception_for_no_scenario_is_refused(portal: dict[str, tuple[str, ...]], row: str, place: str) -> None:
    """A misspelt one would silently be none; the message says where it stands."""
    with pytest.raises(CatalogueError, match=re.escape(f"{place}: no scenario is called 'no.such'; 'psc-conformance")):
        check_exceptions(catalogue(), described(**portal), profile(row))


def test_exceptions_for_scenarios_that_exist_are_taken() -> None:
    """By id or by pattern."""
    check_exceptions(catalogue(), described(skip=("idt.*",), known=("sig.none",)), profile("sig.broken"))

    with pytest.raises(CatalogueError):
        check_exceptions((), described(known=("sig.none",)), profile(""))


def described(*, skip: tuple[str, ...] = (), known: tuple[str, ...] = ()) -> Descriptor:
    """Return a portal with these exceptions."""
    address = "http://127.0.0.1:9"
    return Descriptor(
        name="portail",
        base_url=address,
        login=address,
        callback=address,
        skip=tuple(Exempt(pattern=one, reason="x") for one in skip),
        known=tuple(Exempt(pattern=one, reason="x") for one in known),
    )


def profile(row: str) -> Profile:
    """Return a profile with a row for a scenario, or without one."""
    rows = {row: Row(scenario=row, clause="OIDC-CORE 2", reason_fr="x", reason_en="y")} if row else {}
    return Profile(name="mine", title_fr="x", title_en="y", defaults={}, rows=rows)
