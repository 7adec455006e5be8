"""A store that fails in mid-run: the error names it and the remedy, and it works again when the cause is gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from mock_idp.store import FOR_GOOD, StoreError, redis
from mock_idp.store.redis import RedisStore
from mock_idp.store.sqlite import SqliteStore
from mock_idp.web.records import record_codec
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


CALLS: dict[str, Callable[[SqliteStore], object]] = {
    "get": lambda store: store.get("counters", "people", now=FOR_GOOD),
    "values": lambda store: store.values("counters", now=FOR_GOOD),
    "put": lambda store: store.put("counters", "people", 2),
    "compare_and_set": lambda store: store.compare_and_set("counters", "people", 1, 2, now=FOR_GOOD),
    "delete": lambda store: store.delete("counters", "people"),
    "purge": lambda store: store.purge(now=FOR_GOOD),
    "clear": lambda store: store.clear(keep=frozenset()),
}


@pytest.mark.parametrize("asked", CALLS)
def test_a_file_that_cannot_be_used(tmp_path: Path, asked: str) -> None:
    """Whatever SQLite says, about a read or a write; afterwards the file is usable, also for another."""
    path = tmp_path / "desk.sqlite"
    with SqliteStore(path, record_codec()) as store:
        store.put("counters", "people", 1)
        store._file.execute("ALTER TABLE records RENAME TO elsewhere")
        with pytest.raises(StoreError, match=f"^{re.escape(str(path))}: the file cannot be read or written any more"):
            CALLS[asked](store)
        store._file.execute("ALTER TABLE elsewhere RENAME TO records")
        with SqliteStore(path, record_codec()) as other:
            other.put("counters", "people", 1)

        CALLS[asked](store)


def test_a_full_disk_is_no_end(tmp_path: Path) -> None:
    """What does not fit is not half written, and there is room again when something goes."""
    path = tmp_path / "desk.sqlite"
    with SqliteStore(path, record_codec()) as store:
        store._file.execute("PRAGMA max_page_count = 20")
        with pytest.raises(StoreError, match=r"database or disk is full\); free some space"):
            store.put("counters", "large", "x" * 200_000)
        store.put("counters", "small", "x")

        assert (None, "x") == tuple(store.get("counters", key, now=FOR_GOOD) for key in ("large", "small"))


@pytest.mark.integration
@pytest.mark.requires("redis-server")
def test_a_redis_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it longer than the patience, and when it goes on so does the store."""
    monkeypatch.setattr(redis, "PATIENCE_SECONDS", 1.0)
    with redis_server() as server, RedisStore(server.url, record_codec()) as store:
        store.put("counters", "people", 1)
        server.hang()
        try:
            with pytest.raises(StoreError, match=r": Redis answers there no more \(TimeoutError\); start it again"):
                store.get("counters", "people", now=FOR_GOOD)
        finally:
            server.go_on()

        assert 1 == store.get("counters", "people", now=FOR_GOOD)


@pytest.mark.integration
@pytest.mark.requires("redis-server")
def test_a_redis_that_refuses(redis_url: str) -> None:
    """It answers, but not as it should: nobody is told to start it again."""
    with RedisStore(redis_url, record_codec()) as store, Redis.from_url(redis_url) as server:
        store.put("counters", "people", 1)
        server.config_set("maxmemory", "1")
        try:
            with pytest.raises(
                StoreError, match=r"^unix://[^:]*: Redis refuses \(OutOfMemoryError\); its log says why"
            ):
                store.put("counters", "people", 2)
        finally:
            server.config_set("maxmemory", "0")
        server.acl_setuser("default", enabled=True, passwords=["+hunter2"], nopass=False, reset_passwords=True)
        try:
            server.connection_pool.disconnect()
            store._server.connection_pool.disconnect()
            with pytest.raises(StoreError, match=r": Redis refuses \(AuthenticationError\); its log says why"):
                store.get("counters", "people", now=FOR_GOOD)
        finally:
            with Redis.from_url(redis_url.replace("unix://", "unix://:hunter2@")) as owner:
                owner.acl_setuser("default", enabled=True, nopass=True)

        assert 1 == store.get("counters", "people", now=FOR_GOOD)
