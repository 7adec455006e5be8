"""What every store promises, tried on each: what expires when, and who wins a race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.store import MemoryStore, Store
from mock_idp.store.codec import Codec, CodecError
from mock_idp.store.redis import RedisStore
from mock_idp.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("redis", marks=[pytest.mark.integration, pytest.mark.requires("redis-server")]),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        with RedisStore(url, Codec(())) as store:
            yield store
        return
    with MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "desk.sqlite", Codec(())) as store:
        yield store


def test_what_is_put_is_got(store: Store) -> None:
    """A record is found under its own table and key, and nowhere else."""
    store.put("codes", "a", 1)
    found = [store.get(table, key, now=NOON) for table, key in (("codes", "a"), ("codes", "b"), ("tokens", "a"))]

    assert [1, None, None] == found


@pytest.mark.parametrize(("age", "found"), [(-SECOND, "x"), (timedelta(0), None), (SECOND, None)])
def test_a_record_is_gone_at_the_very_second_it_expires(store: Store, age: timedelta, found: str | None) -> None:
    """RFC 7519 4.1.4 reads "on or after": at its expiry a record is no longer there."""
    store.put("codes", "a", "x", expires_at=NOON)

    assert found == store.get("codes", "a", now=NOON + age)
    assert ([found] if found else []) == store.values("codes", now=NOON + age)


def test_compare_and_set_changes_only_what_was_expected(store: Store) -> None:
    """A change says what it believed was there; None stands for "nothing"."""
    outcomes = [
        store.compare_and_set("t", "k", None, "first", now=NOON),
        store.compare_and_set("t", "k", None, "late", now=NOON),
        store.compare_and_set("t", "k", "other", "wrong", now=NOON),
        store.compare_and_set("t", "k", "first", "second", now=NOON, expires_at=NOON + SECOND),
        store.compare_and_set("t", "k", "second", "expired", now=NOON + SECOND),
        store.compare_and_set("t", "k", None, "anew", now=NOON + SECOND),
    ]

    assert [True, False, False, True, False, True] == outcomes
    assert "anew" == store.get("t", "k", now=NOON + SECOND)


def test_of_many_racers_one_wins(store: Store) -> None:
    """However many threads spend one code, exactly one does."""
    store.put("codes", "a", "fresh")
    with ThreadPoolExecutor(8) as racers:
        won = list(racers.map(lambda _: store.compare_and_set("codes", "a", "fresh", "spent", now=NOON), range(64)))

    assert 1 == sum(won)


def test_forgetting_twice_is_no_error(store: Store) -> None:
    """Delete means "be gone"."""
    store.put("t", "k", 1)
    store.delete("t", "k")
    store.delete("t", "k")
    store.delete("never", "k")

    assert None is store.get("t", "k", now=NOON)


def test_values_come_oldest_first(store: Store) -> None:
    """A change does not make a record younger."""
    for key in "bac":
        store.put("t", key, key)
    store.compare_and_set("t", "b", "b", "changed", now=NOON)

    assert ["changed", "a", "c"] == store.values("t", now=NOON)


def test_clear_keeps_what_is_named(store: Store) -> None:
    """And a purge afterwards finds nothing that is not there."""
    for table in ("kept", "gone"):
        store.put(table, "k", table, expires_at=NOON)
    store.clear(keep=frozenset({"kept"}))

    assert (["kept"], []) == (store.values("kept", now=NOON - SECOND), store.values("gone", now=NOON - SECOND))
    assert 1 == store.purge(now=NOON)


def test_purge_follows_the_end_that_counts(store: Store) -> None:
    """A record kept anew lives as long as was said last: longer, shorter, for good, or not at all."""
    for key in ("longer", "shorter", "for good", "deleted"):
        store.put("t", key, key, expires_at=NOON)
    store.put("t", "longer", "longer", expires_at=NOON + SECOND)
    store.put("t", "shorter", "shorter", expires_at=NOON - SECOND)
    store.put("t", "for good", "for good")
    store.delete("t", "deleted")
    dropped = [store.purge(now=NOON + after * SECOND) for after in (-1, 0, 1)]

    assert [1, 0, 1] == dropped
    assert ["for good"] == store.values("t", now=NOON - SECOND)


def test_purge_drops_what_expired_and_counts_it(store: Store) -> None:
    """What is over leaves memory; the rest stays."""
    store.put("t", "over", 1, expires_at=NOON)
    store.put("u", "over", 1, expires_at=NOON - SECOND)
    store.put("t", "later", 2, expires_at=NOON + SECOND)
    store.put("t", "for good", 3)

    assert (2, 0) == (store.purge(now=NOON), store.purge(now=NOON))
    assert [2, 3] == store.values("t", now=NOON)


@pytest.mark.parametrize("key", ["", "a\0b", "\ud800", "é" * 300, "a:ends", "%_'\"\\"])
def test_a_key_is_any_text(store: Store, key: str) -> None:
    """What a stranger sends as a code is looked up as it stands."""
    absent = store.get("codes", key, now=NOON)
    store.put("codes", key, key, expires_at=NOON)
    first = store.get("codes", key, now=NOON - SECOND), store.values("codes", now=NOON - SECOND)
    dropped = store.purge(now=NOON)

    assert (None, (key, [key]), 1) == (absent, first, dropped)
    assert (None, []) == (store.get("codes", key, now=NOON - SECOND), store.values("codes", now=NOON - SECOND))


def test_ends_are_compared_to_the_microsecond(store: Store) -> None:
    """However far from today the clock was moved."""
    late = datetime(2126, 3, 2, 12, 0, 0, 123_457, tzinfo=UTC)
    store.put("t", "k", 1, expires_at=late)

    assert (1, None) == (store.get("t", "k", now=late - timedelta(microseconds=1)), store.get("t", "k", now=late))


@pytest.mark.parametrize(
    "record", [True, 0, -1.5, "", "\ud800", b"\0\xff", NOON, 3 * SECOND, (), (1, ("a", None)), {"tuple": 1}, [1]]
)
def test_a_record_comes_back_as_it_went(store: Store, record: Any) -> None:
    """Or is not taken at all: lists and dictionaries are no frozen values, though memory does not look."""
    if isinstance(record, list | dict) and not isinstance(store, MemoryStore):
        with pytest.raises(CodecError, match="is no kind of record"):
            store.put("t", "k", record)
        return
    store.put("t", "k", record)
    found = store.get("t", "k", now=NOON)

    assert (record, type(record)) == (found, type(found))


def test_many_change_one_record(store: Store) -> None:
    """A number that eight threads count up misses nobody."""
    store.put("counters", "k", 0)

    def count_up(_: int) -> None:
        while True:
            before = store.get("counters", "k", now=NOON)
            assert before is not None
            if store.compare_and_set("counters", "k", before, before + 1, now=NOON):
                return

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(count_up, range(40)))

    assert 40 == store.get("counters", "k", now=NOON)
