"""The one clock and the one source of randomness of the provider."""

from __future__ import annotations

import base64
import random
import secrets
import threading
import uuid
from datetime import UTC, datetime, timedelta

A_CENTURY = 100 * 365 * 24 * 3600.0


class Clock:
    """Real time, moved by hand: scenarios about lifetimes advance it instead of waiting."""

    def __init__(self) -> None:
        """Start at real time."""
        self._lock = threading.Lock()
        self._offset = timedelta(0)

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
            self._offset = _within_a_century(self._offset.total_seconds() + seconds)
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
            self._offset = _within_a_century((moment - real).total_seconds())
        return self.now()

    def reset(self) -> datetime:
        """Go back to real time and return it."""
        with self._lock:
            self._offset = timedelta(0)
        return self.now()


def _within_a_century(seconds: float) -> timedelta:
    # written so that a value that is no number at all (NaN) is outside
    if not -A_CENTURY <= seconds <= A_CENTURY:
        raise ValueError(f"{seconds} seconds would take the clock more than a century away from real time")
    return timedelta(seconds=seconds)


class SystemEntropy:
    """Randomness from the operating system."""

    def token(self, octets: int = 32) -> str:
        """Return URL-safe text of that many random octets, with no dash in front, which would be read as an option."""
        while True:
            drawn = base64.urlsafe_b64encode(secrets.token_bytes(octets)).rstrip(b"=").decode("ascii")
            if not drawn.startswith("-"):
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
