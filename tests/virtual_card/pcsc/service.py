"""A real PC/SC service for the length of a test module: pcscd started by hand, its virtual readers on a free port."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from virtual_card.transport.vpcd import LOOPBACK, VpcdSlot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from virtual_card.card import Card
    from virtual_card.reader import Reader

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
# One service per machine, its socket having a fixed place: whoever tests with it waits for the others.
LOCK = Path(tempfile.gettempdir()) / "psc-conformance-pcscd.lock"
SOCKET = Path("/run/pcscd/pcscd.comm")
# Below 32768, where Linux takes no port for outgoing connections; two in a row, one for each slot of the reader.
PORTS = range(15963, 16963, 2)
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
        slot = self.slot(number, reader)
        slot.insert(card)
        try:
            assert slot.wait_until_seen(SECONDS), "pcscd has not asked for the card"
            wait_for(number, present=True)
            yield slot
        finally:
            slot.close()
            wait_for(number, present=False)

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
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers():
            pytest.fail("a pcscd runs on this machine already; stop it, then run these tests again", pytrace=False)
        port = _free_port()
        config = home / "readers"
        config.mkdir()
        (config / "vpcd").write_text(
            f'FRIENDLYNAME "CPS virtuelle"\nLIBPATH {DRIVER}\nDEVICENAME /dev/null:{port:#06x}\n'
            f"CHANNELID {port:#06x}\n",
            encoding="utf-8",
        )
        with (home / "pcscd.log").open("wb") as log:
            pcscd = subprocess.Popen(
                [shutil.which("pcscd") or "/usr/sbin/pcscd", "--foreground", "--config", str(config)],
                stdout=log,
                stderr=log,
            )
        try:
            yield Service(port=port, home=home)
        finally:
            pcscd.terminate()
            pcscd.wait(SECONDS)


def wait_for(number: int, *, present: bool) -> None:
    """Wait until programs see a card in a reader, or none, as programs do: for a change that the service announces."""
    from smartcard import scard  # noqa: PLC0415 - pyscard is optional

    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    assert code == scard.SCARD_S_SUCCESS
    wanted = scard.SCARD_STATE_PRESENT if present else scard.SCARD_STATE_EMPTY
    try:
        _, names = scard.SCardListReaders(context, [])
        known = scard.SCARD_STATE_UNAWARE
        while not known & wanted:
            asked = [(names[number], known)]
            code, states = scard.SCardGetStatusChange(context, int(SECONDS * 1000), asked)
            assert code == scard.SCARD_S_SUCCESS, f"present={present}: {names[number]!r} shows no change in {SECONDS} s"
            known = states[0][1] & ~scard.SCARD_STATE_CHANGED
    finally:
        scard.SCardReleaseContext(context)


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as door:
        return door.connect_ex(str(SOCKET)) == 0


def _free_port() -> int:
    for port in PORTS:
        try:
            with socket.create_server((LOOPBACK, port)), socket.create_server((LOOPBACK, port + 1)):
                return port
        except OSError:
            continue
    pytest.fail(f"no two free ports in a row between {PORTS[0]} and {PORTS[-1]}")
