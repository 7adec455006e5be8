"""How soon fuzzing finds each seeded defect: plans, seconds and size of the smallest plan, as medians over seeds.

Two ways are measured apart: the plans that always run, and plans that are only drawn.  There is no threshold.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.fuzzing.ground import Ground
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.plan import size
from conformance.fuzzing.target import TARGETS
from conformance.lab import open_lab
from conformance.miniatures.property_defects import PROPERTY_DEFECTS, PropertyDefect
from conformance.miniatures.server import portal_toml
from conformance.profiles import builtin_profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.fuzzing.hunt import Catch
    from conformance.fuzzing.target import Target

NO_END = 1e12


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One hunt: what it caught, and how many plans were carried out in all."""

    catch: Catch | None
    tried: int


def main() -> None:
    """Print one row a defect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=tuple(TARGETS), action="append", help="default: all")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=float, default=30.0, help="seconds for one hunt")
    parser.add_argument("--defect", action="append", default=[])
    options = parser.parse_args()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU, Python {platform.python_version()}")
    print(f"{options.seeds} seeds, {options.budget:g} s a hunt; medians; size: signs of the plan beyond an empty one\n")
    print(f"| {'defect':<26} | always: plans | s | group | drawn: found | plans | s | size | groups |")
    print(f"|{'-' * 28}|---:|---:|---|---:|---:|---:|---:|---|")
    for defect, row in PROPERTY_DEFECTS.items():
        wanted = row.target in (options.target or TARGETS) and (not options.defect or defect in options.defect)
        if wanted and row.target in TARGETS:
            print(line(defect, TARGETS[row.target], options.seeds, options.budget), flush=True)


def line(defect: PropertyDefect, target: Target, seeds: int, budget: float) -> str:
    """Measure one defect and return its row."""
    with running_seat(SUITE_SETTINGS) as seat, demo_portal(seat.provider, defect) as base:
        lab = open_lab(read_descriptor(portal_toml(base)), seat.url, builtin_profile("strict"))
        ground = Ground(lab)
        always = first_of_always(target, ground)
        drawn = [one_hunt(target, ground, seed, budget) for seed in range(seeds)]
        ground.close()
        lab.close()
    found = [one.catch for one in drawn if one.catch is not None]
    head = f"| {defect:<26} | {always[0] or '—'} | {always[1]:.1f} | {always[2] or '—'} | {len(found)}/{seeds} |"
    if not found:
        return f"{head} — | — | — | — |"
    plans = median([one.at_plan for one in found])
    seconds = median([one.at_seconds for one in found])
    sizes = median([size(one.plan) for one in found])
    groups = " ".join(sorted({one.violation.group for one in found}))
    return f"{head} {plans:g} | {seconds:.1f} | {sizes:g} | {groups} |"


def first_of_always(target: Target, ground: Ground) -> tuple[int, float, str]:
    """Return how many of the plans that always run it takes, how long that is, and what is broken; 0 for never."""
    began = time.monotonic()
    for number, plan in enumerate(target.explicit, 1):
        broken = target.judge(plan, target.carry_out(plan, ground))
        if broken:
            return number, time.monotonic() - began, broken[0].group
    return 0, time.monotonic() - began, ""


def one_hunt(target: Target, ground: Ground, seed: int, budget: float) -> Measured:
    """Hunt with one seed, without the plans that always run."""
    hunt = Hunt(target=target, ground=ground, deadline=time.monotonic() + budget)
    return Measured(catch=hunt.draw(seed=seed, examples=100_000), tried=hunt.tried)


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return float(statistics.median(values))


if __name__ == "__main__":
    main()
