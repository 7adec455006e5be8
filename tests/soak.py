"""The same suite again and again, idle and beside programs that take every processor: no verdict may change.

``make soak`` runs it; ``SOAK_ROUNDS`` says how often (20), ``SOAK_BESIDE`` beside how many such programs (on two
processors ``0,2``), ``SOAK_AT_ONCE`` how many rounds at a time, each in a process of its own (one for each processor).
A verdict that flips is printed and makes it fail.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.catalogue import catalogue
from conformance.stage import perform
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "20"))
AT_ONCE = int(os.environ.get("SOAK_AT_ONCE", str(os.cpu_count() or 1)))


def hog(parent: int) -> None:
    """Take one processor until stopped, or until the process that started it is gone."""
    while os.getppid() == parent:
        sum(range(10_000))


@contextmanager
def hogs(count: int) -> Iterator[None]:
    """Run that many hogs for the length of a ``with`` block."""
    spawn = multiprocessing.get_context("spawn")
    started = [spawn.Process(target=hog, args=(os.getpid(),), daemon=True) for _ in range(count)]
    for one in started:
        one.start()
    try:
        yield
    finally:
        for one in started:
            one.terminate()
            one.join()


def verdicts() -> dict[str, str]:
    """Play every scenario against the correct portal once, and return the verdicts with their outcomes."""
    with suite_seat() as seat, lab_with(seat) as lab:
        found = {}
        for case in catalogue():
            done = perform(case.card, case.play, lab)
            found[case.card.id] = f"{done.ruling.verdict} ({done.judgement.outcome})"
        return found


def timed_verdicts() -> tuple[float, dict[str, str]]:
    """Return how many seconds a round took, and its verdicts."""
    began = time.monotonic()
    found = verdicts()
    return time.monotonic() - began, found


def flips(first: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return what changed, one line a scenario."""
    return [
        f"{name}: {first.get(name)} -> {now.get(name)}"
        for name in sorted({*first, *now})
        if first.get(name) != now.get(name)
    ]


def soak(rounds: int, *, beside: int, first: dict[str, str]) -> list[str]:
    """Play that many rounds beside that many hogs, print each, and return every flip.

    Args:
        rounds: how often.
        beside: how many hogs.
        first: the verdicts that every round must come to.
    """
    found: list[str] = []
    spawn = multiprocessing.get_context("spawn")
    with hogs(beside), ProcessPoolExecutor(AT_ONCE, mp_context=spawn) as pool:
        asked = [pool.submit(timed_verdicts) for _ in range(rounds)]
        for number, done in enumerate(as_completed(asked), 1):
            seconds, now = done.result()
            changed = flips(first, now)
            found += changed
            line = ", ".join(changed) or "no verdict changed"
            sys.stdout.write(f"  round {number:>2} of {rounds}: {line} ({seconds:.1f} s)\n")
            sys.stdout.flush()
    return found


def main() -> int:
    """Soak idle, then beside a hog for every processor, against one run that both are held to."""
    asked = os.environ.get("SOAK_BESIDE", f"0,{os.cpu_count() or 1}")
    first, changed, counts = verdicts(), [], [int(count) for count in asked.split(",")]
    for beside in counts:
        sys.stdout.write(f"beside {beside} hogs:\n")
        changed += soak(ROUNDS, beside=beside, first=first)
    sys.stdout.write(f"{len(changed)} verdicts changed in {len(counts) * ROUNDS} runs of {len(first)} scenarios\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
