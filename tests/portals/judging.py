"""The suite on a portal of its own process, from the command line, and how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.report_files import EVENTS_FILE
from conformance.reports import read_run
from tests.portals.starting import started

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.outcome import Verdict
    from conformance.reports import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How the suite ended on a portal."""

    code: int
    run: Run
    said: str

    def seen(self, verdict: Verdict) -> dict[str, str]:
        """Return the scenarios with this verdict, each with what was seen."""
        return {one.id: one.verdict["seen_en"] for one in self.run.scenarios if one.ruled is verdict}


def judged(name: str, folder: Path, *after_logout: str, only: tuple[str, ...] = (), faketime: bool = False) -> Judged:
    """Run the suite against a portal from the command line, on a provider of its own; the whole of it unless said.

    Args:
        name: of the portal.
        folder: for the reports.
        *after_logout: paths that the provider may send the browser back to.
        only: ids of scenarios, ``*`` allowed.
        faketime: whether the clock of the portal's process can be set.
    """
    with (
        running_seat(SUITE_SETTINGS) as seat,
        started(name, seat.provider, *after_logout, faketime=faketime) as described,
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "conformance.cli", "run", described),
                *("--provider", seat.url, "--report-dir", folder, "--lang", "en"),
                *(part for pattern in only for part in ("--select", pattern)),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    events = folder / EVENTS_FILE

    assert events.exists(), done.stdout + done.stderr
    run = read_run([json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()])
    return Judged(code=done.returncode, run=run, said=done.stdout + done.stderr)
