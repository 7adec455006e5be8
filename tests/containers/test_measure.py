from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from conformance.cli import bench
from conformance.cli.terminal import Terminal
from conformance.containers import EngineError, measure
from conformance.containers.measure import CARD_IMAGE, MEBI, PATIENCE_SECONDS, Footprint, footprint
from tests.containers.sites import leftovers

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_footprint_is_measured(image: str, engine: DockerClient) -> None:
    """Sizes, times and memory that can be true, and nothing left behind; the engine looks once a second."""
    found = footprint(image)

    assert found.healthy_seconds is not None
    assert 0.05 < found.seconds <= found.healthy_seconds < PATIENCE_SECONDS
    assert 20 * MEBI < found.own_bytes < found.image_bytes < 600 * MEBI
    assert 10 * MEBI < found.memory_bytes < 400 * MEBI
    assert [] == leftovers(engine)


class _Images:
    """Stands in for measurements: the provider's image is there and, as under Podman, never called healthy."""

    def __init__(self, healthy: float | None) -> None:
        self._healthy = healthy

    def footprint(self, image: str) -> Footprint:
        """Return the same numbers each time, or miss the card's image."""
        if image == CARD_IMAGE:
            raise EngineError("l'image de la carte manque", "the image of the card is missing")
        return Footprint(
            image_bytes=240 * MEBI,
            own_bytes=75 * MEBI,
            seconds=1.25,
            healthy_seconds=self._healthy,
            memory_bytes=50 * MEBI,
        )


@pytest.mark.parametrize(("healthy", "said"), [(2.5, " 2500.00 ms"), (None, "not said by the engine within 75 s")])
def test_bench_prints_size_both_times_and_memory(
    healthy: float | None, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row for each, and for an image that is not there the reason."""
    monkeypatch.setattr(measure, "footprint", _Images(healthy).footprint)

    bench._container(Terminal(Console(width=150), "en"))
    shown = capsys.readouterr().out

    assert "image: start → answers" in shown
    assert said in shown
    assert "240 MiB, 75 MiB; 50 MiB" in shown
    assert "image of the card: the image of the card is missing" in shown


def test_without_an_engine_bench_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without containers still measures the rest; both images are named."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    bench._container(Terminal(Console(width=150), "en"))
    shown = capsys.readouterr().out

    assert "image: no container engine answers" in shown
    assert "image of the card: no container engine answers" in shown
