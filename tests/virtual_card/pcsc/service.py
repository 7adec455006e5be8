"""A real PC/SC service for the length of a test module: pcscd started by hand, its virtual readers on a free port."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from virtual_card.transport.pcscd import pcscd
from virtual_card.transport.vpcd import VpcdSlot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from virtual_card.card import Card
    from virtual_card.reader import Reader

SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a program ended and what it said."""

    code: int
    said: str
    out: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A running pcscd with two virtual readers."""

    port: int
    home: Path

    def slot(self, number: int = 0, reader: Reader | None = None) -> VpcdSlot:
        """Return one of the two slots, empty."""
        return VpcdSlot(reader, port=self.port + number)

    @contextmanager
    def holding(self, card: Card, number: int = 0, reader: Reader | None = None) -> Iterator[VpcdSlot]:
        """Keep a card in a slot, from the moment when programs can see it."""
        from virtual_card.transport.pcsc_events import wait_for_card  # noqa: PLC0415 - pyscard is optional

        slot = self.slot(number, reader)
        slot.insert(card)
        try:
            assert slot.wait_until_seen(SECONDS), "pcscd has not asked for the card"
            wait_for_card(number, present=True)
            yield slot
        finally:
            slot.close()
            wait_for_card(number, present=False)

    def run(self, *command: str, stdin: bytes = b"", **environment: str) -> Program:
        """Run a program to its end, at home in this service's folder, in English."""
        done = subprocess.run(
            command,
            input=stdin,
            env={**os.environ, "HOME": str(self.home), "LC_ALL": "C", **environment},
            cwd=self.home,
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
        return Program(
            code=done.returncode,
            said=(done.stdout + done.stderr).decode("utf-8", "replace"),
            out=done.stdout,
        )


@contextmanager
def running(home: Path) -> Iterator[Service]:
    """Run pcscd with two virtual readers and nothing else."""
    with pcscd(home) as port:
        yield Service(port=port, home=home)
