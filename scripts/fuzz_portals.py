"""Fuzzes portals that break nothing: ``strict``, and those of tests/portals under ``core``; prints plans and findings.

A finding on one of them is a mistake of an oracle, or something that a correct portal may do, until proven otherwise.
Reports and plans go to ``.fuzz/portals/NAME``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.report_files import EVENTS_FILE
from tests.portals.starting import started

if TYPE_CHECKING:
    from collections.abc import Sequence

PORTALS = ("strict", "mod_auth_openidc", "openid_client", "authlib_flask")


def main() -> int:
    """Fuzz one portal after the other; 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("portal", nargs="*", default=PORTALS, help=f"of {', '.join(PORTALS)} (default: all)")
    parser.add_argument("--budget", default="10m", help="for each portal")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--folder", type=Path, default=Path(".fuzz/portals"))
    options = parser.parse_args()
    print("| portal | profile | identifiers | claims | flow | s | findings |\n|---|---|---:|---:|---:|---:|---|")
    found = False
    for name in options.portal:
        folder = options.folder / name
        more = ["--budget", options.budget, "--seed", options.seed, "--report-dir", str(folder), "--lang", "en"]
        began = time.monotonic()
        code = fuzz(name, [*more, *(part for target in options.target for part in ("--target", target))])
        found = found or code != 0
        events = [json.loads(line) for line in (folder / EVENTS_FILE).read_text(encoding="utf-8").splitlines()]
        print(row_of(name, events, time.monotonic() - began), flush=True)
    return int(found)


def fuzz(name: str, more: Sequence[str]) -> int:
    """Run the command against one portal and return its exit code."""
    command = [sys.executable, "-m", "conformance.cli", "fuzz", *more]
    with ExitStack() as stack:
        if name == "strict":
            command += ["--fault", name, "--profile", "strict"]
        else:
            seat = stack.enter_context(running_seat(SUITE_SETTINGS))
            described = stack.enter_context(started(name, seat.provider, "/logged-out"))
            command += [str(described), "--provider", seat.url, "--profile", "core"]
        return subprocess.run(command, check=False, stdout=sys.stderr).returncode  # noqa: S603  # our own command


def row_of(name: str, events: Sequence[dict[str, Any]], seconds: float) -> str:
    """Return what stands in the table about one portal."""
    profile = next(one["profile"] for one in events if one["kind"] == "run")
    tried = {one["target"]: one["plans"] for one in events if one["kind"] == "target"}
    found = [
        f"{one['property']}.{one['symptom']} {one['again']}/{one['of']}" for one in events if one["kind"] == "finding"
    ]
    plans = " | ".join(str(tried.get(target, "—")) for target in ("identifiers", "claims", "flow"))
    return f"| {name} | {profile} | {plans} | {seconds:.0f} | {', '.join(found) or 'none'} |"


if __name__ == "__main__":
    sys.exit(main())
