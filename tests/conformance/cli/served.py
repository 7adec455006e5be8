"""``serve`` as people start it, in a process of its own, and what it says until it is ready."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = (sys.executable, "-m", "conformance.cli")
PATIENCE = 90


@dataclass(frozen=True, kw_only=True)
class Served:
    """A provider in another process.

    Attributes:
        said: everything that it said before it was ready.
    """

    process: subprocess.Popen[str]
    said: str

    def told(self, what: str) -> str:
        """Return the word behind a label."""
        found = re.search(rf"^ *{re.escape(what)} ?: (\S+)", self.said, flags=re.MULTILINE)
        assert found is not None, self.said
        return found.group(1)

    @property
    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        answer = requests.get(self.told("Discovery"), timeout=PATIENCE)
        document: dict[str, Any] = answer.json()
        return document

    def stop(self) -> str:
        """Interrupt it, and return what it said at the end."""
        self.process.send_signal(signal.SIGINT)
        rest: str = self.process.communicate(timeout=PATIENCE)[0]
        assert self.process.returncode == 0, rest
        return rest


@contextmanager
def serve(*arguments: str, **environment: str) -> Iterator[Served]:
    """Start ``serve`` at any free port, unless the arguments say another, and wait until it is ready."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments, "--lang", "en"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "300", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if "Ctrl-C to stop" in line:
                    break
            else:
                raise AssertionError("".join(said))
            yield Served(process=process, said="".join(said))
        finally:
            process.kill()


def run(*arguments: str) -> tuple[int, str]:
    """Run the command to its end, and return its exit code and what it said."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr
