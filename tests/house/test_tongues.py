"""Every failure that a person reads is said twice: the French is French, the English English, with the same facts."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.house.french import english_in, french_in
from tests.house.inventory import parsed, rooms, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST: Final = 200
"""Sites that there are at least; fewer, and this test looks in the wrong place."""
TWO: Final = 2
TELLERS: Final = {"terminal.say", "terminal.title", "self.terminal.say", "self.say", "self.title", "talk"}
_LETTERS: Final = re.compile(r"(?<![\w-])(?!--)\w")

Said = tuple[str, ast.expr, ast.expr]
"""Where it is said, in French, in English."""


@cache
def failures() -> dict[str, tuple[str, ...]]:
    """Return the classes below ``Spoken`` by name, each with the names of what it is made from."""
    classes = {one.name: one for room in rooms() for one in ast.walk(parsed(room)) if isinstance(one, ast.ClassDef)}
    found: dict[str, tuple[str, ...]] = {"Spoken": ("fr", "en")}
    while more := {
        name: made_from(one, found)
        for name, one in classes.items()
        if name not in found and any(isinstance(base, ast.Name) and base.id in found for base in one.bases)
    }:
        found |= more
    return found


def made_from(one: ast.ClassDef, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of a class's arguments: its own, else those of the class below."""
    for member in one.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return tuple(argument.arg for argument in member.args.args[1:])
    return next(known[base.id] for base in one.bases if isinstance(base, ast.Name) and base.id in known)


def said(tree: ast.Module, path: str) -> Iterator[Said]:
    """Give what a module says: where a failure is made, and where its class makes its own words."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in failures():
            names = failures()[one.func.id]
            if {"fr", "en"} <= set(names) and not any(isinstance(arg, ast.Starred) for arg in one.args):
                yield f"{path}:{one.lineno}", one.args[names.index("fr")], one.args[names.index("en")]
        if isinstance(one, ast.ClassDef) and one.name in failures():
            for call in ast.walk(one):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                    yield f"{path}:{call.lineno}", call.args[0], call.args[1]


def pairs(tree: ast.Module, path: str) -> Iterator[Said]:
    """Give pairs of texts with the French first: what a terminal says, help, and parts of what is said elsewhere."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and ast.unparse(one.func) in TELLERS and len(one.args) >= TWO:
            yield f"{path}:{one.lineno}", one.args[0], one.args[1]
        if isinstance(one, ast.Tuple) and len(one.elts) == TWO and all(map(words, one.elts)):
            texts = [words(part) for part in one.elts]
            if texts[0] != texts[1] and french_in(texts[0]):
                yield f"{path}:{one.lineno}", one.elts[0], one.elts[1]


def words(text: ast.expr) -> str:
    """Return what is written there, without what is filled in."""
    if isinstance(text, ast.JoinedStr):
        return "".join(words(part) for part in text.values)
    return text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""


def facts(text: ast.expr) -> set[str]:
    """Return the variables that are filled in; one that stands in both languages counts as one."""
    filled = [part for part in ast.walk(text) if isinstance(part, ast.FormattedValue)]
    names = {one.id for part in filled for one in ast.walk(part) if isinstance(one, ast.Name)}
    return {"its words" if name in {"fr", "en"} else name for name in names if not name.startswith("_")}


SITES: Final[dict[str, list[Said]]] = {shown(room): list(said(parsed(room), shown(room))) for room in rooms()}


def test_there_are_failures_to_look_at() -> None:
    """The classes are found from the lowest one up, and the places where they are made."""
    assert {"Stop", "DescriptorError", "UsageError", "WorkstationError", "PeopleError", "PinBlocked"} <= set(failures())
    assert ("code", "fr", "en", "tries_left") == failures()["KeeperError"]
    assert LEAST < sum(len(found) for found in SITES.values())


@pytest.mark.parametrize("path", [path for path, found in SITES.items() if found])
def test_every_failure_is_said_in_both_languages(path: str) -> None:
    """Two sentences that differ, neither with a word of the other language, both with the same facts filled in."""
    for place, french, english in SITES[path]:
        fr, en = words(french), words(english)

        assert not english_in(fr), f"{place}: English in the French sentence"
        assert not french_in(en), f"{place}: French in the English sentence"
        if _LETTERS.search(fr):
            assert fr != en, f"{place}: the same sentence twice"
        assert facts(french) == facts(english), f"{place}: other facts in one language"


def test_the_french_of_a_pair_holds_no_english() -> None:
    """Texts that stand side by side, French first, as parts of messages and reports."""
    found = [pair for room in rooms() for pair in pairs(parsed(room), shown(room))]

    assert LEAST < len(found)
    for place, french, _ in found:
        assert not english_in(words(french)), f"{place}: English in the French sentence"


def test_what_is_wrong_would_be_seen() -> None:
    """Each of the ways in which a sentence can be wrong."""
    wrong = ast.parse(
        'Stop("schema: write 1", "schema : écrivez 1")\nStop("même", "même")\nStop(f"{a} : vide", f"{b}: empty")'
    )
    (_, fr, en), (_, one, other), (_, ours, theirs) = said(wrong, "x.py")

    assert ["write"] == english_in(words(fr))
    assert ["é"] == french_in(words(en))[:1]
    assert words(one) == words(other)
    assert ({"a"}, {"b"}) == (facts(ours), facts(theirs))
