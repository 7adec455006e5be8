"""A polite end of the process is an interruption, inside the block only."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from conformance.leave import end_if_asked, polite_end


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_that_python_drops_is_not_forgotten(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is raised in a destructor goes nowhere; whoever asks learns of it, until the block is over."""

    class Late:
        def __del__(self) -> None:
            os.kill(os.getpid(), number)

    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda it: dropped.append(it.exc_type))
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with polite_end():
            end_if_asked()
            Late()
            with pytest.raises(KeyboardInterrupt):
                end_if_asked()
        end_if_asked()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

    assert [KeyboardInterrupt] == dropped
