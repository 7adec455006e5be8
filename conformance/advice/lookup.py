"""Looking advice up: by the id of a scenario, in tables that ship with the suite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from conformance.advice.rows import AdviceError, Basis, Row, most_specific, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a scenario matters at PSC.

    Attributes:
        basis: how it is known.
        source_fr: where it was read, in French; empty when nobody said it.
        source_en: the same in English.
    """

    fr: str
    en: str
    basis: Basis
    source_fr: str
    source_en: str

    def text(self, language: str) -> str:
        """Return it in ``fr`` or ``en``."""
        return self.en if language == "en" else self.fr

    def source(self, language: str) -> str:
        """Return where it was read, in ``fr`` or ``en``."""
        return self.source_en if language == "en" else self.source_fr


@dataclass(frozen=True, slots=True, kw_only=True)
class StackAdvice:
    """How a portal on one stack is mended.

    Attributes:
        stack: key of the stack, as ``explain --stack`` takes it.
        name: of the stack, the same in both languages.
    """

    stack: str
    name: str
    fr: str
    en: str

    def text(self, language: str) -> str:
        """Return it in ``fr`` or ``en``."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack, its rows, and the versions against which they were checked."""

    key: str
    name: str
    checked: str
    rows: tuple[Row, ...]


@cache
def stacks() -> Mapping[str, Stack]:
    """Return the stacks that there is advice for, by key.

    Raises:
        AdviceError: a table cannot be read.
    """
    found = {}
    for path in _tables("stacks"):
        head, rows = read_rows(path.read_text(encoding="utf-8"), source=f"advice/stacks/{path.name}")
        if set(head) != {"key", "name", "checked"}:
            raise AdviceError(f"advice/stacks/{path.name}: write key, name and checked before the rows")
        found[head["key"]] = Stack(key=head["key"], name=head["name"], checked=head["checked"], rows=rows)
    return MappingProxyType(found)


def in_your_stack(identifier: str) -> tuple[StackAdvice, ...]:
    """Return how a portal is mended in every stack that has advice for a scenario.

    Args:
        identifier: id of the scenario; one of somebody else's pack may have none.
    """
    advice = []
    for stack in stacks().values():
        row = most_specific(stack.rows, identifier)
        if row is not None:
            advice.append(StackAdvice(stack=stack.key, name=stack.name, fr=row.fr, en=row.en))
    return tuple(advice)


@cache
def why_rows() -> tuple[Row, ...]:
    """Return every row that says why a scenario matters.

    Raises:
        AdviceError: a table cannot be read, or a row does not say how it is known.
    """
    rows: list[Row] = []
    for path in _tables("why"):
        rows += read_rows(path.read_text(encoding="utf-8"), source=f"advice/why/{path.name}")[1]
    if silent := [row.place for row in rows if row.basis is None]:
        raise AdviceError(f"{silent[0]} basis: missing; write one of {', '.join(Basis)}")
    return tuple(rows)


@cache
def what_rows() -> tuple[Row, ...]:
    """Return every row that says what a scenario does, for those whose lies do not say it all.

    Raises:
        AdviceError: the table cannot be read.
    """
    text = files("conformance.advice").joinpath("what.toml").read_text(encoding="utf-8")
    return read_rows(text, source="advice/what.toml")[1]


def why_of(identifier: str) -> Why | None:
    """Return why a scenario matters at PSC, or None when nothing is written about it."""
    row = most_specific(why_rows(), identifier)
    if row is None or row.basis is None:
        return None
    return Why(fr=row.fr, en=row.en, basis=row.basis, source_fr=row.source_fr, source_en=row.source_en)


def what_of(identifier: str) -> tuple[str, str] | None:
    """Return what a scenario does, in French and English, or None when its lies say it all."""
    row = most_specific(what_rows(), identifier)
    return None if row is None else (row.fr, row.en)


def _tables(folder: str) -> list[Traversable]:
    there = files("conformance.advice").joinpath(folder).iterdir()
    return sorted((path for path in there if path.name.endswith(".toml")), key=lambda path: path.name)
