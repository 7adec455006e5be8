"""A child process that answers in JSON, one line a question, one line an answer: how ``exec`` talks to its program."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

from conformance.drivers.errors import DriverError, DriverFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONG: Final = re.compile(r"[A-Za-z0-9_\-.~+/=%]{20,}")
_SHOWN: Final = 200
_POLITE_SECONDS: Final = 5.0


class Line:
    """The two pipes to a program; what it writes to its standard error goes where ours does."""

    def __init__(self, command: Sequence[str], *, patience: float) -> None:
        """Start the program.

        Args:
            command: program and arguments; no shell reads them.
            patience: seconds that one answer may take.

        Raises:
            DriverError: it cannot be started.
        """
        self._patience = patience
        self._asked = 0
        try:
            self._process = subprocess.Popen(  # noqa: S603  # the user's own program, named in the user's own file
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            why = error.strerror
            raise DriverError(
                f"[driver] command : {command[0]!r} ne démarre pas ({why}) ; nommez un programme exécutable",
                f"[driver] command: {command[0]!r} cannot be started ({why}); name a program that can be run",
            ) from None
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="exec-driver", daemon=True)
        self._reader.start()

    def ask(self, verb: str, **members: Any) -> Any:
        """Ask something and return the answer's ``ok`` member.

        Raises:
            DriverFailed: it answers late, not at all, not in the agreed form, or that it cannot.
        """
        self._asked += 1
        self._send({"id": self._asked, "verb": verb, **members}, verb)
        try:
            text = self._answers.get(timeout=self._patience)
        except queue.Empty:
            seconds = f"{self._patience:g} s"
            raise DriverFailed(
                f"[driver] exec, {verb} : pas de réponse en {seconds} ; répondez plus tôt, ou augmentez seconds",
                f"[driver] exec, {verb}: no answer within {seconds}; answer sooner, or raise seconds",
            ) from None
        if text is None:
            raise _ended(verb, self._process.wait(_POLITE_SECONDS))
        answer = _read_answer(text, verb)
        if answer.get("id") != self._asked:
            theirs = answer.get("id")
            raise DriverFailed(
                f"[driver] exec, {verb} : id de la réponse : {theirs!r} ; reprenez celui de la question, {self._asked}",
                f"[driver] exec, {verb}: the answer's id is {theirs!r}; repeat the question's, {self._asked}",
            )
        if "error" in answer:
            words = _harmless(str(answer["error"]))
            raise DriverFailed(
                f"[driver] exec, {verb} : le programme dit : {words}",
                f"[driver] exec, {verb}: the program says: {words}",
            )
        if "ok" not in answer:
            raise DriverFailed(
                f"[driver] exec, {verb} : la réponse n'a ni ok ni error",
                f"[driver] exec, {verb}: the answer has neither ok nor error",
            )
        return answer["ok"]

    def close(self) -> None:
        """Say goodbye, then insist."""
        if self._process.poll() is None:
            try:
                self._send({"id": self._asked + 1, "verb": "stop"}, "stop")
                _close(self._process.stdin)
                self._process.wait(_POLITE_SECONDS)
            except (DriverFailed, subprocess.TimeoutExpired):
                self._process.kill()
        self._process.wait()
        _close(self._process.stdin)
        _close(self._process.stdout)
        self._reader.join(_POLITE_SECONDS)

    def _send(self, question: Mapping[str, Any], verb: str) -> None:
        if self._process.stdin is None:
            raise DriverFailed(
                f"[driver] exec, {verb} : le programme n'a pas d'entrée standard",
                f"[driver] exec, {verb}: the program has no standard input",
            )
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise _ended(verb, self._process.poll()) from None

    def _read(self) -> None:
        # it ends with the program, or when the pipe is closed from our side
        with suppress(OSError, ValueError):
            for text in self._process.stdout or ():
                if text.strip():
                    self._answers.put(text)
        self._answers.put(None)


def _close(pipe: IO[str] | None) -> None:
    # what was left to write, nobody reads any more
    with suppress(OSError):
        if pipe is not None:
            pipe.close()


def _read_answer(text: str, verb: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise DriverFailed(
            f"[driver] exec, {verb} : la réponse n'est pas du JSON ; écrivez un objet par ligne, le reste sur stderr",
            f"[driver] exec, {verb}: the answer is no JSON; write one object a line, and everything else to stderr",
        ) from None
    if not isinstance(answer, dict):
        raise DriverFailed(
            f"[driver] exec, {verb} : la réponse n'est pas un objet JSON",
            f"[driver] exec, {verb}: the answer is no JSON object",
        )
    return answer


def _ended(verb: str, code: int | None) -> DriverFailed:
    return DriverFailed(
        f"[driver] exec, {verb} : le programme s'est terminé (code {code})",
        f"[driver] exec, {verb}: the program ended (exit code {code})",
    )


def _harmless(text: str) -> str:
    """Return a program's own words without what may be a code or a token, and not for ever."""
    return _LONG.sub("…", "".join(one if one.isprintable() else " " for one in text))[:_SHOWN]
