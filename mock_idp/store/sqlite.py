"""A store in an SQLite file, for a desk that lasts: whoever starts the provider again finds everything as it was.

Several processes may use one file on one machine.  The file holds secrets of portals, tokens and the signing key; it is
made readable for its owner only.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mock_idp.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from mock_idp.store.codec import Codec

PATIENCE_SECONDS = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE IF NOT EXISTS about (shape TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    turn INTEGER PRIMARY KEY AUTOINCREMENT,
    place TEXT NOT NULL,
    name BLOB NOT NULL,
    record TEXT NOT NULL,
    expires INTEGER,
    UNIQUE (place, name)
);
CREATE INDEX IF NOT EXISTS ends ON records (expires) WHERE expires IS NOT NULL;
"""
_GET = "SELECT record FROM records WHERE place = ? AND name = ? AND (expires IS NULL OR expires > ?)"
_PUT = (
    "INSERT INTO records (place, name, record, expires) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (place, name) DO UPDATE SET record = excluded.record, expires = excluded.expires"
)


class SqliteStore:
    """A store in a file."""

    def __init__(self, path: Path, codec: Codec) -> None:
        """Open a file, or make one.

        Raises:
            StoreError: it cannot be opened, is no such file, or was written by a version that keeps other records.
        """
        self._codec, self._path = codec, path
        self._lock = threading.Lock()
        try:
            # before SQLite makes it for everybody to read; the files beside it take its mode
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._file = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            why = _reason(error)
            raise StoreError(
                f"{path} : impossible à ouvrir ({why}) ; nommez un fichier d'un dossier à vous",
                f"{path}: cannot be opened ({why}); name a file in a folder of yours",
            ) from None
        try:
            self._prepare(path)
        except sqlite3.Error as error:
            self._file.close()
            why = _reason(error)
            raise StoreError(
                f"{path} : ce n'est pas une de nos mémoires ({why}) ; nommez un autre fichier",
                f"{path}: is no store of ours ({why}); name another file",
            ) from None
        except StoreError:
            self._file.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.executescript(_TABLES)
        with self._turn():
            found = self._file.execute("SELECT shape FROM about").fetchone()
            if found is None:
                self._file.execute("INSERT INTO about VALUES (?)", (self._codec.shape,))
            elif found[0] != self._codec.shape:
                raise StoreError(
                    f"{path} : écrit par une autre version de ce programme ; nommez un autre fichier",
                    f"{path}: was written by another version of this program; name another file",
                )

    def get(self, table: str, key: str, *, now: datetime) -> Any | None:
        """Return the record, or None when it is absent or expired at ``now``."""
        with self._lock, self._told():
            found = self._live(table, key, now)
        return None if found is None else self._codec.record(found)

    def put(self, table: str, key: str, value: Any, *, expires_at: datetime | None = None) -> None:
        """Keep a record until ``expires_at``, or for good."""
        record = self._codec.text(value)
        with self._turn():
            self._keep(table, key, record, expires_at)

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
        record = self._codec.text(value)
        wanted = None if expected is None else self._codec.text(expected)
        with self._turn():
            if self._live(table, key, now) != wanted:
                return False
            self._keep(table, key, record, expires_at)
            return True

    def delete(self, table: str, key: str) -> None:
        """Forget a record; forgetting twice is no error."""
        with self._turn():
            self._file.execute("DELETE FROM records WHERE place = ? AND name = ?", (table, _octets(key)))

    def values(self, table: str, *, now: datetime) -> list[Any]:
        """Return the records of a table that are not expired at ``now``, oldest first."""
        asked = "SELECT record FROM records WHERE place = ? AND (expires IS NULL OR expires > ?) ORDER BY turn"
        with self._lock, self._told():
            found = self._file.execute(asked, (table, _number(now))).fetchall()
        return [self._codec.record(record) for (record,) in found]

    def purge(self, *, now: datetime) -> int:
        """Drop what has expired at ``now`` and return how many records that were."""
        with self._turn():
            return self._file.execute("DELETE FROM records WHERE expires <= ?", (_number(now),)).rowcount

    def clear(self, *, keep: frozenset[str]) -> None:
        """Forget every table but those named."""
        with self._turn():
            for (table,) in self._file.execute("SELECT DISTINCT place FROM records").fetchall():
                if table not in keep:
                    self._file.execute("DELETE FROM records WHERE place = ?", (table,))

    def close(self) -> None:
        """Let go of the file; closing twice is no error."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Self:
        """Return the store, to be closed at the end of the ``with`` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the file alone: threads wait for the lock, other processes for the transaction."""
        with self._lock, self._told():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException:
                # a full disk may have ended it already
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in words what SQLite could not do: the disk is full, another program holds the file, it is damaged.

        Raises:
            StoreError: that.
        """
        try:
            yield
        except sqlite3.Error as error:
            path, why = self._path, _reason(error)
            raise StoreError(
                f"{path} : le fichier ne se lit ou ne s'écrit plus ({why}) ; libérez de la place, ou arrêtez le "
                "programme qui le tient ; le fournisseur continuera de lui-même",
                f"{path}: the file cannot be read or written any more ({why}); free some space, or end the program "
                "that holds it; the provider goes on by itself",
            ) from None

    def _live(self, table: str, key: str, now: datetime) -> str | None:
        found = self._file.execute(_GET, (table, _octets(key), _number(now))).fetchone()
        return None if found is None else str(found[0])

    def _keep(self, table: str, key: str, record: str, until: datetime | None) -> None:
        self._file.execute(_PUT, (table, _octets(key), record, None if until is None else _number(until)))


def _octets(key: str) -> bytes:
    # a key may come from a request, and hold what no UTF-8 does
    return key.encode("utf-8", "surrogatepass")


def _number(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
