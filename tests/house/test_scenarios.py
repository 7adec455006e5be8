"""Every scenario says enough, is new, stands on a clause, passes on the correct portal and fails on its miniature."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

from conformance.catalogue import Case, catalogue
from conformance.miniatures.defects import Defect
from conformance.miniatures.table import MINIATURES
from conformance.outcome import Verdict
from conformance.stage import perform
from tests.conformance.test_scenario_card import card
from tests.house import kill_matrix, scenario_rules
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.cli.seat import Seat
    from conformance.visit import Lab

CASES = catalogue()
CARDS = tuple(case.card for case in CASES)
FEWEST = 323


def test_there_are_scenarios_to_look_at() -> None:
    """The rules below cannot pass on nothing, and scenarios do not vanish unnoticed."""
    assert len(CARDS) >= FEWEST


def test_no_id_is_given_twice() -> None:
    """Neither to two scenarios, nor to one after another was taken away."""
    assert [] == scenario_rules.ids_given_twice(CARDS, scenario_rules.retired_ids())


def test_every_scenario_says_what_happens_and_how_a_portal_is_mended() -> None:
    """In French and in English."""
    assert [] == scenario_rules.texts_missing(CARDS)
    assert [] == scenario_rules.titles_given_twice(CARDS)


def test_every_scenario_has_its_miniature_and_every_miniature_its_scenario() -> None:
    """One each, and both say so."""
    assert [] == scenario_rules.not_caught(CARDS)
    assert set(Defect) == set(MINIATURES)


def test_every_clause_is_looked_for() -> None:
    """A clause without a scenario would be a promise; where there is none, the table says why."""
    assert [] == scenario_rules.clauses_without_scenario(CARDS)


def test_no_scenario_tells_the_same_lie_twice() -> None:
    """The second would change nothing, and the scenario would never come to a verdict."""
    assert [] == scenario_rules.lies_that_repeat(CARDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.card.id)
def test_every_scenario_says_in_its_docstring_what_it_plays(case: Case) -> None:
    """And its room has one too."""
    module = ast.parse(case.path.read_text(encoding="utf-8"))

    assert case.play.__doc__
    assert ast.get_docstring(module)


# -- each rule, seen to bite

OTHER = card(id="idt.other", title_fr="Un tout autre titre", title_en="Quite another title")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (["idt.made.up"], scenario_rules.ids_given_twice((card(), card()), ())),
        (["idt.made.up"], scenario_rules.ids_given_twice((card(),), {"idt.made.up"})),
        ([], scenario_rules.ids_given_twice((card(), OTHER), {"idt.gone"})),
        (
            ["idt.made.up: mend_en"],
            scenario_rules.texts_missing(
                (card(title_fr="Assez long !", title_en="Long enough!", mend_fr="Assez long aussi", mend_en="x"),)
            ),
        ),
        (
            ["idt.made.up: title_fr is title_en"],
            scenario_rules.texts_missing(
                (
                    card(
                        title_fr="The same text",
                        title_en="The same text",
                        mend_fr="Assez long aussi",
                        mend_en="Long enough too",
                    ),
                )
            ),
        ),
        (["A title", "Un titre"], scenario_rules.titles_given_twice((card(), card(id="idt.other")))),
        (["never_compares_iss / idt.made.up"], scenario_rules.not_caught((card(),), {})),
        (
            ["never_compares_iss / idt.gone", "never_compares_iss / idt.made.up"],
            scenario_rules.not_caught((card(),), {"never_compares_iss": "idt.gone"}),
        ),
        ([], scenario_rules.not_caught((card(),), {"never_compares_iss": "idt.made.up"})),
        (
            ["never_compares_iss / idt.other"],
            scenario_rules.not_caught((card(), OTHER), {"never_compares_iss": "idt.made.up"}),
        ),
        (["RFC 1"], scenario_rules.clauses_without_scenario((card(),), {"RFC 1", "OIDC-CORE 3.1.3.7(2)"}, ())),
        ([], scenario_rules.clauses_without_scenario((card(),), {"RFC 1", "OIDC-CORE 3.1.3.7(2)"}, {"RFC 1"})),
        (
            ["OIDC-CORE 3.1.3.7(2)"],
            scenario_rules.clauses_without_scenario((card(),), {"OIDC-CORE 3.1.3.7(2)"}, {"OIDC-CORE 3.1.3.7(2)"}),
        ),
        (["idt.made.up"], scenario_rules.lies_that_repeat((card(deviations=(*CARDS[0].deviations, "x", "x")),))),
    ],
)
def test_each_rule_bites(expected: list[str], found: list[str]) -> None:
    """On a card made for it."""
    assert expected == found


def test_retired_ids_are_read_line_by_line() -> None:
    """The id comes first on its line; comments and empty lines are none."""
    text = "# a comment\n\nidt.gone 0.2: replaced by idt.other\nsig.gone\n"

    assert {"idt.gone", "sig.gone"} == scenario_rules.retired_ids(text)


# -- played


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """One provider for all of them."""
    with suite_seat() as seat:
        yield seat


@pytest.fixture(scope="module")
def strict(seat: Seat) -> Iterator[Lab]:
    """The portal that checks everything."""
    with lab_with(seat) as lab:
        yield lab


@pytest.mark.integration
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.card.id)
def test_the_correct_portal_passes(case: Case, strict: Lab) -> None:
    """Every scenario."""
    played = perform(case.card, case.play, strict)

    assert (Verdict.PASSED, played.judgement) == (played.ruling.verdict, played.judgement)


# -- the kill matrix


def test_the_kill_matrix_is_of_these_scenarios_and_portals() -> None:
    """Whoever adds a scenario plays it against every portal: 'make kill-matrix'."""
    page = kill_matrix.PAGE.read_text(encoding="utf-8")

    assert {kill_matrix.STRICT, *map(str, Defect)} == set(kill_matrix.rows(page))
    heads = [
        kill_matrix.HEAD.format(reach=reach, scenarios=len(CARDS), portals=1 + len(Defect))
        for reach in (kill_matrix.FULL, kill_matrix.NEAR)
    ]
    assert [True] == [True for head in heads if page.startswith(head)]
    assert [] == kill_matrix.complaints(kill_matrix.rows(page))


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"never_compares_iss": ("—", "—", "—")}, "never_compares_iss: expected `idt.iss.wrong`, failed —"),
        (
            {"never_compares_iss": ("`idt.iss.wrong`, `sig.none`", "x", "—")},
            "never_compares_iss: expected `idt.iss.wrong`, failed `idt.iss.wrong`, `sig.none`",
        ),
        ({"strict": ("`sig.none`", "continued", "—")}, "strict: expected —, failed `sig.none`"),
        ({"strict": ("—", "—", "`sig.none` (inconclusive)")}, "strict: `sig.none` (inconclusive)"),
        (
            {"keeps_login_in_one_place": ("`rsp.parallel`", "x", "—")},
            "keeps_login_in_one_place: expected `rsp.code.injected`, failed `rsp.parallel`",
        ),
    ],
)
def test_a_matrix_that_is_not_as_it_should_be_is_told(changed: dict[str, tuple[str, str, str]], complaint: str) -> None:
    """A survivor, a bystander that fails, a correct portal that fails or is not judged."""
    said = kill_matrix.rows(kill_matrix.PAGE.read_text(encoding="utf-8"))

    assert [complaint] == kill_matrix.complaints(said | changed)


def test_a_row_of_the_matrix_is_read_as_it_was_written() -> None:
    """Failures first, and what is not judged behind them."""
    cells = (
        kill_matrix.Cell(scenario="b.b", verdict=Verdict.INCONCLUSIVE, outcome="inconclusive"),
        kill_matrix.Cell(scenario="a.a", verdict=Verdict.FAILED, outcome="fooled"),
        kill_matrix.Cell(scenario="c.c", verdict=Verdict.PASSED, outcome="refused"),
    )
    line = kill_matrix.row("some_defect", cells)

    assert {"some_defect": ("`a.a`", "fooled", "`b.b` (inconclusive)")} == kill_matrix.rows(line + "\n")
    assert line == kill_matrix.row("some_defect", kill_matrix.cells_of("`a.a`", "fooled", "`b.b` (inconclusive)"))
    assert [] == kill_matrix.cells_of("—", "—", "—")


def test_lines_of_other_code_are_played_again(tmp_path: Path) -> None:
    """What was written down counts for the same code and the same reach only."""
    file = tmp_path / "known.jsonl"
    line = {"portal": "strict", "reach": "full", "code": "a", "line": "| `strict` | — | — | — |"}
    file.write_text(json.dumps(line) + "\n", encoding="utf-8")

    assert {"strict": "| `strict` | — | — | — |"} == kill_matrix.known(file, "a", "full")
    assert {} == kill_matrix.known(file, "b", "full") == kill_matrix.known(file, "a", "near")
    assert {} == kill_matrix.known(tmp_path / "none", "a", "full")
    assert kill_matrix.played_with() == kill_matrix.played_with()
