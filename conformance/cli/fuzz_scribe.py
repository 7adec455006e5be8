"""Tells a person at a terminal how fuzzing goes, and writes down every finding at once."""

from __future__ import annotations

import json
import time
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from conformance.addresses import addresses_of, shown_path
from conformance.events import SCHEMA, EventLog, of_kind
from conformance.exit_codes import ExitCode
from conformance.fuzzing.finding import TIMES
from conformance.fuzzing.finding_events import finding_events, quiet_events, target_event
from conformance.fuzzing.plan import plan_to_json
from conformance.outcome import Verdict
from conformance.report_files import EVENTS_FILE, HTML_FILE, write_reports
from conformance.reports import read_run
from conformance.texts import said

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.cli.standing import Standing
    from conformance.cli.terminal import Terminal
    from conformance.events import Event
    from conformance.fuzzing.campaign import Outcome
    from conformance.fuzzing.finding import Finding
    from conformance.fuzzing.target import Target


class Scribe:
    """Tells a person at a terminal how a campaign goes, and writes down every finding at once."""

    def __init__(self, terminal: Terminal, portal: Standing, folder: Path) -> None:
        """Begin the log of a run.

        Args:
            terminal: where it is shown.
            portal: that is fuzzed.
            folder: of plans and reports.
        """
        self._terminal = terminal
        self._portal = portal
        self._folder = folder
        self._status = terminal.console.status("")
        self.log = EventLog(folder / EVENTS_FILE)
        self.log.add([_run_event(portal)])
        self.findings: list[Finding] = []
        self._ends, self._of_target, self._tried = 0.0, 0, 0

    def hunts(self, target: Target, seconds: float) -> None:
        """Say that a target's turn begins."""
        self._ends, self._of_target = time.monotonic() + seconds, 0
        self._terminal.say(f"  {target.title_fr} ({seconds:.0f} s)", f"  {target.title_en} ({seconds:.0f} s)", "bold")
        self._shows_progress()

    def _shows_progress(self) -> None:
        if self._terminal.console.is_terminal:
            self._status.start()

    def tried(self, count: int) -> None:
        """Show how many plans there were, what came of them, and the time that is left."""
        left = max(0.0, self._ends - time.monotonic())
        french = f"{count} plans, {self._of_target} constat(s), encore {left:.0f} s"
        english = f"{count} plans, {self._of_target} finding(s), {left:.0f} s left"
        self._status.update(said((french, english), self._terminal.language))

    def found(self, finding: Finding) -> None:
        """Write a finding down at once, with its plan, and show it."""
        self._status.stop()
        self.findings.append(finding)
        self._of_target += 1
        number, broken = len(self.findings), finding.violation
        self.log.add(finding_events(finding, number, self._portal.lab.masks))
        file = self._folder / f"plan-{number}.json"
        file.write_text(json.dumps(plan_to_json(finding.plan), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        head = f"  {'✗' if finding.stable else '∅'} {broken.group} ({finding.again}/{TIMES})"
        self._terminal.say(f"{head} {broken.seen_fr}", f"{head} {broken.seen_en}", "red")
        self._terminal.say(f"    Plan : {file}", f"    Plan: {file}")
        self._shows_progress()

    def turn_is_over(self, outcome: Outcome, *, seed: int) -> None:
        """Write down what came of a target."""
        self._tried += outcome.tried
        if not outcome.findings:
            self.log.add(quiet_events(outcome))
        self.log.add([target_event(outcome, seed)])

    def ends(self, *, seconds: float) -> ExitCode:
        """Write the reports, and return what the command ends with."""
        self._status.stop()
        counted = sum(finding.stable for finding in self.findings)
        code = ExitCode.FAILURES if counted else ExitCode.CLEAN if self._tried else ExitCode.NOTHING
        self.log.add([self._end_event(code, seconds)])
        self._terminal.say(
            f"{self._tried} plans en {seconds:.0f} s, {counted} propriété(s) enfreinte(s).",
            f"{self._tried} plans in {seconds:.0f} s, {counted} broken propert{'y' if counted == 1 else 'ies'}.",
            "bold",
        )
        self._reports()
        return code

    def is_cut_off(self) -> None:
        """Write the reports of what was found until then; they say that they are incomplete."""
        self._status.stop()
        counted = sum(finding.stable for finding in self.findings)
        self._terminal.say(
            f"Recherche interrompue, {counted} propriété(s) enfreinte(s) jusque-là ; le rapport est incomplet.",
            f"Cut off, with {counted} broken propert{'y' if counted == 1 else 'ies'}; the report is incomplete.",
            "bold",
        )
        self._reports()

    def _reports(self) -> None:
        self.log.close()
        write_reports(read_run(self.log.events), self._folder, self._terminal.language, descriptor=self._portal.file)
        report = (self._folder / HTML_FILE).resolve()
        self._terminal.say(f"Rapport : {report}", f"Report: {report}", "bold")

    def _end_event(self, code: ExitCode, seconds: float) -> Event:
        ruled = Counter(one["verdict"] for one in of_kind(self.log.events, "verdict"))
        counts = {str(verdict): ruled[verdict] for verdict in Verdict}
        return {"kind": "end", "code": int(code), "counts": counts, "errors": 0, "seconds": round(seconds, 3)}


def _addresses(portal: Standing) -> list[dict[str, Any]]:
    return addresses_of(portal.described, portal.file.read_text(encoding="utf-8") if portal.file else "")


def _run_event(portal: Standing) -> Event:
    profile = portal.lab.profile
    return {
        "kind": "run",
        "schema": SCHEMA,
        "at": round(time.time(), 3),
        "version": version("psc-conformance"),
        "portal": {"name": portal.described.name, "base_url": portal.described.base_url},
        "descriptor": {"path": shown_path(portal.file) if portal.file else "", "addresses": _addresses(portal)},
        "provider": {"issuer": portal.lab.where.issuer},
        "profile": profile.name,
        "profile_fr": profile.title_fr,
        "profile_en": profile.title_en,
        "select": ["fuzz"],
        "degraded": portal.described.probe is None,
    }
