"""A Redis (or Valkey) server for tests: in memory, at a socket in a folder of its own, and gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 20
READY = "ready to accept connections"


@contextmanager
def running_redis() -> Iterator[str]:
    """Start a server and give its address, as ``--store`` takes it."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    assert program is not None
    # a short path: those of sockets have at most 107 octets
    with tempfile.TemporaryDirectory(prefix="psc-redis-") as folder:
        place = Path(folder) / "s"
        settings = ("--port", "0", "--unixsocket", str(place), "--save", "", "--appendonly", "no", "--dir", folder)
        with subprocess.Popen([program, *settings], stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                said = []
                for line in server.stdout:
                    said.append(line)
                    if READY in line.lower():
                        break
                else:
                    raise AssertionError("".join(said))
                yield f"unix://{place}"
            finally:
                server.terminate()
                server.communicate(timeout=PATIENCE_SECONDS)
