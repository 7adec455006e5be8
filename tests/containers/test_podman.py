from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import docker
import pytest

from conformance.containers import Names, Site
from conformance.containers.engine import remove
from conformance.exit_codes import ExitCode
from tests.containers.podman import ISOLATED, podman
from tests.containers.sites import DESCRIPTOR, leftovers, miniature_for_psc, things_of_sites
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient

pytestmark = [pytest.mark.container, pytest.mark.integration, pytest.mark.requires("docker", "podman", "unshare")]

TAG = "psc-conformance:podman"


def test_podman_builds_the_image_and_plays_the_suite(
    engine: DockerClient, image: str, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``ENGINE=podman`` keeps the health check; through the socket a site opens, the suite passes, nothing is left.

    Under PSC's own names, so that a plain user needs port 443, which Podman gives to those who ask.
    """
    with podman(tmp_path) as service:
        client = docker.DockerClient(base_url=service.address)
        for left in things_of_sites(client):
            # by a test run that was killed
            remove(left)
        if not client.images.list(base_image):
            with (tmp_path / "base.tar").open("w+b") as carried:
                carried.writelines(engine.images.get(base_image).save(named=True))
                carried.seek(0)
                client.images.load(carried)
        done = subprocess.run(
            [*ISOLATED, ROOT / "scripts" / "image.sh", "psc", TAG],
            env={**service.environment, "ENGINE": "podman", "BASE_IMAGE": base_image},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

        assert done.returncode == 0, done.stderr

        wanted = engine.images.get(image).attrs["Config"]["Healthcheck"]["Test"]
        kept = service.inspect(TAG)["Healthcheck"]["Test"]
        monkeypatch.setenv("DOCKER_HOST", service.address)
        portal = miniature_for_psc(TAG)
        with Site(portal, image=TAG, names=Names.of_psc(), logs=tmp_path / "logs") as site:
            result = site.run(DESCRIPTOR, tmp_path / "report", "--select", "idt.iss.wrong", "--lang", "en")
        left = leftovers(client)
        client.close()

    assert wanted == kept
    assert ExitCode.CLEAN == result.code, result.output
    assert (tmp_path / "report" / "junit.xml").exists()
    assert [] == left
