"""The rules that every scenario keeps, as functions from cards to complaints, so that each can be seen to bite."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING

from conformance.clauses import clauses, uncovered
from conformance.miniatures.table import MINIATURES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from conformance.scenario import Scenario

SHORTEST_TEXT = 12
TEXTS = (("title_fr", "title_en"), ("mend_fr", "mend_en"))


def retired_ids(text: str | None = None) -> frozenset[str]:
    """Return the ids that are given to nobody any more."""
    lines = (text if text is not None else files("scenarios").joinpath("retired.txt").read_text("utf-8")).splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))


def ids_given_twice(cards: Sequence[Scenario], retired: Collection[str]) -> list[str]:
    """Return the ids that two cards have, or that were taken away from another scenario."""
    counted = Counter(card.id for card in cards)
    return sorted({one for one, times in counted.items() if times > 1} | (set(counted) & set(retired)))


def texts_missing(cards: Sequence[Scenario]) -> list[str]:
    """Return the texts that say nothing, or the same in both languages."""
    found = []
    for card in cards:
        for french, english in TEXTS:
            pair = {name: getattr(card, name).strip() for name in (french, english)}
            found += [f"{card.id}: {name}" for name, text in pair.items() if len(text) < SHORTEST_TEXT]
            if len(set(pair.values())) == 1:
                found.append(f"{card.id}: {french} is {english}")
    return found


def titles_given_twice(cards: Sequence[Scenario]) -> list[str]:
    """Return the titles by which two scenarios cannot be told apart."""
    counted = Counter(title for card in cards for title in (card.title_fr, card.title_en))
    return sorted(title for title, times in counted.items() if times > 1)


def not_caught(cards: Sequence[Scenario], caught_by: Mapping[str, str] | None = None) -> list[str]:
    """Return scenarios and miniatures that are not each other's.

    Args:
        cards: the scenarios.
        caught_by: by defect, the scenario that is said to notice it.
    """
    there = caught_by if caught_by is not None else {str(key): one.caught_by for key, one in MINIATURES.items()}
    claimed = {(str(card.caught_by), card.id) for card in cards}
    return sorted(f"{defect} / {identifier}" for defect, identifier in claimed ^ set(there.items()))


def clauses_without_scenario(
    cards: Sequence[Scenario], known: Collection[str] | None = None, excused: Collection[str] | None = None
) -> list[str]:
    """Return the clauses that nothing looks for and no ``[[uncovered]]`` entry explains, or that have both."""
    looked_for = {card.clause for card in cards}
    without = set(uncovered()) if excused is None else set(excused)
    return sorted(((set(clauses()) if known is None else set(known)) - looked_for) ^ without)


def lies_that_repeat(cards: Sequence[Scenario]) -> list[str]:
    """Return the scenarios with the same lie twice: the second changes nothing and so is never told."""
    return [card.id for card in cards if len(set(map(repr, card.deviations))) < len(card.deviations)]
