"""Where the provider keeps what it must remember: one small protocol, and three stores that keep it.

Records are frozen values in named tables.  Whoever changes a record says what it believed was there, so that of two
requests that race for one code, one approval or one activation, exactly one wins.

In memory by default (:class:`MemoryStore`); in a file for a desk that lasts (``store.sqlite``); in Redis or Valkey for
several processes that serve as one provider (``store.redis``).  The latter two write records as JSON (``store.codec``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from mock_idp.spoken import Spoken
from mock_idp.store.memory import MemoryStore

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["FOR_GOOD", "MemoryStore", "Store", "StoreError"]

FOR_GOOD = datetime.max.replace(tzinfo=UTC)
"""A moment at which to read a record that never expires, for who has no clock at hand."""


class StoreError(Spoken):
    """A store that cannot be used; the message says what is wrong and what to do, and holds no secret."""


class Store(Protocol):
    """What every store offers; times are aware UTC values given by the caller, because the provider's clock is moved.

    Keys are any text.  A store is used from several threads, and a shared one from several processes.
    """

    def get(self, table: str, key: str, *, now: datetime) -> Any | None:
        """Return the record, or None when it is absent or expired at ``now``."""
        ...

    def put(self, table: str, key: str, value: Any, *, expires_at: datetime | None = None) -> None:
        """Keep a record until ``expires_at``, or for good."""
        ...

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
        """Replace the record only if it still equals ``expected`` (None: if there is none); tell whether it was."""
        ...

    def delete(self, table: str, key: str) -> None:
        """Forget a record; forgetting twice is no error."""
        ...

    def values(self, table: str, *, now: datetime) -> list[Any]:
        """Return the records of a table that are not expired at ``now``, oldest first."""
        ...

    def purge(self, *, now: datetime) -> int:
        """Drop what has expired at ``now`` and return how many records that were."""
        ...

    def clear(self, *, keep: frozenset[str]) -> None:
        """Forget every table but those named."""
        ...

    def close(self) -> None:
        """Let go of files and connections; closing twice is no error."""
        ...

    def __enter__(self) -> Self:
        """Return the store, to be closed at the end of the ``with`` block."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        ...
