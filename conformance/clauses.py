"""The clauses that scenarios stand on: what a document demands, in a sentence of our own, and where to read it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Level(StrEnum):
    """How much a document demands (RFC 2119), and ``fact`` for a documented habit of PSC that demands nothing."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"
    FACT = "fact"


class ClauseError(ValueError):
    """A clause that is not in the table, or a table that cannot be read; the message names the key at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One demand of one document.

    Attributes:
        key: document and place, for example ``OIDC-CORE 3.1.3.7(2)``; scenarios name it.
        document: short name of the document.
        section: place in the document.
        title: full name of the document.
        title_fr: the same in French; most documents have one name only.
        url: where to read it; empty when it has no public address.
        level: how much the text demands.
        gist_fr: what it demands, in French.
        gist_en: the same in English.
    """

    key: str
    document: str
    section: str
    title: str
    title_fr: str
    url: str
    level: Level
    gist_fr: str
    gist_en: str

    def gist(self, language: str) -> str:
        """Return what is demanded, in ``fr`` or ``en``."""
        return self.gist_en if language == "en" else self.gist_fr


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Why no scenario looks for a clause."""

    key: str
    reason_fr: str
    reason_en: str

    def reason(self, language: str) -> str:
        """Return why, in ``fr`` or ``en``."""
        return self.reason_en if language == "en" else self.reason_fr


@cache
def clauses() -> Mapping[str, Clause]:
    """Return every clause by key, in the order of the table."""
    return read_clauses(files("conformance").joinpath("clauses.toml").read_text(encoding="utf-8"))


@cache
def uncovered() -> Mapping[str, Uncovered]:
    """Return the clauses that no scenario looks for, each with its reason."""
    text = files("conformance").joinpath("clauses.toml").read_text(encoding="utf-8")
    return read_uncovered(text, known=clauses())


def find_clause(key: str) -> Clause:
    """Return the clause of a key.

    Raises:
        ClauseError: the table has no such key.
    """
    try:
        return clauses()[key]
    except KeyError:
        raise ClauseError(f"clause: {key!r} is not in conformance/clauses.toml; add it there, or correct it") from None


def read_clauses(text: str) -> Mapping[str, Clause]:
    """Return the clauses of a TOML text: ``[document.X]`` tables, and one ``[[clause]]`` each.

    Raises:
        ClauseError: a clause names an unknown document or level, lacks a member, or stands twice.
    """
    table = tomllib.loads(text)
    documents: dict[str, Any] = table.get("document", {})
    found: dict[str, Clause] = {}
    for member in table.get("clause", []):
        clause = _clause(member, documents)
        if clause.key in found:
            raise ClauseError(f"clause {clause.key}: stands twice")
        found[clause.key] = clause
    return MappingProxyType(found)


def read_uncovered(text: str, *, known: Collection[str]) -> Mapping[str, Uncovered]:
    """Return the ``[[uncovered]]`` entries of a TOML text.

    Args:
        text: of the table.
        known: the clauses that there are.

    Raises:
        ClauseError: an entry names no clause, gives no reason in one of the languages, or stands twice.
    """
    found: dict[str, Uncovered] = {}
    for member in tomllib.loads(text).get("uncovered", []):
        key = str(member.get("key", ""))
        if key not in known:
            raise ClauseError(f"uncovered {key!r}: there is no such clause; add it as a [[clause]], or correct the key")
        if key in found:
            raise ClauseError(f"uncovered {key}: stands twice")
        reasons = [str(member.get(language, "")).strip() for language in ("fr", "en")]
        if not all(reasons):
            raise ClauseError(f"uncovered {key}: say why in fr and en")
        found[key] = Uncovered(key=key, reason_fr=reasons[0], reason_en=reasons[1])
    return MappingProxyType(found)


def _clause(member: dict[str, Any], documents: dict[str, Any]) -> Clause:
    key = str(member.get("key", ""))
    short, _, section = key.partition(" ")
    if short not in documents or not section:
        raise ClauseError(f"clause {key!r}: start with a document ({', '.join(documents)}), a space, and a section")
    try:
        document = documents[short]
        return Clause(
            key=key,
            document=short,
            section=section,
            title=document["title"],
            title_fr=document.get("title_fr", document["title"]),
            url=document["url"].replace("{anchor}", member.get("anchor", "")),
            level=Level(member["level"]),
            gist_fr=member["fr"],
            gist_en=member["en"],
        )
    except KeyError as error:
        raise ClauseError(f"clause {key}: {error.args[0]} is missing") from None
    except ValueError:
        raise ClauseError(f"clause {key}: level is one of {', '.join(Level)}") from None
