"""A vendor's own project: our wheel installed, a portal with a Dockerfile, tests with the fixture; and bad ends."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests
from docker.errors import APIError

from conformance.containers import EngineError, Names, Site, SiteError, site
from conformance.containers.building import build_ours
from conformance.containers.engine import make_container, refusals
from tests.containers.sites import IMAGE, leftovers, miniature
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient

VENDORS_TEST = f"""
import os
import signal
from pathlib import Path

import conformance
from conformance.containers import Names, Portal

pytest_plugins = ["conformance.containers.fixtures"]
PORTAL = Portal(build=Path("portal"), env={{"SECRET": "{{client_secret}}"}})


def test_down(psc_site):
    assert "site-packages-of-mine" in conformance.__path__[0]
    psc_site(PORTAL, image="{IMAGE}", names=Names(wallet="porte.test"))
    assert not "a finding"


def test_cancelled(psc_site):
    psc_site(PORTAL, image="{IMAGE}")
    os.kill(os.getpid(), signal.SIGTERM)
    raise AssertionError("gone on")
"""
VENDORS_PORTAL = f"""
FROM {IMAGE}
ENV ISSUER=http://psc.test:8080/auth/realms/esante-wallet BASE=http://portail.test:8081
ENTRYPOINT ["sh", "-c", "exec psc-conformance portal --issuer $ISSUER --base-url $BASE --client-id portail \\
    --client-secret-env SECRET --host 0.0.0.0"]
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which our wheel was installed; what it needs is in this environment."""
    folder = tmp_path_factory.mktemp("vendor")
    for command in (
        ("hatchling", "build", "--target", "wheel", "--directory", str(folder)),
        (
            *("pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index", "--find-links"),
            *(str(folder), "--target", str(folder / "site-packages-of-mine"), "psc-conformance"),
        ),
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder / "site-packages-of-mine"


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker")
def test_the_fixture_builds_a_portal_keeps_logs_of_a_failure_and_leaves_nothing(
    image: str, engine: DockerClient, installed: Path, tmp_path: Path
) -> None:
    """A failing test finds its logs; a cancelled pipeline ends the run; containers, networks, built images are gone."""
    (tmp_path / "test_mine.py").write_text(VENDORS_TEST, encoding="utf-8")
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "Dockerfile").write_text(VENDORS_PORTAL, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert pytest.ExitCode.INTERRUPTED == done.returncode, done.stdout + done.stderr
    assert "KeyboardInterrupt" in done.stdout
    assert "assert not 'a finding'" in done.stdout
    assert ["test_down"] == [path.name for path in (tmp_path / "psc-report" / "containers").iterdir()]
    kept = tmp_path / "psc-report" / "containers" / "test_down" / "provider.log"
    assert "http://porte.test:8080" in kept.read_text(encoding="utf-8")
    assert [] == leftovers(engine)
    assert [] == engine.images.list("psc-conformance-portal")


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker")
def test_an_interruption_half_way_leaves_nothing(
    image: str, engine: DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has made the container, and nobody here knows of it yet; a folder that is none does not hinder."""

    def interrupted(*arguments: object, **named: object) -> None:
        make_container(*arguments, **named)  # type: ignore[arg-type]  # handed on as it came
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "make_container", interrupted)
    (tmp_path / "file").touch()
    with (
        pytest.raises(KeyboardInterrupt),
        Site(miniature(), image=image, names=Names(issuer="a.test"), logs=tmp_path / "file" / "logs"),
    ):
        pytest.fail("the site must not open")

    assert [] == leftovers(engine)


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker")
def test_a_portal_that_cannot_be_started_is_named(image: str, engine: DockerClient, tmp_path: Path) -> None:
    """The engine's own explanation, without its trace; nothing is left behind."""
    with (
        pytest.raises(EngineError, match=r"portal: the engine refuses: .*no-such-program"),
        Site(miniature(entrypoint=("no-such-program",)), image=image, logs=tmp_path / "logs"),
    ):
        pytest.fail("the site must not open")

    assert "SIMULATEUR" in (tmp_path / "logs" / "provider.log").read_text(encoding="utf-8")
    assert [] == leftovers(engine)


@pytest.mark.container
@pytest.mark.requires("docker")
def test_the_providers_image_is_built_from_a_checkout(
    image: str, base_image: str, engine: DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``make image`` does, under the name that is wanted."""
    tag = f"{image}-checkout"
    monkeypatch.setenv("BASE_IMAGE", base_image)
    try:
        build_ours(ROOT, tag)

        assert engine.images.get(image).id == engine.images.get(tag).id
    finally:
        engine.images.remove(tag)


def test_a_checkout_that_is_none_is_named(tmp_path: Path) -> None:
    """Where it was looked, and for what."""
    with pytest.raises(
        EngineError, match=r"checkout: .* is no checkout of psc-conformance \(there is no .*image\.sh\)"
    ):
        build_ours(tmp_path, IMAGE)


def test_a_checkout_that_does_not_build_says_its_last_line(tmp_path: Path) -> None:
    """What the script complained about last."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "image.sh"
    script.write_text("#!/bin/sh\necho first >&2; echo the reason >&2; exit 2\n", encoding="utf-8")
    script.chmod(0o755)

    with pytest.raises(EngineError, match=r"checkout: .* does not build: the reason$"):
        build_ours(tmp_path, IMAGE)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (APIError("500 Server Error", explanation="no address left"), "network: the engine refuses: no address left"),
        (requests.exceptions.ConnectionError("reset"), "network: the container engine answers no more; start it again"),
    ],
)
def test_what_the_engine_refuses_is_one_sentence(trouble: Exception, said: str) -> None:
    """Its own explanation, or that it has gone; errors of ours pass."""
    with pytest.raises(EngineError) as told, refusals("network"):
        raise trouble
    with pytest.raises(SiteError), refusals("network"):
        raise SiteError("ici", "here")

    assert said == told.value.en
