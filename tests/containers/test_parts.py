from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance.containers import EngineError, Portal, Site, SiteError, connect
from conformance.containers.building import build_image
from conformance.containers.parts import Names, environment_of
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_placeholders_are_filled_in() -> None:
    """The portal is told the provider's addresses, its registration and its own address."""
    portal = Portal(
        image="x",
        env={"A": "{issuer} {discovery}", "B": "{client_id}:{client_secret}", "C": "{callback} {port} {wallet}"},
    )
    issuer = "http://psc.test:8080/auth/realms/esante-wallet"

    assert {
        "A": f"{issuer} {issuer}/.well-known/wallet-openid-configuration",
        "B": "portail:s3cret",
        "C": "http://portail.test:8081/callback 8081 http://wallet.psc.test:8080",
    } == environment_of(portal, Names(), "s3cret")


@pytest.mark.parametrize("text", ["{isuer}", "{", "{0}"])
def test_an_unknown_placeholder_is_named_with_those_known(text: str) -> None:
    """The message has the variable, the text, and what would be understood; never the secret."""
    portal = Portal(image="x", env={"ISSUER": text})

    with pytest.raises(SiteError, match=r"portal env ISSUER: .* known are \{issuer\}") as caught:
        environment_of(portal, Names(), "s3cret")
    assert "s3cret" not in str(caught.value)


def test_without_an_engine_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No trace of sockets and adapters: where it was looked for, and what to do."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")

    with pytest.raises(EngineError, match=r"no container engine answers at unix://.*; start Docker or Podman"):
        connect()


def test_without_the_package_the_remedy_is_said() -> None:
    """An import without docker explains itself in one line."""
    program = "import sys; sys.modules['docker'] = None\nimport conformance.containers"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert "the package 'docker' is missing; install psc-conformance[containers]" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("portal", "complaint"),
    [
        (lambda _: Portal(), "portal: give an image or a folder to build, and not both"),
        (
            lambda here: Portal(image="x", build=here),
            "portal: give an image or a folder to build, and not both",
        ),
        (lambda here: Portal(build=here), r"build: .* holds no Dockerfile; name the folder it stands in"),
        (
            lambda _: Portal(image="no-such/portal:0"),
            "the image 'no-such/portal:0' is not on this engine; build or pull",
        ),
    ],
    ids=["nothing", "both", "no-dockerfile", "no-image"],
)
@pytest.mark.container
@pytest.mark.requires("docker")
def test_a_portal_that_cannot_be_made_is_refused(
    image: str, tmp_path: Path, portal: Callable[[Path], Portal], complaint: str
) -> None:
    """Each mistake in a portal's description is named before anything is started."""
    with (
        pytest.raises((SiteError, EngineError), match=complaint),
        Site(portal(tmp_path), image=image, logs=tmp_path),
    ):
        pytest.fail("the site must not open")


@pytest.mark.container
@pytest.mark.requires("docker")
def test_a_missing_image_of_ours_is_named(engine: object, tmp_path: Path) -> None:
    """The remedy is ours to give."""
    with (
        pytest.raises(
            EngineError,
            match="the image 'psc-conformance:no' is not on this engine; build it with 'make image'",
        ),
        Site(Portal(image="x"), image="psc-conformance:no", logs=tmp_path),
    ):
        pytest.fail("the site must not open")


@pytest.mark.container
@pytest.mark.requires("docker")
def test_a_portals_folder_is_built(image: str, engine: object, tmp_path: Path) -> None:
    """A vendor's Dockerfile becomes an image; one that does not build says its last line."""
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nENV BUILT=here\n", encoding="utf-8")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "Dockerfile").write_text(f"FROM {image}\nRUN false\n", encoding="utf-8")
    client = connect()
    built = "psc-conformance-portal:here"
    build_image(client, tmp_path, built)

    try:
        assert "BUILT=here" in client.images.get(built).attrs["Config"]["Env"]
        with pytest.raises(EngineError, match=r"build: .* does not build: .*returned a non-zero code: 1"):
            build_image(client, tmp_path / "bad", built)
    finally:
        client.images.remove(built, force=True)
        client.close()
