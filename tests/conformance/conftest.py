"""One real run for every test that looks at what a run writes down."""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.conformance.real_run import RealRun, make_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> RealRun:
    """Every scenario, played on the correct portal, and what was written of it; once for all processes of a session."""
    own = tmp_path_factory.getbasetemp()
    shared: Path = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, kept = shared / "real-run", shared / "real-run.json"
    with (shared / "real-run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            folder.mkdir()
            made = make_run(folder)
            kept.write_text(json.dumps({"events": made.events, "secrets": made.secrets}), encoding="utf-8")
    return RealRun(folder=folder, **json.loads(kept.read_text(encoding="utf-8")))
