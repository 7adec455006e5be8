from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from conformance.cli import bench
from conformance.cli.terminal import Terminal
from conformance.containers.measure import MEBI, footprint
from tests.containers.sites import leftovers

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_footprint_is_measured(image: str, engine: DockerClient) -> None:
    """Sizes, a time and memory that can be true, and nothing left behind."""
    found = footprint(image)

    assert 20 * MEBI < found.own_bytes < found.image_bytes < 600 * MEBI
    assert 10 * MEBI < found.memory_bytes < 400 * MEBI
    assert 0.05 < found.seconds < 30
    assert [] == leftovers(engine)


def test_without_an_engine_bench_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without containers still measures the rest."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    bench._container(Terminal(Console(), "en"))

    assert "image: no container engine answers" in capsys.readouterr().out
