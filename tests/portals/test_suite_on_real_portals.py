"""The suite against portals that nobody here wrote, under the profile of what the texts demand at least."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.exit_codes import ExitCode
from conformance.outcome import Verdict
from conformance.report_files import EVENTS_FILE
from conformance.reports import read_run
from tests.portals.starting import started

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.reports import Run

pytestmark = pytest.mark.integration


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How the suite ended on a portal."""

    code: int
    run: Run
    said: str

    def seen(self, verdict: Verdict) -> dict[str, str]:
        """Return the scenarios with this verdict, each with what was seen."""
        return {one.id: one.verdict["seen_en"] for one in self.run.scenarios if one.ruled is verdict}


def judged(name: str, folder: Path, *after_logout: str, only: tuple[str, ...] = ()) -> Judged:
    """Run the suite against a portal from the command line, on a provider of its own; the whole of it unless said."""
    with running_seat(SUITE_SETTINGS) as seat, started(name, seat.provider, *after_logout) as described:
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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("mod_auth_openidc", marks=pytest.mark.requires("apache2-openidc")),
        pytest.param("openid_client", marks=pytest.mark.requires("node", "npm-portals")),
    ],
)
def test_no_certified_portal_fails(name: str, tmp_path: Path) -> None:
    """What a certified library is allowed to do is no failure; and most scenarios can be played on it."""
    result = judged(name, tmp_path, "/logged-out")

    assert {} == result.seen(Verdict.FAILED)
    assert ExitCode.CLEAN == result.code, result.said
    assert len(result.seen(Verdict.PASSED)) > 3 * len(result.seen(Verdict.INCONCLUSIVE))


def test_what_authlib_leaves_to_the_application_is_found(tmp_path: Path) -> None:
    """Its ``userinfo()`` compares no ``sub``: the suite bites on code that nobody here wrote, too."""
    result = judged("authlib_flask", tmp_path)

    assert "The portal thinks that the other person is logged in" in result.seen(Verdict.FAILED)["uin.sub.mismatch"]
    assert ExitCode.FAILURES == result.code, result.said


@pytest.mark.browser
@pytest.mark.requires("chromium", "playwright", "npm-portals")
def test_a_single_page_portal_in_a_real_browser(tmp_path: Path) -> None:
    """What oidc-client-ts checks passes; that it takes any issuer's word, relying on TLS alone, is found."""
    only = ("rsp.state.wrong", "uin.sub.mismatch", "idt.iss.wrong")
    result = judged("spa", tmp_path, "/", only=only)

    assert {"rsp.state.wrong", "uin.sub.mismatch"} == set(result.seen(Verdict.PASSED))
    assert {"idt.iss.wrong"} == set(result.seen(Verdict.FAILED))
    assert ExitCode.FAILURES == result.code, result.said
