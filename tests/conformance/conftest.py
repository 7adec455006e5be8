"""One real run for every test that looks at what a run writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.real_run import RealRun, make_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> RealRun:
    """Every scenario, played on the correct portal, and what was written of it."""
    folder: Path = tmp_path_factory.mktemp("real-run")
    return make_run(folder)
