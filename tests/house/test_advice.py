"""Every scenario says why it matters at PSC and how it is mended in six stacks; no row is about nothing."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

import pytest

from conformance.advice import stacks
from conformance.advice.lies import kinds_in_words, lie_in_words
from conformance.advice.lookup import what_rows, why_rows
from conformance.advice.rows import Basis, Row
from conformance.catalogue import catalogue
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import Nth, to_json
from mock_idp.deviations.verbs import Verb
from tests.conformance.test_scenario_card import card
from tests.house import advice_rules

CARDS = tuple(case.card for case in catalogue())
IDS = tuple(card.id for card in CARDS)
TABLES = advice_rules.all_tables(why_rows(), what_rows())


def row(*patterns: str, fr: str = "Un conseil", en: str = "Some advice") -> Row:
    """A row for a rule to be seen biting on."""
    return Row(patterns=patterns, place="made.toml row 1", fr=fr, en=en)


def test_there_is_advice_for_six_stacks() -> None:
    """The usual ones of French portals, each with the versions that it was checked against."""
    assert advice_rules.SIX == set(stacks())
    assert all(stack.checked for stack in stacks().values())


def test_every_scenario_has_a_why_and_advice_for_each_stack() -> None:
    """In both languages: a row without one of them is not read."""
    assert [] == advice_rules.advice_missing(CARDS)


def test_every_scenario_is_said_in_words() -> None:
    """By its lies, or by a row where it tells none."""
    assert [] == advice_rules.not_said_in_words(CARDS)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_about_something(name: str) -> None:
    """A misspelt pattern would silently be no advice."""
    assert [] == advice_rules.rows_without_scenario(TABLES[name], IDS)
    assert [] == advice_rules.patterns_twice(TABLES[name])
    assert [] == advice_rules.ambiguous(TABLES[name], IDS)


@pytest.mark.parametrize("name", sorted(advice_rules.SIX))
def test_advice_is_short(name: str) -> None:
    """It stands in a terminal and in a report, seven times over."""
    assert [] == advice_rules.too_long(TABLES[name])


def test_a_why_says_how_it_is_known() -> None:
    """Every kind of knowledge occurs: a table that called everything reported would be a lie."""
    assert set(Basis) == {row.basis for row in why_rows()}


def test_every_kind_of_lie_has_words() -> None:
    """And every place where one is told, and every key that signs."""
    kinds = {verb.kind for verb in (*get_args(Verb), Nth)} - {"shift-time"}

    assert set() == kinds - kinds_in_words()
    for seam in Seam:
        assert lie_in_words({"kind": "drop-field", "seam": seam, "name": "x"}, "fr")
    for key in SigningKey:
        assert lie_in_words({"kind": "sign-with", "key": key, "seam": "id-token"}, "en")


def test_every_lie_of_the_catalogue_is_said_in_both_languages() -> None:
    """Without a placeholder left."""
    for lie in (to_json(lie) for one in CARDS for lie in one.deviations):
        french, english = lie_in_words(lie, "fr"), lie_in_words(lie, "en")

        assert french != english
        assert "{victim" not in french + english
        assert "{person" not in french + english


def test_the_stacks_are_files_that_are_read() -> None:
    """A table under another ending would be overlooked."""
    there = {path.name for path in files("conformance.advice").joinpath("stacks").iterdir()}

    assert {f"{key}.toml" for key in stacks()} == there


# -- each rule, seen to bite

STRANGE = card(id="zzz.made.up", deviations=CARDS[0].deviations)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (
            [f"zzz.made.up: {what}" for what in ("why", *sorted(advice_rules.SIX))],
            advice_rules.advice_missing((STRANGE,)),
        ),
        ([], advice_rules.advice_missing(CARDS[:1])),
        (["zzz.made.up"], advice_rules.not_said_in_words((card(id="zzz.made.up", deviations=()),))),
        ([], advice_rules.not_said_in_words((STRANGE,))),
        (["made.toml row 1: idt.isss.*"], advice_rules.rows_without_scenario((row("idt.isss.*"),), IDS)),
        ([], advice_rules.rows_without_scenario((row("idt.iss.*", "uin.jwt.*"),), IDS)),
        (["idt.*"], advice_rules.patterns_twice((row("idt.*"), row("idt.*", "sig.*")))),
        (
            ["made.toml row 1 and made.toml row 1: both are for idt.iss.wrong; make one pattern more specific"],
            advice_rules.ambiguous((row("idt.iss.*"), row("*.iss.wro*")), ("idt.iss.wrong",)),
        ),
        ([], advice_rules.ambiguous((row("idt.*"), row("idt.iss.*"), row("idt.iss.wrong")), ("idt.iss.wrong",))),
        (["made.toml row 1"], advice_rules.too_long((row("idt.*", en="x" * 301),))),
    ],
)
def test_each_rule_bites(expected: list[str], found: list[str]) -> None:
    """On a row or a card made for it."""
    assert expected == found
