"""Leaving in good order: a polite end of the process ends its ``with`` blocks first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def polite_end() -> Iterator[None]:
    """Let SIGTERM, with which a pipeline cancels a job, raise ``KeyboardInterrupt`` as Ctrl-C does.

    By itself it ends Python on the spot, and containers stay.  Somebody else's handler is left alone, and outside the
    main thread there is none to set.
    """
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
