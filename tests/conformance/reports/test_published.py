"""The published schemas bite: what they forbid is named with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.reports.published import har_complaints, sarif_complaints

if TYPE_CHECKING:
    from collections.abc import Callable

ARCHIVE: dict[str, Any] = {"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": []}}
LOG: dict[str, Any] = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}}]}


@pytest.mark.parametrize(
    ("complaints", "right", "wrong", "said_so"),
    [
        (sarif_complaints, LOG, LOG | {"version": "2.0.0"}, "$.version: "),
        (sarif_complaints, LOG, LOG | {"runs": [{"tool": {}}]}, "$.runs[0].tool: 'driver' is a required property"),
        (sarif_complaints, LOG, LOG | {"colour": "red"}, "'colour' was unexpected"),
        (har_complaints, ARCHIVE, {"log": {**ARCHIVE["log"], "entries": [{}]}}, "$.log.entries[0]: 'time'"),
        (har_complaints, ARCHIVE, {"log": {**ARCHIVE["log"], "creator": {"name": "a"}}}, "$.log.creator: 'version'"),
        (har_complaints, ARCHIVE, {"log": {**ARCHIVE["log"], "colour": "red"}}, "'colour'"),
    ],
)
def test_what_a_schema_forbids_is_named(
    complaints: Callable[[Any], list[str]], right: Any, wrong: Any, said_so: str
) -> None:
    """And what it allows is not."""
    assert [] == complaints(right)
    assert any(said_so in one for one in complaints(wrong)), complaints(wrong)
