"""How soon fuzzing finds each seeded defect: plans, seconds and size of the smallest plan, as medians over seeds.

Only plans that are drawn count here: those that always run are looked at once, apart.  A hunt has as many plans as a
commit's budget has room for, and a provider and a portal of its own, so that nothing is left over from the hunt before.
Seconds are the processor's: portal, provider and hunt are one process, and what else the machine does is not counted.
Each hunt is written down when it ends; the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import platform
import statistics
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from short_wire import short_wire

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.fuzzing.campaign import EFFORTS
from conformance.fuzzing.ground import Ground
from conformance.fuzzing.hunt import Hunt
from conformance.fuzzing.plan import plan_to_json, size
from conformance.fuzzing.target import TARGETS
from conformance.lab import open_lab
from conformance.miniatures.property_defects import PROPERTY_DEFECTS, PropertyDefect
from conformance.miniatures.server import portal_toml
from conformance.profiles import builtin_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHORT = EFFORTS["fuzz-short"]

PLANS = {"identifiers": 1000, "claims": 1000, "flow": 300}
"""What a commit's budget, five minutes for three targets, has room for: over TCP on two idle processors a plan takes
about 0.07 s, 0.07 s and 0.25 s."""

SHRUNK = 1
"""Seeds whose plans are also made smaller; that takes longer than the hunt itself."""

ALWAYS = -1
"""In the place of a seed: the plans that always run."""


def main() -> None:
    """Hunt whatever is not written down yet, then print one row a defect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=tuple(TARGETS), action="append", help="default: all")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--sockets", action="store_true", help="over TCP, as for a real portal; takes four times as long"
    )
    parser.add_argument("--defect", action="append", default=[])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, default=Path(".fuzz/bench.jsonl"), help="what was measured already")
    options = parser.parse_args()
    wanted = [
        defect
        for defect, row in PROPERTY_DEFECTS.items()
        if row.target in (options.target or TARGETS) and (not options.defect or defect in options.defect)
    ]
    known = {(one["defect"], one["seed"]): one for one in _read(options.results)}
    jobs = [(defect, seed) for seed in (ALWAYS, *range(options.seeds)) for defect in wanted]
    _hunt([job for job in jobs if job not in known], options, known)
    print(f"{platform.system()} {platform.machine()}, Python {platform.python_version()}; {options.seeds} seeds,")
    print(f"at most {PLANS} plans a hunt; medians; size: signs of the plan beyond an empty one\n")
    print("| defect | always runs: at plan | drawn: found | plans | most | s | size | found as |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for defect in wanted:
        print(row_of(defect, [known[defect, seed] for seed in (ALWAYS, *range(options.seeds))]))


def row_of(defect: str, hunts: Sequence[dict[str, Any]]) -> str:
    """Return what stands in the table about one defect."""
    always, *drawn = hunts
    found = [one for one in drawn if one["group"]]
    head = f"| `{defect}` | {always['plans'] if always['group'] else '—'} | {len(found)}/{len(drawn)} |"
    if not found:
        return f"{head} — | — | — | — | — |"
    plans, seconds = ([one[name] for one in found] for name in ("plans", "seconds"))
    sizes = [one["size"] for one in found if one["seed"] < SHRUNK] or [0]
    groups = " ".join(sorted({one["group"] for one in found}))
    numbers = f"{statistics.median(plans):g} | {max(plans)} | {statistics.median(seconds):.1f}"
    return f"{head} {numbers} | {statistics.median(sizes):g} | {groups} |"


def _hunt(
    jobs: Sequence[tuple[PropertyDefect, int]],
    options: argparse.Namespace,
    known: dict[tuple[str, int], dict[str, Any]],
) -> None:
    if not jobs:
        return
    options.results.parent.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    with (
        options.results.open("a", encoding="utf-8") as file,
        context.Pool(options.workers, maxtasksperchild=40) as pool,
    ):
        waiting = [(defect, seed, options.sockets) for defect, seed in jobs]
        for number, one in enumerate(pool.imap_unordered(_one_of, waiting), 1):
            known[one["defect"], one["seed"]] = one
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
            file.flush()
            told = f"{one['group'] or 'nothing'} at plan {one['plans']}, {one['seconds']:.1f} s"
            print(f"{number}/{len(jobs)} {one['defect']} {one['seed']}: {told}", flush=True)


def _one_of(job: tuple[PropertyDefect, int, bool]) -> dict[str, Any]:
    return one_hunt(*job)


def one_hunt(defect: PropertyDefect, seed: int, sockets: bool) -> dict[str, Any]:  # noqa: FBT001
    """Hunt one defect with one seed and return what came of it; seed ``ALWAYS`` is for the plans that always run."""
    target = TARGETS[PROPERTY_DEFECTS[defect].target]
    wire = nullcontext() if sockets else short_wire()
    with wire, running_seat(SUITE_SETTINGS) as seat, demo_portal(seat.provider, defect) as base:
        lab = open_lab(
            read_descriptor(portal_toml(base, jwks_cooldown_seconds=0.0)), seat.url, builtin_profile("strict")
        )
        ground = Ground(lab)
        began = time.process_time()
        hunt = Hunt(
            target=target,
            ground=ground,
            deadline=math.inf,
            monotonic=time.process_time,
            shrink_plans=SHORT.shrink_plans if seed < SHRUNK else 0,
        )
        always = (catch for plan in target.explicit for catch in hunt.examine(plan))
        catch = next(always, None) if seed == ALWAYS else hunt.draw(seed=seed, examples=PLANS[target.name])
        ground.close()
        lab.close()
    return {
        "defect": defect.value,
        "seed": seed,
        "group": catch.violation.group if catch else None,
        "plans": catch.at_plan if catch else hunt.tried,
        "seconds": round(catch.at_seconds if catch else time.process_time() - began, 2),
        "size": size(catch.plan) if catch else 0,
        "plan": plan_to_json(catch.plan) if catch else None,
        "tried": hunt.tried,
    }


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


if __name__ == "__main__":
    main()
