"""A store in memory that takes only what the stores that write records down could keep too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_idp.store import MemoryStore
from mock_idp.web.records import TABLES, record_codec

if TYPE_CHECKING:
    from datetime import datetime

CODEC = record_codec()


class CheckedStore(MemoryStore):
    """Whatever is kept is announced in ``mock_idp/web/records.py``, and reads back from its text as it was."""

    def put(self, table: str, key: str, value: Any, *, expires_at: datetime | None = None) -> None:
        """Keep a record that was checked."""
        check(table, value)
        super().put(table, key, value, expires_at=expires_at)

    def compare_and_set(self, table: str, key: str, expected: Any | None, value: Any, **times: Any) -> bool:
        """Replace a record by one that was checked."""
        check(table, value)
        return super().compare_and_set(table, key, expected, value, **times)


def check(table: str, value: Any) -> None:
    """Fail unless a record is of the table's kind and survives being written."""
    assert type(value) in TABLES[table], f"{table}: {type(value)} is not in mock_idp/web/records.py"
    text = CODEC.text(value)
    again = CODEC.record(text)

    assert text == CODEC.text(again)
    # signing keys are compared by their texts: those read back are others, though the same
    assert hasattr(value, "written") or value == again
