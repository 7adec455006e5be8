"""A Redis (or Valkey) server for tests: at a socket in a folder of its own, stopped and started at will, then gone."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 20
READY = "ready to accept connections"


@dataclass(kw_only=True)
class RedisServer:
    """One server, which may stop and start again.

    Attributes:
        folder: where its socket is, and what it keeps between two lives, if it keeps anything.
        keeps: whether it writes its data down when it is stopped.
        password: wanted of clients; empty for none.
    """

    folder: Path
    keeps: bool = False
    password: str = field(default="", repr=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The address, as ``--store`` takes it."""
        return f"unix://{f':{self.password}@' if self.password else ''}{self.folder / 's'}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program is not None
        saves = "3600 1" if self.keeps else ""
        settings = ["--port", "0", "--unixsocket", str(self.folder / "s"), "--save", saves, "--appendonly", "no"]
        settings += ["--dir", str(self.folder), *(["--requirepass", self.password] if self.password else [])]
        self._process = server = subprocess.Popen([program, *settings], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        said = []
        for line in server.stdout:
            said.append(line)
            if READY in line.lower():
                return
        raise AssertionError("".join(said))

    def hang(self) -> None:
        """Let it answer nothing, though its socket takes whatever comes."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it, and wait until it is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=PATIENCE_SECONDS)
            self._process = None

    def forget(self) -> None:
        """Throw away what a stopped server kept."""
        (self.folder / "dump.rdb").unlink()


@contextmanager
def redis_server(*, keeps: bool = False, password: str = "") -> Iterator[RedisServer]:
    """Start a server for the length of a ``with`` block."""
    # a short path: those of sockets have at most 107 octets
    with tempfile.TemporaryDirectory(prefix="psc-redis-") as folder:
        server = RedisServer(folder=Path(folder), keeps=keeps, password=password)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def running_redis() -> Iterator[str]:
    """Start a server in memory and give its address, as ``--store`` takes it."""
    with redis_server() as server:
        yield server.url
