#!/usr/bin/env python3
"""Fuzz the card with atheris, guided by coverage, in this process.

Usage: scripts/fuzz_card.py TARGET [libFuzzer options]     targets: apdu, tlv; see scripts/fuzz.sh.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["virtual_card"]):
    from tests.virtual_card.targets import CORPUS, TARGETS


def main() -> None:
    """Run one target until an option says to stop; a finding ends the run and is written beside it."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"fuzz_card: name a target: {', '.join(TARGETS)}")
    options = sys.argv[2:]
    atheris.Setup([sys.argv[0], *options, str(CORPUS / name)], TARGETS[name])
    atheris.Fuzz()


main()
