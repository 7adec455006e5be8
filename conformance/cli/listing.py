"""``psc-conformance list``: which scenarios there are, by family, clause and level, for people and for programs."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from rich.text import Text

from conformance.catalogue import catalogue, select
from conformance.clauses import Level
from conformance.cli.options import UsageError
from conformance.exit_codes import ExitCode
from conformance.plugin import load_profile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from conformance.cli.terminal import Terminal
    from conformance.profiles import Profile
    from conformance.scenario import Scenario


def list_scenarios(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print one line a scenario, or all of them as one JSON array.

    Raises:
        UsageError: an option names nothing that there is, or the options together leave nothing.
        CatalogueError: a pattern of ``--select`` fits nothing.
        ProfileError: there is no such profile, or it cannot be used.
    """
    cards, profile = chosen(options)
    if options.json:
        records = [record(card, profile) for card in cards]
        # as a text: printed as it is, whatever marks or emoji names a title may hold
        terminal.console.print(Text(json.dumps(records, ensure_ascii=False, indent=1)), soft_wrap=True)
        return ExitCode.CLEAN
    for card in cards:
        line = Text.assemble(
            (f"{card.id:<26} ", "cyan"),
            (f"{card.clause:<24} ", "dim"),
            (f"{level_of(card, profile).value:<6} ", "magenta"),
            card.title(terminal.language),
        )
        terminal.console.print(line, soft_wrap=True)
    return ExitCode.CLEAN


def chosen(options: argparse.Namespace) -> tuple[tuple[Scenario, ...], Profile | None]:
    """Return the scenarios that the options pick, and the profile whose levels are meant, if one is named.

    Raises:
        UsageError: an option names nothing that there is, or the options together leave nothing.
        CatalogueError: a pattern of ``--select`` fits nothing.
        ProfileError: there is no such profile, or it cannot be used.
    """
    profile = load_profile(options.profile) if options.profile is not None else None
    cards = tuple(case.card for case in select(catalogue(), options.select))
    return _narrowed(cards, options, profile), profile


def level_of(card: Scenario, profile: Profile | None) -> Level:
    """Return how serious a scenario is: as the profile sees it, without one as its clause says."""
    return card.demand.level if profile is None else profile.level(card.id, card.demand)


def _narrowed(cards: Sequence[Scenario], options: argparse.Namespace, profile: Profile | None) -> tuple[Scenario, ...]:
    """Return the scenarios that fit every option; values of one option stand side by side."""
    for level in options.level:
        if level not in set(Level):
            raise _unknown("--level", level, sorted(Level))
    tests: tuple[tuple[str, Callable[[Scenario, str], bool], list[str], list[str]], ...] = (
        ("--family", in_family, options.family, sorted({card.family for card in cards})),
        ("--clause", on_clause, options.clause, sorted({card.clause for card in cards})),
        (
            "--level",
            lambda card, level: level_of(card, profile) == level,
            options.level,
            sorted({str(level_of(card, profile)) for card in cards}),
        ),
    )
    kept = tuple(cards)
    for flag, fits, values, known in tests:
        for value in values:
            if not any(fits(card, value) for card in cards):
                raise _unknown(flag, value, known)
        kept = tuple(card for card in kept if not values or any(fits(card, value) for value in values))
    if not kept:
        given = ", ".join(flag for flag, _, values, _ in tests if values)
        raise UsageError(
            f"{given} : aucun scénario ne satisfait toutes ces options ; retirez-en une",
            f"{given}: no scenario fits all of these options; leave one of them out",
        )
    return kept


def in_family(card: Scenario, family: str) -> bool:
    """Tell whether a scenario belongs to a family, such as ``idt``, or to a part of one, such as ``idt.iss``."""
    return card.id == family or card.id.startswith(family.rstrip(".") + ".")


def on_clause(card: Scenario, pattern: str) -> bool:
    """Tell whether a scenario's clause is the one named, begins like it, or fits it with ``*``; case does not count.

    The beginning ends at the end of a number: ``OIDC-CORE 3.1`` does not begin ``OIDC-CORE 3.12``.
    """
    clause, wanted = card.clause.casefold(), pattern.casefold()
    if "*" in wanted:
        return fnmatchcase(clause, wanted)
    rest = clause.removeprefix(wanted) if clause.startswith(wanted) else None
    return rest is not None and not (wanted[-1:].isdigit() and rest[:1].isdigit())


def record(card: Scenario, profile: Profile | None) -> dict[str, Any]:
    """Return a scenario as a JSON object: members are public and are only added to."""
    row = None if profile is None else profile.rows.get(card.id)
    return {
        "id": card.id,
        "family": card.family,
        "clause": card.clause,
        "level": level_of(card, profile).value,
        "profile": None if profile is None else profile.name,
        "exception": None if row is None else {"fr": row.reason_fr, "en": row.reason_en, "clause": row.clause},
        "expected": card.expected.value,
        "needs": sorted(card.needs),
        "title_fr": card.title_fr,
        "title_en": card.title_en,
    }


def _unknown(flag: str, value: str, known: Sequence[str]) -> UsageError:
    there = ", ".join(known)
    return UsageError(
        f"{flag} : aucun scénario pour {value!r} ; connus : {there}",
        f"{flag}: no scenario for {value!r}; known are: {there}",
    )
