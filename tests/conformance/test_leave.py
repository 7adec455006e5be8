"""A polite end of the process is an interruption, inside the block only."""

from __future__ import annotations

import os
import signal

import pytest

from conformance.leave import polite_end


def test_a_polite_end_is_an_interruption_inside_only() -> None:
    """SIGTERM ends the block as Ctrl-C does; before and after it means what it meant, and a handler there stays."""
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with pytest.raises(KeyboardInterrupt), polite_end():
            os.kill(os.getpid(), signal.SIGTERM)

        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with polite_end():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
