"""Images that are built for a site: a vendor's portal from its Dockerfile, ours from a checkout."""

from __future__ import annotations

import logging
import subprocess
from typing import TYPE_CHECKING, Final

from docker.errors import APIError, ImageNotFound

from conformance.containers.engine import LABEL, EngineError, refusals

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient

LOG: Final = logging.getLogger(__name__)


def build_image(client: DockerClient, folder: Path, tag: str) -> None:
    """Build the image of a folder with a ``Dockerfile``.

    The engine's classic builder does it: a file that wants BuildKit is built beforehand and named as an image.

    Args:
        client: of the engine.
        folder: that holds the file, and what it copies.
        tag: the name that the image gets.

    Raises:
        EngineError: there is no Dockerfile, or the build failed; the message has its last line.
    """
    if not (folder / "Dockerfile").is_file():
        raise EngineError(
            f"build : {folder} n'a pas de Dockerfile ; nommez le dossier où il se trouve, ou une image",
            f"build: {folder} holds no Dockerfile; name the folder it stands in, or an image",
        )
    with refusals(f"build {folder}"):
        # read to its end, whatever it says: the connection is given back only then
        said = list(
            client.api.build(path=str(folder), tag=tag, rm=True, forcerm=True, labels={LABEL: tag}, decode=True)
        )
    if trouble := [line["error"] for line in said if "error" in line]:
        last = str(trouble[-1]).splitlines()[-1]
        raise EngineError(f"build : {folder} ne se construit pas : {last}", f"build: {folder} does not build: {last}")


def forget_image(client: DockerClient, image: str) -> None:
    """Remove an image that was built for a site, and keep what its builder has in store for the next time."""
    try:
        client.images.remove(image, force=True, noprune=True)
    except ImageNotFound:
        # its build failed
        pass
    except APIError as error:
        LOG.warning("could not remove %s: %s", image, error.explanation)


def build_ours(checkout: Path, image: str) -> None:
    """Build the image of the provider and the suite from a checkout of psc-conformance, as ``make image`` does.

    Args:
        checkout: its folder.
        image: the name that the image gets.

    Raises:
        EngineError: it is no checkout, or the build failed; the message has its last line.
    """
    script = checkout / "scripts" / "image.sh"
    if not script.is_file():
        raise EngineError(
            f"checkout : {checkout} n'est pas une copie de travail de psc-conformance ({script} n'existe pas)",
            f"checkout: {checkout} is no checkout of psc-conformance (there is no {script})",
        )
    done = subprocess.run(  # noqa: S603  # our own script
        [script.resolve(), "psc", image],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise EngineError(
            f"checkout : {checkout} ne se construit pas : {last}", f"checkout: {checkout} does not build: {last}"
        )
