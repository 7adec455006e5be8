"""The kill matrix: scenarios against miniature portals, written to ``docs/kill-matrix.md``.

``make kill-matrix`` plays every scenario on every portal, which takes over an hour; ``make kill-matrix REACH=--near``
plays on a miniature the scenarios in the room of its own one, and one scenario of every other folder.  After scenarios
were added, ``REACH="--only 'psc.life.*'"`` plays those on the portals that are on the page, and everything on those
that are not.  The tests play only each scenario on its own miniature and on ``strict``.

Each portal's line is written down when it is known, beside the digest of the code that it was played with: the same
command goes on where it was stopped, and begins anew when the code is another.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.catalogue import catalogue
from conformance.evidence import Role
from conformance.judge import control_trouble, judge
from conformance.miniatures.table import MINIATURES
from conformance.outcome import Verdict
from conformance.stage import perform
from conformance.trial import Trial
from tests.house.inventory import ROOT
from tests.labs import lab_with, suite_seat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from conformance.catalogue import Case
    from conformance.evidence import Attempt, Evidence
    from conformance.miniatures.defects import Defect
    from conformance.visit import Lab

PAGE = ROOT / "docs" / "kill-matrix.md"
KNOWN = ROOT / ".fuzz" / "kill-matrix.jsonl"
STRICT = "strict"

AT_ONCE = 2
"""Portals for each processor: more than half of a portal's time is spent waiting for a limit to pass, and two leave no
processor idle; with more, each costs more."""

HEAD = """\
# The kill matrix

{reach} under the profile `strict`. On `strict`, the correct portal, all of them pass. Each of the others has one
defect: its own scenario must fail on it, and no other but those of the same root cause (`also` in
`conformance/miniatures/defects.toml`). What else does not pass is named too: a portal that never comes to the place in
question is *inconclusive* there, and that is no pass.

`make kill-matrix` plays it again and writes this page; {scenarios} scenarios, {portals} portals.

| miniature portal | fails | outcome | does not pass either |
|---|---|---|---|
"""
FULL = "Every scenario was played against every miniature portal"
NEAR = (
    "Every scenario was played against the correct portal, and against every miniature those that stand beside its\n"
    "own one, and one of every other folder,"
)
ROW = re.compile(r"^\| `([a-z0-9_]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", flags=re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One scenario on one portal."""

    scenario: str
    verdict: Verdict
    outcome: str


def near(defect: Defect | None) -> tuple[Case, ...]:
    """Return the scenarios in the room of a defect's own one, and the first of every other folder; all for strict."""
    cases = catalogue()
    if defect is None:
        return cases
    own = next(case.path for case in cases if case.card.caught_by is defect)
    first = {case.path.parent: case for case in reversed(cases)}
    return tuple(case for case in cases if case.path == own or case is first[case.path.parent])


def play(defect: Defect | None, cases: Sequence[Case]) -> list[Cell]:
    """Play scenarios on one miniature, with a provider of its own.

    The honest login before the first scenario and the one after the last stand for those around each: there are as many
    cells as scenarios times portals.  Whatever fails, or comes to no conclusion, is played again in full.
    """
    cells = []
    with suite_seat() as seat, lab_with(seat, defect) as lab:
        honest = [_control(lab, Role.BEFORE), _control(lab, Role.AFTER)]
        for case in cases:
            judgement = judge(_played(case, lab, honest), case.card.expected)
            verdict = lab.profile.rule(case.card.id, case.card.demand, case.card.expected, judgement.outcome).verdict
            if verdict is not Verdict.PASSED:
                whole = perform(case.card, case.play, lab)
                judgement, verdict = whole.judgement, whole.ruling.verdict
            cells.append(Cell(scenario=case.card.id, verdict=verdict, outcome=judgement.outcome))
        if (trouble := control_trouble(_control(lab, Role.AFTER), probed=True)) is not None:
            raise RuntimeError(
                f"{defect or STRICT}: after all scenarios nobody can log in ({trouble}): play them in full"
            )
    return cells


def _played(case: Case, lab: Lab, honest: list[Attempt]) -> Evidence:
    trial = Trial(case.card, lab)
    try:
        case.play(trial)
    finally:
        trial.withdraw()
        trial.close()
    evidence = trial.evidence()
    return replace(evidence, attempts=(honest[0], *evidence.attempts, honest[1]))


def _control(lab: Lab, role: Role) -> Attempt:
    trial = Trial(catalogue()[0].card, lab)
    try:
        return trial.control(role)
    finally:
        trial.close()


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
    allowed = {str(defect): {f"`{also}`" for also in one.also} for defect, one in MINIATURES.items()}
    found = [
        f"{name}: expected {wanted[name]}, failed {said[name][0]}"
        for name in wanted
        if ", ".join(one for one in said[name][0].split(", ") if one not in allowed.get(name, ())) != wanted[name]
    ]
    return found if said[STRICT][2] == "—" else [*found, f"{STRICT}: {said[STRICT][2]}"]


def cells_of(fails: str, outcomes: str, others: str) -> list[Cell]:
    """Return what a line of the page says, passed scenarios left out."""
    pairs = zip(_named(fails), outcomes.split(", "), strict=False)
    failed = [Cell(scenario=name, verdict=Verdict.FAILED, outcome=outcome) for (name, _), outcome in pairs]
    return [*failed, *(Cell(scenario=name, verdict=Verdict(verdict), outcome="") for name, verdict in _named(others))]


def _named(listed: str) -> list[tuple[str, str]]:
    return re.findall(r"`([a-z0-9_.]+)`(?: \((\w+)\))?", listed)


def line_of(defect: Defect | None, *, nearby: bool = False, only: str = "", before: Sequence[Cell] = ()) -> str:
    """Return the line of one portal, for a process of its own.

    Args:
        defect: of the portal.
        nearby: play what is near and nothing else.
        only: play these scenarios and nothing else, ``*`` allowed; empty for all.
        before: what is known of the others.
    """
    cases = near(defect) if nearby else catalogue()
    picked = tuple(case for case in cases if not only or fnmatchcase(case.card.id, only))
    kept = [cell for cell in before if only and not fnmatchcase(cell.scenario, only)]
    return row(defect or STRICT, [*kept, *play(defect, picked)])


def played_with(root: Path = ROOT) -> str:
    """Return a digest of all code that a line can depend on."""
    digest = hashlib.sha256()
    for room in ("conformance", "mock_idp", "scenarios", "virtual_card"):
        for file in sorted((root / room).rglob("*")):
            if file.suffix in {".py", ".toml", ".html", ".json"}:
                digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def known(file: Path, code: str, reach: str) -> dict[str, str]:
    """Return the lines that were written down of this code and this reach, by portal."""
    if not file.exists():
        return {}
    told = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {one["portal"]: one["line"] for one in told if (one["code"], one["reach"]) == (code, reach)}


def main() -> int:
    """Play what was asked for on every processor, write the page, and say what is not as it should be."""
    parser = argparse.ArgumentParser(prog="make kill-matrix", description=__doc__)
    parser.add_argument("--near", action="store_true", help="the likely scenarios on each portal, instead of all")
    parser.add_argument("--only", default="", help="these scenarios, * allowed, on the portals that are on the page")
    asked = parser.parse_args()
    portals = {STRICT: None, **{str(defect): defect for defect in MINIATURES}}
    page = PAGE.read_text(encoding="utf-8")
    there = {name: cells_of(*said) for name, said in rows(page).items()} if asked.only else {}
    nearby = asked.near or (bool(asked.only) and not page.removeprefix("# The kill matrix\n\n").startswith(FULL))
    lines, troubles = played(portals, there, nearby=nearby, only=asked.only)
    if not troubles:
        write(lines, portals, nearby=nearby)
        troubles = complaints(rows(PAGE.read_text(encoding="utf-8")))
    sys.stdout.write("".join(f"kill-matrix: {one}\n" for one in troubles))
    return 1 if troubles else 0


def played(
    portals: Mapping[str, Defect | None], there: Mapping[str, Sequence[Cell]], *, nearby: bool, only: str
) -> tuple[dict[str, str], list[str]]:
    """Play on every portal what is not written down yet; return the lines by portal, and what went wrong.

    Args:
        portals: by name.
        there: what is known already of the portals on the page.
        nearby: play what is near and nothing else.
        only: on the portals on the page play these scenarios and nothing else; empty for all.
    """
    reach, code = f"{'near' if nearby else 'full'} {only}".strip(), played_with()
    lines, troubles = known(KNOWN, code, reach), []
    KNOWN.parent.mkdir(exist_ok=True)
    with (
        KNOWN.open("a", encoding="utf-8") as file,
        ProcessPoolExecutor(max_workers=AT_ONCE * (os.cpu_count() or 1)) as pool,
    ):
        asked = {}
        for name in [one for one in portals if one not in lines]:
            part = {"nearby": False, "only": only, "before": there[name]} if name in there else {"nearby": nearby}
            asked[pool.submit(line_of, portals[name], **part)] = name
        for done in as_completed(asked):
            name = asked[done]
            if (trouble := done.exception()) is not None:
                # the other portals go on, and what is known of them is not lost
                troubles.append(f"{name}: {type(trouble).__name__}: {trouble}")
                continue
            lines[name] = line = done.result()
            file.write(json.dumps({"portal": name, "reach": reach, "code": code, "line": line}) + "\n")
            file.flush()
            sys.stdout.write(f"{len(lines)}/{len(portals)} {line}\n")
            sys.stdout.flush()
    return lines, troubles


def write(lines: Mapping[str, str], portals: Iterable[str], *, nearby: bool) -> None:
    """Write the page, its portals in the order of the table."""
    head = HEAD.format(reach=NEAR if nearby else FULL, scenarios=len(catalogue()), portals=len(lines))
    PAGE.write_text(head + "\n".join(lines[name] for name in portals) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
