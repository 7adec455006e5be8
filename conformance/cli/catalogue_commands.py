"""``psc-conformance list`` and ``explain ID``: what the suite looks for, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.text import Text

from conformance.catalogue import catalogue, select
from conformance.cli.options import UsageError, add_language
from conformance.exit_codes import ExitCode
from conformance.profiles import builtin_profile
from conformance.profiles.profile import BUILTIN
from conformance.texts import EXPECTED, OUTCOMES, VERDICTS, said
from mock_idp.deviations import to_json

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.scenario import Scenario


def add(commands: Any, talk: Talk) -> None:
    """Offer both subcommands."""
    listing: argparse.ArgumentParser = commands.add_parser("list", help=talk("les scénarios", "the scenarios"))
    listing.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="ID",
        help=talk("seulement ceux-ci, * permis", "only these, * allowed"),
    )
    add_language(listing, talk)
    listing.set_defaults(execute=list_scenarios)
    explaining: argparse.ArgumentParser = commands.add_parser(
        "explain", help=talk("un scénario en détail", "one scenario in detail")
    )
    explaining.add_argument("id", metavar="ID", help=talk("identifiant du scénario", "id of the scenario"))
    add_language(explaining, talk)
    explaining.set_defaults(execute=explain)


def list_scenarios(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print one line a scenario."""
    for case in select(catalogue(), options.select):
        card = case.card
        line = Text.assemble((f"{card.id:<26} ", "cyan"), (f"{card.clause:<24} ", "dim"), card.title(terminal.language))
        terminal.console.print(line, soft_wrap=True)
    return ExitCode.CLEAN


def explain(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print one scenario: its clause, its lie, what is expected, what each profile makes of it, the remedy."""
    card = next((case.card for case in catalogue() if case.card.id == options.id), None)
    if card is None:
        raise UsageError(f"explain: {options.id!r} is no scenario; 'psc-conformance list' shows them")
    language, clause = terminal.language, card.demand
    terminal.title(f"{card.id} : {card.title_fr}", f"{card.id}: {card.title_en}")
    terminal.say(f"\nExigence : {clause.gist_fr}", f"\nRequirement: {clause.gist_en}")
    where = f"  {clause.title}, {clause.section} {clause.url}"
    terminal.say(where, where, "dim")
    if card.why_fr:
        terminal.say(f"\nPourquoi : {card.why_fr}", f"\nWhy: {card.why_en}")
    for deviation in card.deviations:
        lie = json.dumps(to_json(deviation), ensure_ascii=False)
        terminal.say(f"\nMensonge : {lie}", f"\nLie: {lie}")
    expected = said(EXPECTED[card.expected], language)
    terminal.say(f"\nAttendu : {expected}", f"\nExpected: {expected}")
    terminal.say(f"\nPour corriger : {card.mend_fr}", f"\nTo mend: {card.mend_en}")
    terminal.say("\nCe qu'en font les profils :", "\nWhat the profiles make of it:")
    for name in BUILTIN:
        terminal.console.print(Text.assemble((f"  {name:<8}", "cyan"), _rulings(card, name, language)), soft_wrap=True)
    terminal.say(
        f"\nVoir échouer : make demo FAULT={card.caught_by}", f"\nSee it fail: make demo FAULT={card.caught_by}", "dim"
    )
    return ExitCode.CLEAN


def _rulings(card: Scenario, name: str, language: str) -> str:
    profile = builtin_profile(name)
    parts = []
    for outcome, words in OUTCOMES.items():
        verdict = profile.rule(card.id, card.demand, card.expected, outcome).verdict
        parts.append(f"{said(words, language)} = {said(VERDICTS[verdict], language)}")
    return " · ".join(parts)
