"""Rooms fit one reading, say what they are, and have a name that means something."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.house.inventory import PACKAGES, ROOT, parsed, rooms, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_LINES = 300
FEWEST_ROOMS = 40
FEWEST_DOCSTRINGS = 250

# path -> why this one may be longer. Rare: every entry is a debt with a reason.
LONGER_FOR_A_REASON: dict[str, str] = {
    "conformance/miniatures/defects.py": "one enumeration, a line each: nothing in it calls for being taken apart",
}

MEANINGLESS = {"common", "helper", "helpers", "manager", "misc", "shared", "stuff", "tools", "util", "utils"}


def length(text: str) -> int:
    """Count the lines of a room."""
    return len(text.splitlines())


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Name every public thing of a module without a docstring: the module, its classes, functions and methods."""
    if ast.get_docstring(tree) is None:
        yield "the module"
    yield from _undocumented_in(tree, prefix="")


def _undocumented_in(node: ast.AST, *, prefix: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or child.name.startswith("_"):
            continue
        if ast.get_docstring(child) is None and not _is_overload(child):
            yield prefix + child.name
        if isinstance(child, ast.ClassDef):
            yield from _undocumented_in(child, prefix=f"{prefix}{child.name}.")


def _is_overload(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(one, ast.Name) and one.id == "overload" for one in decorators)


def public_things(tree: ast.Module) -> int:
    """Count what `undocumented` looks at, so that the rule cannot pass on nothing."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return 1 + sum(isinstance(node, kinds) and not node.name.startswith("_") for node in ast.walk(tree))


def test_every_room_fits_one_reading() -> None:
    """No Python file of the packages passes the ceiling, but for named exceptions."""
    too_long = {
        shown(path): lines
        for path in rooms()
        if (lines := length(path.read_text(encoding="utf-8"))) > MOST_LINES and shown(path) not in LONGER_FOR_A_REASON
    }

    assert {} == too_long
    assert len(rooms()) >= FEWEST_ROOMS


def test_exceptions_are_still_needed() -> None:
    """An exception for a room that has become short enough, or is gone, is taken off the list."""
    long_rooms = {shown(path) for path in rooms() if length(path.read_text(encoding="utf-8")) > MOST_LINES}

    assert set() == LONGER_FOR_A_REASON.keys() - long_rooms


def test_everything_public_has_a_docstring() -> None:
    """Modules, public classes and public functions say what they are."""
    silent = [f"{shown(path)}: {name}" for path in rooms() for name in undocumented(parsed(path))]
    looked_at = sum(public_things(parsed(path)) for path in rooms())

    assert [] == silent
    assert looked_at >= FEWEST_DOCSTRINGS


def test_rooms_are_not_called_utils() -> None:
    """A module is named after what is in it."""
    nameless = [shown(path) for path in rooms() if path.stem in MEANINGLESS or path.parent.name in MEANINGLESS]

    assert [] == nameless


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed_and_say_whose_they_are(package: str) -> None:
    """Each top-level package ships its types and names the distribution in its docstring."""
    init = ROOT / package / "__init__.py"

    assert (ROOT / package / "py.typed").is_file()
    assert "psc-conformance" in (ast.get_docstring(parsed(init)) or "")


def test_annotations_are_postponed_everywhere() -> None:
    """Every room with code starts with the same future import."""
    without = [shown(path) for path in rooms() if _has_code(parsed(path)) and not _postpones(parsed(path))]

    assert [] == without


def _has_code(tree: ast.Module) -> bool:
    return any(not isinstance(node, ast.Expr) for node in tree.body)


def _postpones(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)


def test_the_rules_themselves_bite(tmp_path: Path) -> None:
    """A long, silent room is found by the functions above."""
    room = tmp_path / "room.py"
    room.write_text("class Thing:\n    def speak(self): ...\n\n\ndef go(): ...\n" + "x = 1\n" * MOST_LINES)
    tree = ast.parse(room.read_text())

    assert ["the module", "Thing", "Thing.speak", "go"] == list(undocumented(tree))
    assert length(room.read_text()) > MOST_LINES
    assert not _postpones(tree)
