"""The page of the miniature portals shows the miniatures that exist, in both languages."""

from __future__ import annotations

from conformance.miniatures.defects import Defect
from conformance.miniatures.equivalents import EQUIVALENTS
from conformance.miniatures.table import MINIATURES
from tests.house.inventory import ROOT

PAGE = (ROOT / "docs" / "miniatures.md").read_text(encoding="utf-8")


def test_every_defect_is_on_the_page() -> None:
    """The table is the one in the code, row by row."""
    rows = [
        f"| `{defect}` | {portal.title_en} | {portal.title_fr} | `{portal.caught_by}` |"
        for defect, portal in MINIATURES.items()
    ]

    assert rows == [line for line in PAGE.splitlines() if line.startswith("| `") and "FAULT" not in line]
    assert len(rows) >= 12


def test_every_other_way_to_be_correct_is_on_the_page() -> None:
    """By its name, in both languages."""
    text = " ".join(PAGE.split())
    missing = [name for name, one in EQUIVALENTS.items() if f"- `{name}` {one.title_en} / {one.title_fr}" not in text]

    assert [] == missing
    assert len(EQUIVALENTS) >= 10


def test_every_defect_has_its_portal_and_its_own_scenario() -> None:
    """No defect is left without a row, and no two are noticed by the same scenario."""
    assert set(Defect) == set(MINIATURES)
    assert len(MINIATURES) == len({portal.caught_by for portal in MINIATURES.values()})
