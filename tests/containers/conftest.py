"""A real engine, and the image built once: what the tests with containers share."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from conformance.containers import connect
from tests.conftest import ON_CI
from tests.containers.sites import CARD_IMAGE, IMAGE
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

_NOT_HERE = 3


def script(name: str, *arguments: str, seconds: float = 400, **environment: str) -> tuple[int, str]:
    """Run one of our scripts; return its exit code and what it complained about."""
    done = subprocess.run(
        [ROOT / "scripts" / name, *arguments],
        env={**os.environ, "PSC_ENGINE_HOLDER": str(os.getpid()), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    return done.returncode, done.stderr


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerClient]:
    """A client of a container engine, which is started if none answers, and stopped if nobody else wants it."""
    code, said = script("engine.sh", "start")
    if code == _NOT_HERE and not ON_CI:
        pytest.skip(said)

    assert code == 0, said

    client = connect()
    yield client
    client.close()
    script("engine.sh", "stop")


@pytest.fixture(scope="session")
def base_image(engine: DockerClient) -> str:
    """An image with Python to build on: the one named, one made here, or the usual one."""
    if named := os.environ.get("BASE_IMAGE"):
        return named
    if shutil.which("mmdebstrap") is None:
        return "python:3.13-slim"
    name = "psc-conformance-base:trixie"
    code, said = script("engine.sh", "base", name)

    assert code == 0, said
    return name


@pytest.fixture(scope="session")
def image(engine: DockerClient, base_image: str) -> str:
    """The image of this checkout, as ``make image`` builds it; it stays, so that the next build is quick."""
    code, said = script("image.sh", "psc", IMAGE, BASE_IMAGE=base_image)

    assert code == 0, said
    return IMAGE


@pytest.fixture(scope="session")
def card_image(engine: DockerClient, base_image: str) -> str:
    """The image with a PC/SC service and the card, as ``make image-card`` builds it; its Debian packages stay."""
    code, said = script("image.sh", "card", CARD_IMAGE, BASE_IMAGE=base_image)

    assert code == 0, said
    return CARD_IMAGE
