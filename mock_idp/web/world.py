"""The one clock and the one source of randomness of the provider."""

from __future__ import annotations

import random
import secrets
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mock_idp.protocol.registry import PROVIDER
from mock_idp.store import FOR_GOOD, MemoryStore

if TYPE_CHECKING:
    from mock_idp.store import Store

A_CENTURY = 100 * 365 * 24 * 3600.0
CLOCK_OFFSET = "clock-offset"


class Clock:
    """Real time, moved by hand: scenarios about lifetimes advance it instead of waiting."""

    def __init__(self) -> None:
        """Start at real time."""
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._store: Store = MemoryStore()

    def keep_in(self, store: Store) -> None:
        """Keep in a store how far the clock was moved, and begin where it stands there."""
        self._store = store
        self.catch_up()

    def catch_up(self) -> None:
        """Stand where the store says, because somebody else who serves the same provider may have moved the clock."""
        kept: timedelta | None = self._store.get(PROVIDER, CLOCK_OFFSET, now=FOR_GOOD)
        if kept is not None:
            with self._lock:
                self._offset = kept

    @property
    def offset(self) -> timedelta:
        """Return how far the clock is from real time."""
        with self._lock:
            return self._offset

    def _move(self, offset: timedelta) -> None:
        self._offset = offset
        self._store.put(PROVIDER, CLOCK_OFFSET, offset)

    def now(self) -> datetime:
        """Return the provider's time, aware UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset  # noqa: TID251  the one place where time enters the provider

    def advance(self, seconds: float) -> datetime:
        """Move the clock by a number of seconds and return the new time.

        Raises:
            ValueError: that is no number, or would take the clock more than a century away from real time.
        """
        with self._lock:
            self._move(_within_a_century(self._offset.total_seconds() + seconds))
        return self.now()

    def set(self, moment: datetime) -> datetime:
        """Set the clock, which goes on from there, and return the new time.

        Args:
            moment: aware.

        Raises:
            ValueError: that is more than a century away from real time.
        """
        with self._lock:
            real = datetime.now(UTC)  # noqa: TID251  the one place where time enters the provider
            self._move(_within_a_century((moment - real).total_seconds()))
        return self.now()

    def reset(self) -> datetime:
        """Go back to real time and return it."""
        with self._lock:
            self._move(timedelta(0))
        return self.now()


def _within_a_century(seconds: float) -> timedelta:
    # written so that a value that is no number at all (NaN) is outside
    if not -A_CENTURY <= seconds <= A_CENTURY:
        raise ValueError(f"{seconds} seconds would take the clock more than a century away from real time")
    return timedelta(seconds=seconds)


class Patience:
    """Holds answers back for a while; whoever is held can be let go at once."""

    def __init__(self) -> None:
        """Hold nobody."""
        self._news = threading.Condition()
        self._round = 0

    def hold(self, seconds: float) -> None:
        """Wait that long, or until the next release."""
        with self._news:
            now = self._round
            self._news.wait_for(lambda: self._round != now, timeout=seconds)

    def release(self) -> None:
        """Let everybody go who is held at this moment."""
        with self._news:
            self._round += 1
            self._news.notify_all()


class SystemEntropy:
    """Randomness from the operating system."""

    def token(self, octets: int = 32) -> str:
        """Return URL-safe text of that many random octets.

        It never begins with a hyphen: ids are typed on command lines, where that would make an option of them.
        """
        while (drawn := secrets.token_urlsafe(octets)).startswith("-"):
            pass
        return drawn

    def uuid(self) -> str:
        """Return a random UUID (RFC 9562 5.4)."""
        return str(uuid.uuid4())

    def octets(self, count: int) -> bytes:
        """Return that many random octets."""
        return secrets.token_bytes(count)

    def digits(self, count: int) -> str:
        """Return that many random decimal digits, leading zeros included."""
        return "".join(secrets.choice("0123456789") for _ in range(count))

    def numbers(self, count: int, digits: int) -> tuple[str, ...]:
        """Return that many different numbers of that many digits, in random order."""
        drawn = random.SystemRandom().sample(range(10**digits), count)
        return tuple(f"{number:0{digits}d}" for number in drawn)
