"""The page on fuzzing shows the defects and the properties that exist."""

from __future__ import annotations

import re

from conformance.fuzzing.verdict import PROPERTIES
from conformance.miniatures.property_defects import PROPERTY_DEFECTS, PropertyDefect
from tests.house.inventory import ROOT

PAGE = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")


def test_every_property_defect_is_on_the_page() -> None:
    """The table is the one in the code, row by row."""
    rows = [
        f"| `{defect}` | {row.title_en} | {row.title_fr} | {' '.join(row.properties)} |"
        for defect, row in PROPERTY_DEFECTS.items()
    ]

    assert rows == [line for line in PAGE.splitlines() if line.startswith("| `") and "--fault" not in line]
    assert set(PropertyDefect) == set(PROPERTY_DEFECTS)


def test_defects_break_properties_that_exist() -> None:
    """No row promises what no oracle knows, and each property is explained."""
    promised = {broken for row in PROPERTY_DEFECTS.values() for broken in row.properties}
    explained = set(re.findall(r"^\| ([PQI]\d) \|", PAGE, flags=re.MULTILINE))

    assert set() == promised - set(PROPERTIES)
    assert set() == explained - set(PROPERTIES)
