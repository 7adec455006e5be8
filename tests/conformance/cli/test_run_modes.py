"""`psc-conformance run` in its less usual ways: several workers, a dry run, an interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli import main
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.miniatures.server import portal_toml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration


@contextmanager
def strict(folder: Path, *, extra: str = "") -> Iterator[list[str]]:
    """Run the correct portal and its provider; give the arguments that aim the suite at them."""
    with running_seat(SUITE_SETTINGS) as seat, demo_portal(seat.provider) as base:
        described = folder / "portal.toml"
        described.write_text(portal_toml(base).replace("skip = []", extra or "skip = []"), encoding="utf-8")
        yield [str(described), "--provider", seat.url, "--report-dir", str(folder / "report"), "--lang", "en"]


def events_in(folder: Path) -> list[dict[str, Any]]:
    """Return the events that were written."""
    text = (folder / "report" / "events.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def verdicts_in(folder: Path) -> dict[str, str]:
    """Return the verdicts that were written, by scenario."""
    return {event["scenario"]: event["verdict"] for event in events_in(folder) if event["kind"] == "verdict"}


def test_two_workers_come_to_the_same_verdicts(tmp_path: Path) -> None:
    """Each scenario is played once, whoever plays it, and all of a scenario's events stay together."""
    with strict(tmp_path) as arguments:
        code = main(["run", *arguments, "--workers", "2", "--select", "idt.iss.*", "--select", "lgt.*"])
    events = events_in(tmp_path)
    named = [event["scenario"] for event in events if "scenario" in event]

    assert (0, {"passed"}) == (code, set(verdicts_in(tmp_path).values()))
    assert len(verdicts_in(tmp_path)) == len({*named})
    assert [name for number, name in enumerate(named) if number == 0 or named[number - 1] != name] == [
        *dict.fromkeys(named)
    ]


def test_a_dry_run_starts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It works without portal and provider, names what is skipped and why, and writes no report."""
    described = tmp_path / "portal.toml"
    text = portal_toml("http://127.0.0.1:9").replace('logout = "/logout"\n', "")
    described.write_text(text.replace("skip = []", 'skip = [{ id = "req.pkce", reason = "old library" }]'), "utf-8")
    folder = tmp_path / "report"
    code = main(["run", str(described), "--dry-run", "--report-dir", str(folder), "--lang", "en"])
    said = capsys.readouterr().out

    assert (0, False) == (code, folder.exists())
    assert "✓ idt.iss.wrong" in said
    assert "– req.pkce" in said
    assert "old library" in said
    assert "– lgt.rp" in said
    assert "the descriptor names no logout address" in said


def test_nothing_to_play_is_said(tmp_path: Path) -> None:
    """A descriptor that skips everything: exit code 5."""
    described = tmp_path / "portal.toml"
    skip = 'skip = [{ id = "*", reason = "not today" }]'
    described.write_text(portal_toml("http://127.0.0.1:9").replace("skip = []", skip), encoding="utf-8")

    assert 5 == main(["run", str(described), "--dry-run", "--lang", "en"])


@pytest.mark.parametrize("number", ["0", "-3"])
def test_workers_are_counted_from_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str) -> None:
    """The option is named."""
    described = tmp_path / "portal.toml"
    described.write_text(portal_toml("http://127.0.0.1:9"), encoding="utf-8")

    assert 2 == main(["run", str(described), f"--workers={number}", "--lang", "en"])
    assert f"--workers {number}: write 1 or more" in capsys.readouterr().out


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_its_reports(tmp_path: Path, sent: signal.Signals) -> None:
    """Exit code 130 after Ctrl-C or SIGTERM; what was played is in every report, and each says it is not all."""
    with strict(tmp_path) as arguments:
        command = [sys.executable, "-m", "conformance.cli", "run", *arguments]
        env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
            assert process.stdout is not None
            seen = []
            for line in process.stdout:
                seen.append(line)
                if "✓" in line:
                    process.send_signal(sent)
                    break
            seen.append(process.stdout.read())
            code = process.wait(timeout=60)
    events = events_in(tmp_path)
    report = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")

    assert 130 == code, "".join(seen)
    assert 1 <= len(verdicts_in(tmp_path)) < 20
    assert "end" not in {event["kind"] for event in events}
    assert "this report is incomplete" in report
    assert "Traceback" not in "".join(seen)
