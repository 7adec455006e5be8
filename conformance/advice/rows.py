"""Rows of advice: texts in two languages for the scenarios that a pattern names, the most specific pattern first."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MEMBERS: Final = frozenset({"scenarios", "fr", "en", "basis", "source"})
_REPOSITORY: Final = r"[\w.-]+/[\w.-]+(?: \([\w.-]+\))?"
_NAMES: Final = re.compile(rf"{_REPOSITORY}(?:; {_REPOSITORY})*")


class Basis(StrEnum):
    """How it is known that something matters at PSC."""

    REPORTED = "reported"
    """An integrator reported it in public."""
    SEEN = "seen"
    """Public code of a portal or connector does it, or did when it was read."""
    DOCUMENTED = "documented"
    """A public document or a published sample says it."""
    INFERRED = "inferred"
    """It follows from what PSC is, a Keycloak behind a page of its own; nobody said that it happens."""
    GENERAL = "general"
    """No problem of PSC's own is known; the text says what an attacker gains."""


SOURCED: Final = frozenset({Basis.REPORTED, Basis.SEEN, Basis.DOCUMENTED})
"""The bases that say where it was read."""


class AdviceError(ValueError):
    """A table of advice that cannot be used; the message names the file, the row, and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text for the scenarios that its patterns name.

    Attributes:
        patterns: ids, ``*`` allowed.
        place: file and number, for messages.
        basis: how it is known, None in tables that say how to mend.
        source_fr: where it was read, in French, empty unless the basis asks for it.
        source_en: the same in English; names alone are the same in both.
    """

    patterns: tuple[str, ...]
    place: str
    fr: str
    en: str
    basis: Basis | None = None
    source_fr: str = ""
    source_en: str = ""

    def weight(self, identifier: str) -> int:
        """Return how closely the row fits a scenario: letters of the longest pattern that names it, -1 for none."""
        fitting = (one for one in self.patterns if fnmatchcase(identifier, one))
        return max((_letters(one) for one in fitting), default=-1)


def _letters(pattern: str) -> int:
    # the id itself is more specific than any pattern that names it, however many letters both have
    return 2 * len(pattern.replace("*", "")) + ("*" not in pattern)


def most_specific(rows: Iterable[Row], identifier: str) -> Row | None:
    """Return the row that fits a scenario best, or None.

    Raises:
        AdviceError: two rows fit equally well.
    """
    weighed = sorted(
        ((row.weight(identifier), row) for row in rows if row.weight(identifier) >= 0),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if len(weighed) > 1 and weighed[0][0] == weighed[1][0]:
        one, other = weighed[0][1].place, weighed[1][1].place
        raise AdviceError(f"{one} and {other}: both are for {identifier}; make one pattern more specific")
    return weighed[0][1] if weighed else None


def read_rows(text: str, *, source: str) -> tuple[dict[str, Any], tuple[Row, ...]]:
    """Return what the head of a table says, and its rows.

    Args:
        text: of the TOML file.
        source: what to call it in errors.

    Raises:
        AdviceError: it is no TOML, or a row misses a member, has an unknown one, or says the same in both languages.
    """
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AdviceError(f"{source}: this is no TOML: {error}") from None
    members = head.pop("row", [])
    if not isinstance(members, list):
        raise AdviceError(f"{source}: row: write each text as a [[row]] table")
    return head, tuple(_row(member, f"{source} row {number}") for number, member in enumerate(members, 1))


def _row(member: Any, place: str) -> Row:
    if not isinstance(member, dict):
        raise AdviceError(f"{place}: write it as a [[row]] table")
    if unknown := sorted(set(member) - _MEMBERS):
        raise AdviceError(f"{place} {unknown[0]}: unknown key; known are {', '.join(sorted(_MEMBERS))}")
    patterns = member.get("scenarios")
    if not isinstance(patterns, list) or not patterns or not all(isinstance(one, str) and one for one in patterns):
        raise AdviceError(f'{place} scenarios: write a list of ids, such as ["idt.iss.*"]')
    fr, en = (_text(member, key, place) for key in ("fr", "en"))
    if fr == en:
        raise AdviceError(f"{place}: fr is en; translate it")
    basis, (source_fr, source_en) = _basis(member, place), _source(member, place)
    if (basis in SOURCED) != bool(source_en):
        needed = "missing; say where it was read" if basis in SOURCED else f"take it out; {basis} has none"
        raise AdviceError(f"{place} source: {needed}")
    return Row(
        patterns=tuple(patterns), place=place, fr=fr, en=en, basis=basis, source_fr=source_fr, source_en=source_en
    )


def _text(member: dict[str, Any], key: str, place: str) -> str:
    text = member.get(key)
    if not isinstance(text, str) or not text.strip():
        raise AdviceError(f"{place} {key}: missing; write a sentence")
    return text.strip()


def _basis(member: dict[str, Any], place: str) -> Basis | None:
    if "basis" not in member:
        return None
    try:
        return Basis(member["basis"])
    except ValueError:
        raise AdviceError(f"{place} basis: write one of {', '.join(Basis)}") from None


def _source(member: dict[str, Any], place: str) -> tuple[str, str]:
    source = member.get("source", "")
    if isinstance(source, dict):
        return _text(source, "fr", f"{place} source"), _text(source, "en", f"{place} source")
    if source and not _NAMES.fullmatch(source):
        raise AdviceError(f"{place} source: names of repositories alone are text; write {{ fr = …, en = … }}")
    return source, source


def patterns_of(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Return every pattern with the place that it stands in."""
    return tuple((pattern, row.place) for row in rows for pattern in row.patterns)
