"""The suite in a container beside the portal: started, waited for, its reports fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import requests

from conformance.containers.engine import fetch_folder, log_of, put_file, refusals, streaming
from conformance.containers.parts import SiteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker.models.containers import Container

HOME: Final = "/home/psc"
DESCRIPTOR: Final = "portal.toml"
REPORT: Final = f"{HOME}/psc-report"
USER: Final = 10001
"""The image's plain user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """How a run in a container ended.

    Attributes:
        code: the command's exit code.
        output: what it showed.
        reported: whether there was a report to fetch.
    """

    code: int
    output: str
    reported: bool


def lines_of(container: Container) -> Iterator[str]:
    """Yield what a container writes, line by line, as it comes."""
    rest = b""
    with streaming(container.logs(stream=True, follow=True)) as pieces:
        for piece in pieces:
            *whole, rest = (rest + piece).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in whole)


class Suite:
    """A run that goes on."""

    def __init__(self, container: Container, report_dir: Path) -> None:
        """Follow a run.

        Args:
            container: that it happens in, not started yet.
            report_dir: where its reports go.
        """
        self.container = container
        self._report_dir = report_dir

    def start(self, descriptor: str) -> None:
        """Start it with a descriptor's text."""
        with refusals("suite"):
            put_file(self.container, HOME, DESCRIPTOR, descriptor.encode(), owner=USER)
            self.container.start()

    def lines(self) -> Iterator[str]:
        """Return what it shows, line by line, as it comes."""
        return lines_of(self.container)

    def wait(self, seconds: float) -> SuiteResult:
        """Wait for its end, and fetch the reports.

        Raises:
            SiteError: it did not end in time; it is stopped then.
            EngineError: the engine has gone meanwhile.
        """
        with refusals("suite"):
            return self._wait(seconds)

    def _wait(self, seconds: float) -> SuiteResult:
        try:
            code = int(self.container.wait(timeout=seconds)["StatusCode"])
        except requests.exceptions.RequestException:
            self.container.kill()
            fetch_folder(self.container, REPORT, self._report_dir)
            raise SiteError(
                f"suite : pas finie après {seconds:g} s, donc arrêtée ; ce qu'elle avait est dans {self._report_dir}",
                f"suite: not over after {seconds:g} s, and stopped; what it had is in {self._report_dir}",
            ) from None
        reported = fetch_folder(self.container, REPORT, self._report_dir)
        return SuiteResult(code=code, output=log_of(self.container), reported=reported)
