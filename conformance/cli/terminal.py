"""What a person at a terminal sees: titles, one line a scenario, a summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from conformance.outcome import Verdict
from conformance.reports.run import SHOWN_FIRST
from conformance.texts import VERDICTS, Texts, said

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.events import Event
    from conformance.journey import Step
    from conformance.reports import Run

SIGNS: Final = {
    Verdict.PASSED: ("✓", "green"),
    Verdict.FAILED: ("✗", "bold red"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.REVIEW: ("?", "magenta"),
    Verdict.SKIPPED: ("–", "dim"),
    Verdict.INCONCLUSIVE: ("∅", "dim"),
}


class Terminal:
    """Speaks one language to one console, and shows progress while scenarios are played."""

    def __init__(self, console: Console, language: str) -> None:
        """Speak ``fr`` or ``en``."""
        self.console = console
        self.language = language
        self._progress: Progress | None = None

    def say(self, fr: str, en: str, style: str = "") -> None:
        """Print a sentence."""
        self.console.print(Text(said((fr, en), self.language), style=style), soft_wrap=True)

    def title(self, fr: str, en: str) -> None:
        """Print a heading."""
        self.console.print()
        self.say(fr, en, style="bold")

    def step(self, step: Step) -> None:
        """Print one step of the tutorial's journey."""
        line = Text.assemble((f"  {step.number} ", "dim"), said((step.fr, step.en), self.language))
        if step.seen:
            line.append(f"  → {step.seen}", style="green")
        self.console.print(line, soft_wrap=True)

    # -- a run, as it goes

    def begins(self, count: int) -> None:
        """Show how many scenarios follow."""
        self.title(
            f"{count} scénarios, chacun entre deux connexions honnêtes",
            f"{count} scenarios, each between two honest logins",
        )
        if self.console.is_terminal:
            columns = (TextColumn("  "), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=self.console, transient=True)
            self._progress.start()
            self._progress.add_task("scenarios", total=count)

    def played(self, card: Event, verdict: Event) -> None:
        """Print one scenario and what came of it."""
        ruled = Verdict(verdict["verdict"])
        sign, style = SIGNS[ruled]
        line = Text.assemble(
            (f"  {sign} ", style), (f"{card['scenario']:<26} ", "cyan"), card[f"title_{self.language}"]
        )
        if ruled is not Verdict.PASSED:
            line.append(f"\n      {said(VERDICTS[ruled], self.language)} : {verdict[f'seen_{self.language}']}", style)
            for finding in verdict["findings"]:
                line.append(f"\n      - {finding[self.language]}", "dim" if finding["kept"] else style)
        self.console.print(line, soft_wrap=True)
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0])

    def failed(self, where: str, fr: str, en: str) -> None:
        """Print a mistake of ours."""
        self.say(f"  Erreur du harnais : {where} : {fr}", f"  Harness error: {where}: {en}", "bold red")

    def ends(self) -> None:
        """Take the progress bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def summary(self, run: Run) -> None:
        """Print how many scenarios had which verdict, and what the failures ask for."""
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for verdict in SHOWN_FIRST:
            if run.counts[verdict] or verdict in {Verdict.PASSED, Verdict.FAILED}:
                table.add_row(
                    Text(str(run.counts[verdict]), style=SIGNS[verdict][1], justify="right"),
                    said(VERDICTS[verdict], self.language),
                )
        self.title("Résumé", "Summary")
        self.console.print(table)
        for one in run.ordered:
            if one.ruled is Verdict.FAILED:
                mend: Texts = (one.card["mend_fr"], one.card["mend_en"])
                self.console.print(Text(f"  {one.id} : {said(mend, self.language)}"), soft_wrap=True)
        if run.degraded:
            self.say(
                "  Mode dégradé : sans page « qui suis-je », on ne sait pas qui le portail croit connecté.",
                "  Degraded mode: without a who-am-I page, whom the portal thinks is logged in is not known.",
                "yellow",
            )
