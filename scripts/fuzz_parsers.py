#!/usr/bin/env python3
"""Fuzz what reads what others wrote with atheris, guided by coverage, in this process.

Usage: scripts/fuzz_parsers.py TARGET [libFuzzer options]     without a target: lists them; see scripts/fuzz.sh.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["virtual_card", "conformance", "mock_idp"]):
    from tests.conformance.fuzzing import parsers
    from tests.virtual_card import targets

CARD = {name: (targets.CORPUS / name, targets.TARGETS[name]) for name in targets.TARGETS}
OTHERS = {
    name: (parsers.CORPUS / name, lambda octets, name=name: parsers.survives(name, octets)) for name in parsers.PARSERS
}
TARGETS = {**CARD, **OTHERS}


def main() -> None:
    """Run one target until an option says to stop; a finding ends the run and is written beside it."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if not name:
        print(*TARGETS)
        return
    if name not in TARGETS:
        sys.exit(f"fuzz_parsers: name a target: {', '.join(TARGETS)}")
    corpus, target = TARGETS[name]
    atheris.Setup([sys.argv[0], *sys.argv[2:], str(corpus)], target)
    atheris.Fuzz()


main()
