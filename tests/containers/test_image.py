from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docker.errors import ImageNotFound

from conformance.containers.engine import streaming
from conformance.containers.suite import lines_of
from tests.containers.conftest import script
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from docker import DockerClient

HADOLINT = Path(sys.executable).with_name("hadolint")


def lint(path: Path) -> tuple[int, str]:
    """Return what the linter of Dockerfiles has against one."""
    done = subprocess.run([HADOLINT, "--no-color", path], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.requires("hadolint")
@pytest.mark.parametrize("path", sorted(ROOT.glob("Dockerfile*")), ids=lambda path: path.name)
def test_the_dockerfile_has_no_known_weakness(path: Path) -> None:
    """No finding of any level."""
    assert (0, "") == lint(path)


@pytest.mark.requires("hadolint")
def test_the_linter_itself_bites(tmp_path: Path) -> None:
    """A shell form and a root user are found."""
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian\nUSER root\nCMD python\n", encoding="utf-8")

    code, said = lint(bad)

    assert (1, True, True) == (code, "DL3002" in said, "DL3025" in said)


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_image_is_plain_and_says_what_it_is(image: str, engine: DockerClient) -> None:
    """A plain user, a health check, nothing published, labels with version, licence and warning."""
    about = engine.images.get(image).attrs["Config"]

    assert "10001:10001" == about["User"]
    assert "CMD" == about["Healthcheck"]["Test"][0]
    assert "psc-conformance (SIMULATEUR)" == about["Labels"]["org.opencontainers.image.title"]
    assert {"version", "revision", "licenses", "description"} <= {name.rpartition(".")[2] for name in about["Labels"]}


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_image_holds_the_packages_and_no_installer(image: str, engine: DockerClient) -> None:
    """Every import works as the plain user, offline; pip is gone; nobody can write where the code lies."""
    program = (
        "import importlib.util, os, mock_idp, virtual_card, scenarios, conformance.cli\n"
        "print(importlib.util.find_spec('pip'), os.getuid(), os.access(conformance.__path__[0], os.W_OK))"
    )
    said = engine.containers.run(image, ["-c", program], entrypoint="python", network_mode="none", remove=True)

    assert "None 10001 False" == said.decode().strip()


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_health_check_agrees_under_any_public_name(image: str, engine: DockerClient) -> None:
    """A provider under other names refuses this one, and is well all the same; one that is not there is not."""
    command = [
        "serve",
        "--host",
        "0.0.0.0",  # noqa: S104  # in its container
        "--issuer-base",
        "http://psc.test:8080",
        "--wallet-base",
        "http://w.test:8080",
    ]
    check = engine.images.get(image).attrs["Config"]["Healthcheck"]["Test"][1:]
    container = engine.containers.run(image, command, detach=True, network_mode="none")
    try:
        next(line for line in lines_of(container) if "Ctrl-C" in line)
        codes = [container.exec_run(check).exit_code]
        codes.append(container.exec_run([part.replace("8080", "8090") for part in check]).exit_code)
    finally:
        container.remove(force=True, v=True)

    assert [0, 1] == codes


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_provider_becomes_healthy_and_stops_when_told(image: str, engine: DockerClient) -> None:
    """The engine itself calls it healthy, without a capability or a place to write; SIGTERM ends it orderly."""
    container = engine.containers.run(
        image,
        detach=True,
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )
    try:
        with streaming(
            engine.events(decode=True, filters={"container": container.id, "event": "health_status"})
        ) as events:
            seen = next(events)["status"]
        container.stop(timeout=20)
        container.reload()
        code = container.attrs["State"]["ExitCode"]
    finally:
        container.remove(force=True, v=True)

    assert ("health_status: healthy", 0) == (seen, code)


@pytest.mark.container
@pytest.mark.requires("docker")
def test_without_an_argument_it_starts_from_the_usual_image(
    image: str, base_image: str, engine: DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Dockerfile as it is, its FROM unchanged; where the usual image is not, the base made here has its name."""
    monkeypatch.delenv("BASE_IMAGE", raising=False)
    usual, tag = "python:3.13-slim", f"{image}-usual"
    lent = False
    try:
        try:
            wanted = engine.images.get(usual)
        except ImageNotFound:
            wanted = engine.images.get(base_image)
            lent = wanted.tag(usual)
        code, said = script("image.sh", "psc", tag)

        assert code == 0, said

        built = engine.images.get(tag)

        assert f"from {usual} ..." in said
        assert (
            wanted.attrs["RootFS"]["Layers"] == built.attrs["RootFS"]["Layers"][: len(wanted.attrs["RootFS"]["Layers"])]
        )
    finally:
        for name in (tag, *([usual] if lent else [])):
            with suppress(ImageNotFound):
                engine.images.remove(name, force=False)
