"""Leaving in good order: a polite end of the process ends its ``with`` blocks first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PYTHONS_OWN: Final[dict[signal.Signals, Any]] = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.default_int_handler,
}
_ASKED: Final = threading.Event()


@contextmanager
def polite_end() -> Iterator[None]:
    """Let SIGTERM, with which a pipeline cancels a job, raise ``KeyboardInterrupt`` as Ctrl-C does; remember both.

    By itself SIGTERM ends Python on the spot, and containers stay.  Somebody else's handler is left alone, and outside
    the main thread there is none to set.
    """
    here = threading.current_thread() is threading.main_thread()
    ours = [number for number, own in _PYTHONS_OWN.items() if here and signal.getsignal(number) is own]
    for number in ours:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, _PYTHONS_OWN[number])
            _ASKED.clear()


def end_if_asked() -> None:
    """End what goes on for long if the process was asked to end.

    Python drops what a signal raises while a destructor or a watcher of the garbage collector runs; Hypothesis has
    such a watcher, and the collector takes some hundredths of the time.

    Raises:
        KeyboardInterrupt: it was asked, and goes on all the same.
    """
    if _ASKED.is_set():
        raise KeyboardInterrupt


def _interrupt(*_: object) -> None:
    _ASKED.set()
    raise KeyboardInterrupt
