"""The drawings in the documentation are those of the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.diagram import activation_diagram, approval_diagram, enrolment_diagram
from mock_idp.ecps.settings import EcpsSettings

DOCS = Path(__file__).resolve().parents[3] / "docs" / "ecps.md"


@pytest.mark.parametrize("drawing", [activation_diagram(), approval_diagram(), enrolment_diagram()])
def test_the_documentation_shows_the_current_tables(drawing: str) -> None:
    """After a change of a table, paste the new drawing into docs/ecps.md."""
    assert f"```mermaid\n{drawing}\n```" in DOCS.read_text(encoding="utf-8")


def test_every_move_and_every_ending_is_drawn() -> None:
    """Each target of each cell is an arrow, and each final phase ends."""
    for drawing, table, over in (
        (activation_diagram(), activation.TABLE, activation.OVER),
        (approval_diagram(), approval.TABLE, approval.OVER),
        (enrolment_diagram(), enrolment.TABLE, enrolment.OVER),
    ):
        arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", drawing, flags=re.MULTILINE)
        drawn = sum(len(events.split(" / ")) for _, _, events in arrows)
        assert sum(len(move.to) for move in table.values()) == drawn
        assert len(over) == drawing.count("--> [*]")


def test_every_setting_is_documented_with_its_certainty() -> None:
    """A limit is confirmed, inferred or unknown, and its docstring and the documentation say which."""
    said = EcpsSettings.__doc__ or ""
    documented = DOCS.read_text(encoding="utf-8")
    for name in EcpsSettings.__dataclass_fields__:
        line = re.search(rf"{name}: .*?(?=\n        \w+:|\Z)", said, flags=re.DOTALL)
        assert line is not None, name
        certainty = re.search(r"\((confirmed|inferred|unknown)", line.group(0))
        assert certainty is not None, name
        assert re.search(rf"^\| `{name}` \|.*\| {certainty.group(1)}", documented, flags=re.MULTILINE), name
