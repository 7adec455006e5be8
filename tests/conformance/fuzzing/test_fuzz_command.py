"""The commands ``fuzz`` and ``replay``, from arguments to exit code, plans and reports."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
from itertools import takewhile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import fromstring

import pytest
from rich.console import Console

from conformance.cli.command import main
from conformance.cli.fuzz import seconds_of
from conformance.cli.fuzz_scribe import Scribe
from conformance.cli.options import UsageError
from conformance.cli.small_portal import demo_portal
from conformance.cli.terminal import Terminal
from conformance.control import ProviderGone
from conformance.descriptor import read_descriptor
from conformance.events import of_kind, read_events
from conformance.exit_codes import ExitCode
from conformance.fuzzing.campaign import Campaign, Outcome
from conformance.fuzzing.finding import Finding
from conformance.fuzzing.plan import ClaimsPlan, plan_from_json
from conformance.fuzzing.target import TARGETS
from conformance.fuzzing.verdict import Violation
from conformance.masks import Masks
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.server import portal_toml
from conformance.profiles import builtin_profile
from tests.conformance.test_events import complaints

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.cli.seat import Seat


@pytest.mark.parametrize(("text", "seconds"), [(None, 60.0), ("30s", 30.0), ("5m", 300.0), ("1.5h", 5400.0)])
def test_a_budget_is_a_duration(text: str | None, seconds: float) -> None:
    """With its unit; without one given, the effort's own."""
    assert seconds == seconds_of(text, 60.0)


@pytest.mark.parametrize("text", ["", "30", "s", "-5m", "5 days", "1e3s"])
def test_anything_else_is_no_budget(text: str) -> None:
    """The option is named, and what to write."""
    with pytest.raises(UsageError, match=r"--budget: .* is no duration; write for instance 30s, 5m or 1h"):
        seconds_of(text, 60.0)


@pytest.mark.integration
def test_a_finding_is_written_reported_and_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the first plan that shows a defect to its replay on the portal that has it, and on the one that has not."""
    folder = tmp_path / "report"
    fault = ["--fault", "opens_without_identity", "--lang", "en"]
    found = main(["fuzz", *fault, "--target", "claims", "--budget", "0s", "--seed", "1", "--report-dir", str(folder)])
    plan = folder / "plan-1.json"
    events = read_events((folder / "events.jsonl").read_text(encoding="utf-8"))
    finding = of_kind(events, "finding")[0]
    suite = fromstring((folder / "junit.xml").read_text(encoding="utf-8"))  # noqa: S314  # our own report
    shown = capsys.readouterr().out
    blocked = "import sys; sys.modules['hypothesis'] = None; from conformance.cli.command import main; "
    command = [sys.executable, "-c", f"{blocked} sys.exit(main(sys.argv[1:]))", "replay", str(plan), *fault]
    replayed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    again, said = replayed.returncode, replayed.stdout
    clean = main(["replay", str(plan), "--fault", "strict", "--lang", "en"])

    assert (ExitCode.FAILURES, ExitCode.FAILURES, ExitCode.CLEAN) == (found, again, clean)
    assert ("Q1", "without-identity", True) == (finding["property"], finding["symptom"], finding["stable"])
    assert plan_from_json(finding["plan"]) == plan_from_json(json.loads(plan.read_text(encoding="utf-8")))
    assert ["fuzz.claims.1"] == [case.get("name") for case in suite.iter("testcase")]
    assert ["Q1.without-identity" in text for text in (shown, said)] == [True, True]
    assert "3 times of 3 again." in said
    assert {"front", "back", "phone"} <= {line.split()[0] for line in said.splitlines() if line.startswith("  ")}
    assert [line.split()[1:3] for line in said.splitlines() if "/token" in line and " back " in line] == [
        ["POST", "200"]
    ]
    assert "seed 1" in shown
    assert of_kind(events, "hop")
    assert [] == [said for event in events for said in complaints(event)]
    assert {"claims": 1} == {one["target"]: one["findings"] for one in of_kind(events, "target")}
    assert (1, 1) == (of_kind(events, "end")[0]["counts"]["failed"], of_kind(events, "target")[0]["seed"])
    assert {"report.html", "junit.xml", "report.sarif", "exchanges.har", "summary.md", "bundle.zip"} <= {
        one.name for one in folder.iterdir()
    }


@pytest.mark.integration
def test_nothing_found_is_clean_and_said(tmp_path: Path) -> None:
    """The correct portal under plans that always run."""
    code = main(["fuzz", "--fault", "strict", "--target", "flow", "--budget", "0s", "--report-dir", str(tmp_path)])
    events = read_events((tmp_path / "events.jsonl").read_text(encoding="utf-8"))
    verdicts = of_kind(events, "verdict")

    assert ExitCode.CLEAN == code
    assert [("fuzz.flow", "passed")] == [(one["scenario"], one["verdict"]) for one in verdicts]
    assert (tmp_path / "report.html").is_file()
    assert [] == [said for event in events for said in complaints(event)]


@pytest.mark.integration
def test_a_described_portal_is_fuzzed_at_a_running_provider(fuzz_seat: Seat, tmp_path: Path) -> None:
    """As in a pipeline: a file, the address of a provider, and the plan replayed from the file that was written."""
    described = tmp_path / "portal.toml"
    folder = tmp_path / "report"
    with demo_portal(fuzz_seat.provider, PropertyDefect.REDEEMS_AGAIN) as base:
        described.write_text(portal_toml(base), encoding="utf-8")
        where = [str(described), "--provider", fuzz_seat.url, "--profile", "core"]
        found = main(["fuzz", *where, "--target", "flow", "--budget", "0s", "--report-dir", str(folder)])
        again = main(["replay", str(folder / "plan-1.json"), *where])
    events = read_events((folder / "events.jsonl").read_text(encoding="utf-8"))

    assert (ExitCode.FAILURES, ExitCode.FAILURES) == (found, again)
    assert [("I2", True)] == [(one["property"], one["stable"]) for one in of_kind(events, "finding")]
    assert "core" == of_kind(events, "run")[0]["profile"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fuzz"], "portal.toml: give the file of one portal, or --fault NAME for a miniature"),
        (["fuzz", "p.toml", "--fault", "strict"], "portal.toml: give the file of one portal, or --fault"),
        (["fuzz", "--fault", "nonsense"], "--fault: 'nonsense' is no defect; known are strict, casts_to_number"),
        (["fuzz", "--fault", "strict", "--budget", "x"], "--budget: 'x' is no duration"),
        (["replay", "absent.json", "--fault", "strict"], "absent.json: no plan can be read there"),
    ],
)
def test_a_mistake_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and what to write instead."""
    code = main([*arguments, "--lang", "en"])
    shown = " ".join(capsys.readouterr().out.split())

    assert (ExitCode.USAGE, True) == (code, said in shown), shown


def test_a_file_that_is_no_plan_is_told_which_member(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of the file and of the member."""
    (tmp_path / "plan.json").write_text('{"schema": 1, "target": "claims", "mutations": 5}', encoding="utf-8")
    code = main(["replay", str(tmp_path / "plan.json"), "--fault", "strict", "--lang", "en"])

    assert ExitCode.USAGE == code
    assert "plan.json: plan.mutations: expected a list" in " ".join(capsys.readouterr().out.split())


def test_replay_needs_no_hypothesis() -> None:
    """The module and all it imports come without it."""
    code = "import sys, conformance.cli.fuzz; sys.exit('hypothesis' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode


def test_progress_is_shown_while_it_goes_and_again_after_a_finding(tmp_path: Path) -> None:
    """Plans, findings and the time that is left, on a terminal; nothing moves in a log."""
    shown: list[str] = []
    for live in (True, False):
        terminal = Terminal(Console(file=io.StringIO(), force_terminal=live), "en")
        lab = SimpleNamespace(profile=builtin_profile("strict"), where=SimpleNamespace(issuer="i"), masks=Masks(b"s"))
        portal = SimpleNamespace(lab=lab, described=read_descriptor(portal_toml("http://127.0.0.1:1")), file=None)
        scribe = Scribe(terminal, cast("Any", portal), tmp_path)
        status = cast("Any", SimpleNamespace(update=shown.append))
        moves: list[str] = []
        status.start, status.stop = (lambda moves=moves, way=way: moves.append(way) for way in ("start", "stop"))
        scribe._status = status
        scribe.hunts(TARGETS["claims"], 60.0)
        scribe.tried(3)
        scribe.found(_finding())
        scribe.tried(4)
        scribe.log.close()

        assert (["start", "stop", "start"] if live else ["stop"]) == moves
    plans = [text.split(",")[:2] for text in shown]
    assert [["3 plans", " 0 finding(s)"], ["4 plans", " 1 finding(s)"]] * 2 == plans
    assert all(re.search(r"(60|59) s left$", text) for text in shown)
    assert plan_from_json(json.loads((tmp_path / "plan-1.json").read_text(encoding="utf-8"))) == ClaimsPlan()


def _finding() -> Finding:
    broken = Violation(broke="Q1", symptom="crashed", seen_fr="vu", seen_en="seen")
    return Finding(target="claims", plan=ClaimsPlan(), violation=broken, again=3, at_plan=1, at_seconds=0.1)


@pytest.mark.integration
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_what_was_found_before_the_end_is_reported(tmp_path: Path, sign: signal.Signals) -> None:
    """A pipeline that cancels the job, or Ctrl-C: what was found stays, and nothing unfinished looks like a pass."""
    which = ["--fault", "opens_without_identity", "--target", "claims", "--target", "flow", "--budget", "120s"]
    command = [sys.executable, "-u", "-m", "conformance.cli", "fuzz", *which, "--seed", "1", "--lang", "en"]
    with subprocess.Popen([*command, "--report-dir", str(tmp_path)], stdout=subprocess.PIPE, text=True) as fuzzing:
        assert fuzzing.stdout is not None
        until = list(takewhile(lambda line: "Plan:" not in line, fuzzing.stdout))
        fuzzing.send_signal(sign)
        rest = fuzzing.stdout.read()
        code = fuzzing.wait(timeout=60)
    events = read_events((tmp_path / "events.jsonl").read_text(encoding="utf-8"))
    suite = fromstring((tmp_path / "junit.xml").read_text(encoding="utf-8"))  # noqa: S314  # our own report

    assert ExitCode.INTERRUPTED == code
    assert any("Q1.without-identity" in line for line in until)
    assert "Cut off, with 1 broken property; the report is incomplete." in rest
    assert ["fuzz.claims.1"] == [one["scenario"] for one in of_kind(events, "verdict")]
    assert [] == of_kind(events, "end") + of_kind(events, "target")
    assert "cut off" in "".join(suite.itertext()) + str([case.attrib for case in suite.iter()])
    assert {"report.html", "plan-1.json", "report.sarif", "summary.md"} <= {one.name for one in tmp_path.iterdir()}


@pytest.mark.integration
def test_what_was_found_before_the_provider_went_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3, as when it never answered; the first target's outcome stands, and no end is claimed."""
    hunt, gone = Campaign._hunt, ProviderGone("parti", "gone")

    def hunted(campaign: Campaign, target: Any, seconds: float) -> Outcome:
        if target.name == "flow":
            raise gone
        return hunt(campaign, target, seconds)

    monkeypatch.setattr(Campaign, "_hunt", hunted)
    which = ["--fault", "opens_without_identity", "--target", "claims", "--target", "flow", "--budget", "0s"]
    code = main(["fuzz", *which, "--lang", "en", "--report-dir", str(tmp_path)])
    events = read_events((tmp_path / "events.jsonl").read_text(encoding="utf-8"))

    assert ExitCode.UNREACHABLE == code
    assert ["claims"] == [one["target"] for one in of_kind(events, "target")]
    assert ["fuzz.claims.1"] == [one["scenario"] for one in of_kind(events, "verdict")]
    assert [] == of_kind(events, "end")
    assert (tmp_path / "report.html").is_file()


@pytest.mark.integration
def test_a_plan_of_an_earlier_run_does_not_stay(tmp_path: Path) -> None:
    """Whoever reads the folder would take it for a finding of this run."""
    (tmp_path / "plan-9.json").write_text("{}", encoding="utf-8")
    (tmp_path / "plan-of-mine.json").write_text("{}", encoding="utf-8")
    main(["fuzz", "--fault", "strict", "--target", "flow", "--budget", "0s", "--report-dir", str(tmp_path)])

    assert ["plan-of-mine.json"] == [path.name for path in tmp_path.glob("plan-*.json")]
