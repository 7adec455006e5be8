"""A store in memory: the default, and the quickest."""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType
    from typing import Self


class MemoryStore:
    """A store that lives and dies with the process."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._tables: dict[str, dict[str, tuple[Any, datetime | None]]] = {}
        # what expires when, soonest first: a purge looks at what is over, not at everything that is kept
        self._ends: list[tuple[datetime, int, str, str]] = []
        self._turn = itertools.count()

    def get(self, table: str, key: str, *, now: datetime) -> Any | None:
        """Return the record, or None when it is absent or expired at ``now``."""
        with self._lock:
            return self._live(table, key, now)

    def put(self, table: str, key: str, value: Any, *, expires_at: datetime | None = None) -> None:
        """Keep a record until ``expires_at``, or for good."""
        with self._lock:
            self._keep(table, key, value, expires_at)

    def compare_and_set(
        self,
        table: str,
        key: str,
        expected: Any | None,
        value: Any,
        *,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> bool:
        """Replace the record only if it still equals ``expected``; tell whether it was."""
        with self._lock:
            if self._live(table, key, now) != expected:
                return False
            self._keep(table, key, value, expires_at)
            return True

    def delete(self, table: str, key: str) -> None:
        """Forget a record; forgetting twice is no error."""
        with self._lock:
            self._tables.get(table, {}).pop(key, None)

    def values(self, table: str, *, now: datetime) -> list[Any]:
        """Return the records of a table that are not expired at ``now``, oldest first."""
        with self._lock:
            return [value for value, until in self._tables.get(table, {}).values() if until is None or until > now]

    def purge(self, *, now: datetime) -> int:
        """Drop what has expired at ``now`` and return how many records that were."""
        with self._lock:
            dropped = 0
            while self._ends and self._ends[0][0] <= now:
                _, _, table, key = heapq.heappop(self._ends)
                _, until = self._tables.get(table, {}).get(key, (None, None))
                # a record that was kept anew has a later end further down the heap, or none
                if until is not None and until <= now:
                    del self._tables[table][key]
                    dropped += 1
            return dropped

    def clear(self, *, keep: frozenset[str]) -> None:
        """Forget every table but those named."""
        with self._lock:
            self._tables = {table: records for table, records in self._tables.items() if table in keep}

    def close(self) -> None:
        """Do nothing: memory goes with the process."""

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: memory goes with the process."""

    def _keep(self, table: str, key: str, value: Any, until: datetime | None) -> None:
        self._tables.setdefault(table, {})[key] = (value, until)
        if until is not None:
            heapq.heappush(self._ends, (until, next(self._turn), table, key))

    def _live(self, table: str, key: str, now: datetime) -> Any | None:
        value, until = self._tables.get(table, {}).get(key, (None, None))
        return None if until is not None and until <= now else value
