"""The rules that advice keeps, as functions from cards and rows to complaints, so that each can be seen to bite."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.advice import AdviceError, in_your_stack, stacks, what_of, why_of
from conformance.advice.rows import most_specific, patterns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.advice.rows import Row
    from conformance.scenario import Scenario

LONGEST_ADVICE = 300
SIX = {"authlib", "keycloak", "lemonldap", "mod_auth_openidc", "openid-client", "spring"}


def advice_missing(cards: Iterable[Scenario]) -> list[str]:
    """Return the scenarios without a why, or without advice for one of the six stacks."""
    found = []
    for card in cards:
        if why_of(card.id) is None:
            found.append(f"{card.id}: why")
        there = {one.stack for one in in_your_stack(card.id)}
        found += [f"{card.id}: {stack}" for stack in sorted(SIX - there)]
    return found


def not_said_in_words(cards: Iterable[Scenario]) -> list[str]:
    """Return the scenarios that tell no lie, and of which no row says what they do."""
    return [card.id for card in cards if not card.deviations and what_of(card.id) is None]


def rows_without_scenario(rows: Sequence[Row], identifiers: Sequence[str]) -> list[str]:
    """Return the patterns that fit no scenario."""
    return [
        f"{place}: {pattern}"
        for pattern, place in patterns_of(rows)
        if not any(fnmatchcase(one, pattern) for one in identifiers)
    ]


def patterns_twice(rows: Sequence[Row]) -> list[str]:
    """Return the patterns that stand in two rows of one table."""
    return sorted(one for one, times in Counter(pattern for pattern, _ in patterns_of(rows)).items() if times > 1)


def ambiguous(rows: Sequence[Row], identifiers: Iterable[str]) -> list[str]:
    """Return what is said about scenarios that two rows of one table fit equally well."""
    found = []
    for identifier in identifiers:
        try:
            most_specific(rows, identifier)
        except AdviceError as error:
            found.append(str(error))
    return found


def too_long(rows: Iterable[Row]) -> list[str]:
    """Return the rows that are more than a couple of sentences."""
    return [row.place for row in rows if max(len(row.fr), len(row.en)) > LONGEST_ADVICE]


def all_tables(why: tuple[Row, ...], what: tuple[Row, ...]) -> dict[str, tuple[Row, ...]]:
    """Return every table by name: two, and one for each stack."""
    return {"why": why, "what": what} | {stack.key: stack.rows for stack in stacks().values()}
