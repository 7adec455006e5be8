"""The journal: in order, tied to logins, waited on, and without one secret."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mock_idp.journal import SECRETS, Entry, Journal

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(login_id: str | None = None, endpoint: str = "token") -> Callable[[int], Entry]:
    """Return a writer of one entry."""
    return lambda seq: Entry(
        seq=seq,
        at=NOON,
        login_id=login_id,
        channel="back",
        endpoint=endpoint,
        method="POST",
        url="http://127.0.0.1/token",
        status=200,
        request=(("grant_type", "authorization_code"),),
        response=(),
        told=(),
    )


@pytest.fixture
def journal() -> Journal:
    """An empty journal."""
    return Journal(salt=b"salt")


def test_entries_are_numbered_from_one_and_numbers_go_on(journal: Journal) -> None:
    """A reader that saw number 2 asks for what is behind it, even after a reset."""
    numbers = [journal.record(entry()).seq for _ in range(2)]
    journal.clear()
    numbers.append(journal.record(entry()).seq)

    assert [1, 2, 3] == numbers
    assert [3] == [kept.seq for kept in journal.entries()]


def test_entries_are_found_by_login_endpoint_and_number(journal: Journal) -> None:
    """Every filter narrows, and they add up."""
    for login_id, endpoint in (("a", "token"), ("b", "token"), ("a", "userinfo"), ("a", "token")):
        journal.record(entry(login_id, endpoint))
    found = [
        [kept.seq for kept in journal.entries(**asked)]
        for asked in ({}, {"login_id": "a"}, {"endpoint": "token"}, {"login_id": "a", "endpoint": "token", "after": 1})
    ]

    assert [[1, 2, 3, 4], [1, 3, 4], [1, 2, 4], [4]] == found


def test_the_oldest_entries_go_first() -> None:
    """A journal has an end, so that a fuzzing night does not fill the memory."""
    journal = Journal(salt=b"", limit=2)
    for _ in range(3):
        journal.record(entry())

    assert [2, 3] == [kept.seq for kept in journal.entries()]


def test_a_login_whose_entries_are_all_gone_has_none() -> None:
    """The others keep theirs, in order."""
    journal = Journal(salt=b"", limit=2)
    for login in ("old", "old", "new", None, "new"):
        journal.record(entry(login))

    assert [] == journal.entries(login_id="old")
    assert [5] == [one.seq for one in journal.entries(login_id="new")]
    assert [4, 5] == [one.seq for one in journal.entries()]
    assert [5] == [one.seq for one in journal.entries(after=4)]


@pytest.mark.parametrize("name", sorted({*SECRETS, "Authorization", "CODE", "Set-Cookie"}))
def test_a_secret_is_never_kept(journal: Journal, name: str) -> None:
    """Whatever the case of its name, its value is replaced."""
    ((shown, value),) = journal.mask([(name, "s3cr3t")])

    assert name == shown
    assert "s3cr3t" not in str(value)


def test_the_same_secret_has_the_same_tag(journal: Journal) -> None:
    """A reader sees that two requests carried one code, and that another carried another."""
    tags = [journal.tag("code", value) for value in ("one", "one", "two")]

    assert (True, False) == (tags[0] == tags[1], tags[1] == tags[2])
    assert tags[0] != Journal(salt=b"other").tag("code", "one")


def test_what_is_no_secret_stays(journal: Journal) -> None:
    """State and nonce are what a reader compares; they stay readable."""
    asked = (("state", "s"), ("nonce", "n"), ("scope", "openid"))

    assert asked == journal.mask(asked)


def test_a_lone_surrogate_can_be_masked(journal: Journal) -> None:
    """Nothing that can be in a request breaks the journal."""
    assert journal.tag("code", "\udc80").startswith("‹code ")


def test_wait_returns_at_once_when_the_entry_is_there(journal: Journal) -> None:
    """What was written before counts."""
    journal.record(entry("a"))

    assert [1] == [kept.seq for kept in journal.wait(login_id="a", seconds=0)]


def test_wait_gives_up_when_nothing_comes(journal: Journal) -> None:
    """An entry of another login is not what was waited for."""
    journal.record(entry("b"))

    assert [] == journal.wait(login_id="a", seconds=0)


def test_wait_wakes_up_for_a_new_entry(journal: Journal) -> None:
    """A reader in another thread gets the entry when it is written."""
    found: list[Entry] = []
    reader = threading.Thread(target=lambda: found.extend(journal.wait(login_id="a", after=1, seconds=10)))
    journal.record(entry("a"))
    reader.start()
    journal.record(entry("b"))
    journal.record(entry("a"))
    reader.join(timeout=10)

    assert [3] == [kept.seq for kept in found]


def test_an_entry_is_json(journal: Journal) -> None:
    """Times are ISO 8601, pairs are lists."""
    written = json.loads(json.dumps(journal.record(entry("a")).to_json()))

    assert ("2026-03-02T12:00:00+00:00", [["grant_type", "authorization_code"]]) == (written["at"], written["request"])


def test_both_sides_of_a_lie_lose_their_secrets(journal: Journal) -> None:
    """A lie may be about a code or a token; what is no object is left as it is."""
    masked = journal.mask_fragment({"id_token": "a secret", "iss": "x", "code": ["one", "two"]})

    assert {
        "id_token": journal.tag("id_token", "a secret"),
        "iss": "x",
        "code": journal.tag("code", ["one", "two"]),
    } == masked
    assert "text" == journal.mask_fragment("text")
