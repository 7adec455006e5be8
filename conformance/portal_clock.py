"""Setting a portal's clock, and the provider's with it: what a session is hours later, without waiting for it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.browser import Browser
from conformance.exit_codes import OutOfReach
from conformance.hop import origin_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.described import PortalClock
    from conformance.visit import Lab

_DONE: Final = range(200, 300)


class ClockFailed(OutOfReach):
    """The portal's clock could not be set; the message names the key and the remedy, and holds no secret."""


def set_clock(clock: PortalClock, seconds: float) -> None:
    """Set a portal's clock ahead of real time.

    Args:
        clock: how that is done.
        seconds: by how many; 0 for real time.

    Raises:
        ClockFailed: the address does not answer, or not that it was done (2xx), or the file cannot be written.
    """
    if clock.post:
        page = Browser(frozenset({origin_host(clock.post)})).step(clock.post, "POST", {clock.field: f"{seconds:g}"})
        if page.error is not None:
            raise ClockFailed(
                f"[clock] post : {clock.post} ne répond pas ({page.error.trouble}) ; voyez si le portail tourne",
                f"[clock] post: {clock.post} does not answer ({page.error.trouble}); see whether the portal runs",
            )
        if page.status not in _DONE:
            raise ClockFailed(
                f"[clock] post : {clock.post} répond {page.status} ; il faut 2xx quand l'horloge est réglée",
                f"[clock] post: {clock.post} answers {page.status}; it must be 2xx once the clock is set",
            )
        return
    try:
        Path(clock.faketime).write_text(f"+{seconds:g}\n", encoding="ascii")
    except OSError as error:
        raise ClockFailed(
            f"[clock] faketime : {clock.faketime} ne s'écrit pas ({error.strerror}) ; corrigez le chemin ou les droits",
            f"[clock] faketime: {clock.faketime} cannot be written ({error.strerror}); correct the path or its rights",
        ) from None


@contextmanager
def time_passing(lab: Lab) -> Iterator[Callable[[float], None]]:
    """Give what sets both clocks, the portal's and the provider's, so many seconds ahead of real time.

    Both are back at the end of the block, however it ends.  Ages in the portal's caches are negative then, so a
    scenario that uses this is ``alone``: after those the portal is made to forget.

    Raises:
        ClockFailed: the portal's clock cannot be set.
    """
    clock = lab.described.clock
    if clock is None:
        raise ClockFailed(
            "[clock] : manque ; dites comment l'horloge du portail se règle",
            "[clock]: missing; say how the portal's clock is set",
        )

    def ahead(seconds: float) -> None:
        lab.control.advance(None)
        lab.control.advance(seconds)
        set_clock(clock, seconds)

    try:
        yield ahead
    finally:
        lab.control.advance(None)
        set_clock(clock, 0)
