"""Starting the portal under test, when its descriptor says how: its process, its readiness, its restart."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

import requests

from conformance.exit_codes import OutOfReach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.described import Launch

LOG_FILE: Final = "portal.log"
_LOOK_EVERY: Final = 0.05
_POLITE_SECONDS: Final = 5.0
_SERVER_ERROR: Final = 500


class LaunchError(OutOfReach):
    """The portal did not start; the message says what was tried and where its output is, and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a portal is told about the provider and about itself, by placeholder.

    Attributes:
        members: ``issuer``, ``discovery``, ``wallet``, ``port``, ``client_id``, ``client_secret``,
            ``authority``.
    """

    members: Mapping[str, str] = field(repr=False)

    def fill(self, text: str) -> str:
        """Return a text with every ``{placeholder}`` replaced.

        Raises:
            LaunchError: a placeholder is unknown.
        """
        try:
            return text.format_map(self.members)
        except (KeyError, ValueError, IndexError):
            known = ", ".join("{" + name + "}" for name in self.members)
            raise LaunchError(
                f"[launch] : {text!r} contient un repère inconnu ; repères connus : {known}",
                f"[launch]: {text!r} holds an unknown placeholder; known are {known}",
            ) from None


class LaunchedPortal:
    """A portal that the suite started, in a process group of its own."""

    def __init__(self, launch: Launch, *, base_url: str, facts: Facts, folder: Path, log: Path) -> None:
        """Prepare; nothing runs yet.

        Args:
            launch: how it is started.
            base_url: where it then answers.
            facts: what its command and environment may mention.
            folder: where the descriptor stands; the command is run from there, or from a folder under it.
            log: where its output goes.
        """
        self._launch = launch
        self._ready = base_url + launch.ready
        self._facts = facts
        self._folder = folder / launch.folder
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers anything but a server error.

        Raises:
            LaunchError: it cannot be started, ended at once, or did not answer in time.
        """
        command = [self._facts.fill(part) for part in self._launch.command]
        environment = {**os.environ, **{name: self._facts.fill(value) for name, value in self._launch.env.items()}}
        with self._log.open("ab") as output:
            self._process = self._popen(command, environment, output)
        deadline = time.monotonic() + self._launch.ready_seconds
        while time.monotonic() < deadline:
            if self._answers():
                return
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=_LOOK_EVERY)
                raise LaunchError(
                    f"[launch] command : le portail s'est terminé avec le code {code} ; sa sortie est dans {self._log}",
                    f"[launch] command: the portal ended with code {code}; its output is in {self._log}",
                )
        self.stop()
        seconds = f"{self._launch.ready_seconds:g} s"
        raise LaunchError(
            f"[launch] ready : {self._ready} n'a pas répondu en {seconds} ; voyez {self._log}",
            f"[launch] ready: {self._ready} did not answer within {seconds}; see {self._log}",
        )

    def stop(self) -> None:
        """End the portal and whatever it started: politely first, then not."""
        process, self._process = self._process, None
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_POLITE_SECONDS)
                break

    def restart(self) -> None:
        """Stop it and start it again, so that it has forgotten everything.

        Raises:
            LaunchError: it did not come back.
        """
        self.stop()
        self.start()

    def _popen(self, command: list[str], environment: dict[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603  # the user's own command, from the user's own file
                command,
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise LaunchError(
                f"[launch] command : {command[0]!r} ne démarre pas ({error.strerror})",
                f"[launch] command: {command[0]!r} cannot be started ({error.strerror})",
            ) from None

    def _answers(self) -> bool:
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.get(self._ready, timeout=1, allow_redirects=False)
            except requests.RequestException:
                return False
            return answer.status_code < _SERVER_ERROR


@contextmanager
def launched(portal: LaunchedPortal) -> Iterator[LaunchedPortal]:
    """Run a portal for the length of a ``with`` block.

    Raises:
        LaunchError: it did not start.
    """
    try:
        portal.start()
        yield portal
    finally:
        portal.stop()
