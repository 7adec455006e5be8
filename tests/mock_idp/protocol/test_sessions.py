"""PSC sessions: four hours at most, half an hour without a sign of life, and whose they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mock_idp.protocol.sessions import PscSession, SessionBook
from mock_idp.protocol.tokens import Means
from mock_idp.settings import Settings
from mock_idp.store import MemoryStore
from tests.mock_idp.protocol.portal import IDNAT, NOON, Counted

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def book() -> SessionBook:
    """An empty book."""
    return SessionBook(MemoryStore(), Settings())


def begin(book: SessionBook, now: datetime = NOON) -> PscSession:
    """Begin somebody's session."""
    return book.open(idnat=IDNAT, means=Means.CARD, entropy=Counted(), now=now)


def test_a_session_is_found_by_its_name_and_by_its_cookie(book: SessionBook) -> None:
    """The cookie is not the name: portals know the name."""
    session = begin(book)

    assert session == book.find(session.session_id, now=NOON) == book.of_cookie(session.cookie, now=NOON)
    assert [None] * 4 == [
        book.of_cookie(session.session_id, now=NOON),
        book.of_cookie(None, now=NOON),
        book.find(None, now=NOON),
        book.find(session.cookie, now=NOON),
    ]


@pytest.mark.parametrize(("age", "stands"), [(30 * MINUTE - SECOND, True), (30 * MINUTE, False)])
def test_without_a_sign_of_life_it_lasts_half_an_hour(book: SessionBook, age: timedelta, *, stands: bool) -> None:
    """CI-SIS guide."""
    session = begin(book)

    assert stands == (book.of_cookie(session.cookie, now=NOON + age) is not None)


def test_signs_of_life_keep_it_for_four_hours_and_no_longer(book: SessionBook) -> None:
    """CI-SIS guide: whatever happens."""
    session = begin(book)
    for quarter in range(1, 16):
        book.touch(session.session_id, now=NOON + quarter * 15 * MINUTE)
    last = NOON + 240 * MINUTE - SECOND
    book.touch(session.session_id, now=last)

    assert [True, False] == [book.find(session.session_id, now=when) is not None for when in (last, last + SECOND)]


@pytest.mark.parametrize(
    ("settings", "end"),
    [
        (Settings(session_lifetime=timedelta(minutes=10)), 10),
        (Settings(session_idle_lifetime=timedelta(minutes=5)), 5),
        (Settings(session_lifetime=timedelta(minutes=3), session_idle_lifetime=timedelta(minutes=5)), 3),
    ],
)
def test_both_lives_are_settings(settings: Settings, end: int) -> None:
    """Whichever is over first ends it."""
    book = SessionBook(MemoryStore(), settings)
    made = begin(book)

    assert [True, False] == [
        book.find(made.session_id, now=NOON + timedelta(minutes=end) + late) is not None
        for late in (timedelta(seconds=-1), timedelta(0))
    ]


def test_a_late_sign_of_life_revives_nothing(book: SessionBook) -> None:
    """What is over stays over."""
    session = begin(book)
    book.touch(session.session_id, now=NOON + 31 * MINUTE)

    assert None is book.find(session.session_id, now=NOON + 31 * MINUTE)


def test_an_early_clock_takes_nothing_back(book: SessionBook) -> None:
    """Of two requests in the wrong order, the later moment counts."""
    session = begin(book)
    for minute in (20, 10):
        book.touch(session.session_id, now=NOON + minute * MINUTE)

    assert None is not book.find(session.session_id, now=NOON + 49 * MINUTE)


def test_portals_take_part(book: SessionBook) -> None:
    """Each with its own latest login."""
    session = begin(book)
    for client_id, login_id in (("a", "1"), ("b", "2"), ("a", "3")):
        book.join(session.session_id, client_id, login_id, now=NOON)
    joined = book.find(session.session_id, now=NOON)

    assert joined is not None
    assert ["3", "2", None, "3"] == [joined.login_of(client_id) for client_id in ("a", "b", "c", None)]


def test_a_closed_session_is_gone_for_everybody(book: SessionBook) -> None:
    """By name and by cookie; closing twice is no error."""
    session = begin(book)
    closed = [book.close(session.session_id, now=NOON) for _ in range(2)]

    assert [session, None] == closed
    assert [None, None] == [book.find(session.session_id, now=NOON), book.of_cookie(session.cookie, now=NOON)]


def test_a_session_does_not_show_its_cookie(book: SessionBook) -> None:
    """It opens every portal."""
    session = begin(book)

    assert session.cookie not in repr(session)
