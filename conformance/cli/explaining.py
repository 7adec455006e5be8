"""``psc-conformance explain ID``: what one scenario does, why it matters at PSC, what to expect, how to mend it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.text import Text

from conformance.advice import Why, in_your_stack, lie_in_words, stacks, what_of, why_of
from conformance.catalogue import catalogue
from conformance.cli.options import UsageError
from conformance.exit_codes import ExitCode
from conformance.profiles import builtin_profile
from conformance.profiles.profile import BUILTIN
from conformance.texts import BASES, EXPECTED, OUTCOMES, VERDICTS, said
from mock_idp.deviations import to_json

if TYPE_CHECKING:
    import argparse

    from conformance.cli.terminal import Terminal
    from conformance.scenario import Scenario


def explain(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print one scenario.

    Raises:
        UsageError: there is no scenario of that id, or no stack of that name.
    """
    if options.stack is not None and options.stack not in stacks():
        known = ", ".join(stacks())
        raise UsageError(
            f"--stack : pile {options.stack!r} inconnue ; connues : {known}",
            f"--stack: {options.stack!r} is unknown; known are: {known}",
        )
    card = next((case.card for case in catalogue() if case.card.id == options.id), None)
    if card is None:
        raise UsageError(
            f"explain : {options.id!r} n'est pas un scénario ; « psc-conformance list » les montre",
            f"explain: {options.id!r} is no scenario; 'psc-conformance list' shows them",
        )
    clause = card.demand
    terminal.title(f"{card.id} : {card.title_fr}", f"{card.id}: {card.title_en}")
    terminal.say(f"\nExigence : {clause.gist_fr}", f"\nRequirement: {clause.gist_en}")
    where = f"  {clause.title}, {clause.section} {clause.url}"
    terminal.say(where, where, "dim")
    _what(card, terminal)
    _why(card, terminal)
    expected = EXPECTED[card.expected]
    terminal.say(f"\nAttendu : {expected[0]}", f"\nExpected: {expected[1]}")
    terminal.say(f"\nPour corriger : {card.mend_fr}", f"\nTo mend: {card.mend_en}")
    _stacks(card, options.stack, terminal)
    _profiles(card, terminal)
    terminal.say(
        f"\nVoir échouer : make demo FAULT={card.caught_by}", f"\nSee it fail: make demo FAULT={card.caught_by}", "dim"
    )
    return ExitCode.CLEAN


def _what(card: Scenario, terminal: Terminal) -> None:
    what = what_of(card.id)
    if what is None and not card.deviations:
        what = (f"{card.title_fr}.", f"{card.title_en}.")
    if what is not None:
        terminal.say(f"\nCe qui se passe : {what[0]}", f"\nWhat happens: {what[1]}")
    for deviation in card.deviations:
        members = to_json(deviation)
        terminal.say(
            f"\nMensonge : {lie_in_words(members, 'fr')}",
            f"\nLie: {lie_in_words(members, 'en')}",
        )
        lie = f"  {json.dumps(members, ensure_ascii=False)}"
        terminal.say(lie, lie, "dim")


def _why(card: Scenario, terminal: Terminal) -> None:
    why = why_of(card.id)
    if why is None:
        return
    first = (card.why_fr or why.fr, card.why_en or why.en)
    terminal.say(f"\nPourquoi c'est important chez PSC : {first[0]}", f"\nWhy it matters at PSC: {first[1]}")
    if card.why_fr:
        terminal.say(f"  Plus largement : {why.fr}", f"  More widely: {why.en}")
    _how_known(why, terminal)


def _how_known(why: Why, terminal: Terminal) -> None:
    basis = BASES[why.basis]
    terminal.say(
        f"  {basis[0]} : {why.source_fr}" if why.source_fr else f"  {basis[0]}",
        f"  {basis[1]}: {why.source_en}" if why.source_en else f"  {basis[1]}",
        "dim",
    )


def _stacks(card: Scenario, wanted: str | None, terminal: Terminal) -> None:
    advice = [one for one in in_your_stack(card.id) if wanted in {None, one.stack}]
    if not advice:
        return
    terminal.say("\nDans votre pile :", "\nIn your stack:")
    colon = said((" :", ":"), terminal.language)
    for one in advice:
        line = Text.assemble((f"  {one.name}{colon} ", "cyan"), one.text(terminal.language))
        terminal.console.print(line, soft_wrap=True)


def _profiles(card: Scenario, terminal: Terminal) -> None:
    language = terminal.language
    terminal.say("\nCe qu'en font les profils :", "\nWhat the profiles make of it:")
    for name in BUILTIN:
        terminal.console.print(Text.assemble((f"  {name:<8}", "cyan"), _rulings(card, name, language)), soft_wrap=True)


def _rulings(card: Scenario, name: str, language: str) -> str:
    profile = builtin_profile(name)
    parts = []
    for outcome, words in OUTCOMES.items():
        verdict = profile.rule(card.id, card.demand, card.expected, outcome).verdict
        parts.append(f"{said(words, language)} = {said(VERDICTS[verdict], language)}")
    return " · ".join(parts)
