"""The kill matrix: every scenario against every miniature portal, written to ``docs/kill-matrix.md``.

``make kill-matrix`` plays it; the tests play only each scenario on its own miniature and on ``strict``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.catalogue import catalogue
from conformance.miniatures.defects import MINIATURES
from conformance.outcome import Verdict
from conformance.stage import perform
from tests.house.inventory import ROOT
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.miniatures.defects import Defect

PAGE = ROOT / "docs" / "kill-matrix.md"
STRICT = "strict"

HEAD = """\
# The kill matrix

Every scenario was played against every miniature portal under the profile `strict`. On `strict`, the correct portal,
all of them pass; each of the others has one defect, and exactly one scenario must fail on it. What else does not pass
is named too: a portal that never comes to the place in question is *inconclusive* there, and that is no pass.

`make kill-matrix` plays it again and writes this page; {scenarios} scenarios, {portals} portals.

| miniature portal | fails | outcome | does not pass either |
|---|---|---|---|
"""
ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One scenario on one portal."""

    scenario: str
    verdict: Verdict
    outcome: str


def play(defect: Defect | None) -> Iterable[Cell]:
    """Play every scenario on one miniature, with a provider of its own."""
    with suite_seat() as seat, lab_with(seat, defect) as lab:
        for case in catalogue():
            done = perform(case.card, case.play, lab)
            yield Cell(scenario=case.card.id, verdict=done.ruling.verdict, outcome=done.judgement.outcome)


def row(name: str, cells: Iterable[Cell]) -> str:
    """Return the line of one portal."""
    told = sorted(cells, key=lambda one: one.scenario)
    fails = [one for one in told if one.verdict is Verdict.FAILED]
    others = [one for one in told if one.verdict not in {Verdict.FAILED, Verdict.PASSED}]
    return (
        f"| `{name}` | {_listed(f'`{one.scenario}`' for one in fails)} | {_listed(one.outcome for one in fails)} "
        f"| {_listed(f'`{one.scenario}` ({one.verdict})' for one in others)} |"
    )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts) or "—"


def rows(page: str) -> dict[str, tuple[str, str, str]]:
    """Return what the page says, by portal: what fails, with which outcome, what does not pass either."""
    return {name: (fails, outcome, others) for name, fails, outcome, others in ROW.findall(page)}


def complaints(said: dict[str, tuple[str, str, str]]) -> list[str]:
    """Return the portals that are not caught by exactly the scenario that is there for them."""
    wanted = {STRICT: "—", **{str(defect): f"`{one.caught_by}`" for defect, one in MINIATURES.items()}}
    found = [
        f"{name}: expected {wanted[name]}, failed {said[name][0]}" for name in wanted if said[name][0] != wanted[name]
    ]
    return found if said[STRICT][2] == "—" else [*found, f"{STRICT}: {said[STRICT][2]}"]


def main() -> int:
    """Play everything, write the page, and say what is not as it should be."""
    lines = []
    for defect in (None, *MINIATURES):
        lines.append(row(defect or STRICT, play(defect)))
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    head = HEAD.format(scenarios=len(catalogue()), portals=1 + len(MINIATURES))
    PAGE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    wrong = complaints(rows(PAGE.read_text(encoding="utf-8")))
    sys.stdout.write("".join(f"kill-matrix: {one}\n" for one in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
