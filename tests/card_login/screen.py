"""A screen that nobody looks at, and a hand that types into the windows of the browser itself."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30
LOOKS = 500
TRIES = 10


class Screen(NamedTuple):
    """An X server by its display."""

    display: str

    def _xdotool(self, *command: str) -> str:
        done = subprocess.run(
            ["xdotool", *command],  # noqa: S607
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
        return done.stdout

    def window(self, title: str, *, besides: str = "") -> str:
        """Wait for a window with a title, other than one that was there before, and return its number."""
        for _ in range(LOOKS):
            # Blocks until there is one.
            for found in self._xdotool("search", "--sync", "--onlyvisible", "--name", title).split():
                if found != besides:
                    return found
        raise AssertionError(f"no new window {title!r}")

    def type(self, window: str, text: str) -> None:
        """Type into a window that closes at Return; again, should the window not have been ready to listen."""
        for _ in range(TRIES):
            self._xdotool("windowfocus", "--sync", window, "key", "ctrl+a", "type", "--delay", "20", text)
            self._xdotool("key", "Return")
            if any(not self._open(window) for _ in range(LOOKS)):
                return
        raise AssertionError(f"window {window} does not listen")

    def _open(self, window: str) -> bool:
        done = subprocess.run(
            ["xdotool", "getwindowname", window],  # noqa: S607
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
        return done.returncode == 0


@contextmanager
def screen() -> Iterator[Screen]:
    """Run an X server on a display of its own choice."""
    there, here = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(here), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],  # noqa: S607
        pass_fds=[here],
        stderr=subprocess.DEVNULL,
    )
    os.close(here)
    try:
        with os.fdopen(there) as said:
            yield Screen(display=f":{said.readline().strip()}")
    finally:
        server.terminate()
        server.wait(SECONDS)
