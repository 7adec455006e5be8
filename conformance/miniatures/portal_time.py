"""The clock of a miniature portal: real time, and an address that sets it ahead (FICTIF, SIMULATEUR)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, make_response, request

from conformance.miniatures.defects import Defect

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCK_PATH: Final = "/clock"
_TWO_MINUTES: Final = 120.0
_HALF_AN_HOUR: Final = 1800.0
_FOUR_HOURS: Final = 4 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetimes:
    """How long a session lasts, in seconds: as long as one at PSC at most.

    Attributes:
        idle: without anything being asked.
        whole: however much is asked.
    """

    idle: float = _HALF_AN_HOUR
    whole: float = _FOUR_HOURS


def lifetimes_of(defect: object) -> Lifetimes:
    """Return how long the sessions of a portal with this defect last."""
    if defect is Defect.KEEPS_IDLE_SESSION:
        return Lifetimes(idle=math.inf)
    if defect is Defect.KEEPS_SESSION_ALL_DAY:
        return Lifetimes(whole=math.inf)
    return Lifetimes(whole=_TWO_MINUTES) if defect is Defect.CLOSES_SESSION_WITH_ACCESS_TOKEN else Lifetimes()


class PortalTime:
    """Two clocks that are set together."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        """Begin with real time.

        Args:
            clock: seconds since 1970.
            monotonic: seconds that only move forward, as long as nobody sets them.
        """
        self._clock = clock
        self._monotonic = monotonic
        self._ahead = 0.0

    def clock(self) -> float:
        """Return seconds since 1970."""
        return self._clock() + self._ahead

    def monotonic(self) -> float:
        """Return seconds that move forward with the clock."""
        return self._monotonic() + self._ahead

    def page(self, forget: Callable[[], object]) -> Response:
        """Set the clock ahead by the form's ``seconds``, and have forgotten what was fetched at another time.

        Args:
            forget: forgets it.
        """
        try:
            ahead = float(request.form.get("seconds", ""))
        except ValueError:
            ahead = math.nan
        if not math.isfinite(ahead):
            return make_response("seconds: write a number, 0 for real time\n", 400)
        self._ahead = ahead
        forget()
        return make_response("", 204)
