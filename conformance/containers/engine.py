"""The container engine: found or clearly missed, and asked for images and containers without any privilege."""

from __future__ import annotations

import io
import logging
import os
import tarfile
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container

from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from docker import DockerClient
    from docker.models.networks import Network

LOG: Final = logging.getLogger(__name__)
LABEL: Final = "psc-conformance.site"
"""On everything that is made here: whatever carries it may be removed."""


class EngineError(Spoken):
    """The engine cannot do what is wanted; the message says what to check."""


def connect() -> DockerClient:
    """Return a client of the container engine that the environment names, or of the usual one.

    Raises:
        EngineError: none answers.
    """
    try:
        return docker.from_env()
    except DockerException:
        where = os.environ.get("DOCKER_HOST")
        raise EngineError(
            f"aucun moteur de conteneurs ne répond à {where or 'sa socket habituelle'} ; démarrez Docker ou Podman, "
            "ou définissez DOCKER_HOST (« docker context inspect » montre l'adresse)",
            f"no container engine answers at {where or 'the usual socket'}; start Docker or Podman, "
            "or set DOCKER_HOST ('docker context inspect' shows the address)",
        ) from None


def need_image(client: DockerClient, image: str, remedy: tuple[str, str]) -> None:
    """Make sure that an image is on the engine; nothing is pulled behind anybody's back.

    Args:
        client: of the engine.
        image: its name.
        remedy: how to get it, in French and English.

    Raises:
        EngineError: it is not; the message ends with the remedy.
    """
    try:
        client.images.get(image)
    except ImageNotFound:
        raise EngineError(
            f"l'image {image!r} n'est pas sur ce moteur ; {remedy[0]}",
            f"the image {image!r} is not on this engine; {remedy[1]}",
        ) from None


@contextmanager
def refusals(part: str) -> Iterator[None]:
    """Say in a sentence what the engine refuses in a ``with`` block, or that it has gone.

    Args:
        part: what it is about.

    Raises:
        EngineError: with the engine's own explanation.
    """
    try:
        yield
    except APIError as error:
        why = str(error.explanation or error).strip()
        raise EngineError(f"{part} : le moteur refuse : {why}", f"{part}: the engine refuses: {why}") from None
    except (requests.exceptions.RequestException, DockerException):
        raise EngineError(
            f"{part} : le moteur de conteneurs ne répond plus ; redémarrez-le",
            f"{part}: the container engine answers no more; start it again",
        ) from None


def make_network(client: DockerClient, name: str, *, closed: bool) -> Network:
    """Make a network on which names are resolved.

    Args:
        client: of the engine.
        name: of the network.
        closed: no way out of it, nor in.
    """
    return client.networks.create(name, driver="bridge", internal=closed, labels={LABEL: name})


def make_container(
    client: DockerClient,
    image: str,
    command: Sequence[str],
    *,
    network: str,
    aliases: Sequence[str],
    name: str,
    environment: Mapping[str, str],
    own: bool,
    entrypoint: Sequence[str] = (),
) -> Container:
    """Make a container, not started yet.

    Args:
        client: of the engine.
        image: what it is made from.
        command: what it runs; empty for the image's own.
        network: the one network it is on.
        aliases: names it has there.
        name: of the container.
        environment: variables.
        entrypoint: what the command is given to; empty for the image's own.
        own: it is ours, and needs no capability at all; a vendor's portal is left as its image wants it.
    """
    endpoint = client.api.create_endpoint_config(aliases=list(aliases))
    strict: dict[str, Any] = {
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": 256,
        # Docker lets a plain user have port 443 in a network of its own, Podman asks to be told
        "sysctls": {"net.ipv4.ip_unprivileged_port_start": "443"},
        # the health check of the image is the provider's; readiness is asked for over HTTP anyway
        "healthcheck": {"test": ["NONE"]},
    }
    return client.containers.create(
        image,
        list(command) or None,
        name=name,
        environment=dict(environment),
        network=network,
        networking_config={network: endpoint},
        labels={LABEL: network},
        entrypoint=list(entrypoint) or None,
        **(strict if own else {}),
    )


def put_file(container: Container, folder: str, name: str, content: bytes, *, owner: int = 0) -> None:
    """Write a file into a container, started or not."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.uid, member.gid = len(content), 0o644, owner, owner
        tar.addfile(member, io.BytesIO(content))
    container.put_archive(folder, archive.getvalue())


def read_file(container: Container, path: str) -> bytes:
    """Return the content of a file in a container.

    Raises:
        EngineError: there is no such file.
    """
    try:
        pieces, _ = container.get_archive(path)
    except NotFound:
        name = container.name
        raise EngineError(f"{name} : {path} n'y est pas", f"{name}: there is no {path} in it") from None
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        found = tar.extractfile(tar.getmembers()[0])
        return found.read() if found is not None else b""


def fetch_folder(container: Container, folder: str, target: Path) -> bool:
    """Copy the files of a folder of a container to a folder here, and say whether there were any."""
    try:
        pieces, _ = container.get_archive(folder)
    except NotFound:
        return False
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        for member in tar.getmembers():
            # without the folder's own name, and nothing but plain files inside it
            member.name = member.name.partition("/")[2]
            if member.name and (member.isfile() or member.isdir()):
                tar.extract(member, target, filter="data")
    return True


@contextmanager
def streaming(stream: Any) -> Iterator[Iterator[Any]]:
    """Read a stream of the engine's for the length of a ``with`` block, and let go of its connection."""
    try:
        yield iter(stream)
    finally:
        stream.close()
        # that closes the socket, but not the file over it, which then warns when it is collected
        stream._response.close()  # noqa: SLF001


def log_of(container: Container) -> str:
    """Return what a container wrote, empty when it is gone."""
    with suppress(APIError):
        return container.logs().decode("utf-8", "replace")
    return ""


def remove(thing: Container | Network) -> None:
    """Remove a container, running or not, or a network; one that is gone already is fine."""
    with suppress(NotFound):
        if isinstance(thing, Container):
            thing.remove(v=True, force=True)
        else:
            thing.remove()


def remove_all(client: DockerClient, label: str) -> None:
    """Remove the containers, then the networks, that carry a label of ours, whoever knows of them.

    What was made a moment before an interruption is found too. What resists is told to the log, and the rest goes.
    """
    wanted: dict[str, Any] = {"label": f"{LABEL}={label}"}
    with ExitStack() as stack:
        # the last one named is the first to go, and an interruption of one removal does not spare the others
        for network in client.networks.list(filters=wanted):
            stack.callback(_drop, network)
        for container in client.containers.list(all=True, filters=wanted, ignore_removed=True):
            stack.callback(_drop, container)


def _drop(thing: Container | Network) -> None:
    try:
        remove(thing)
    except APIError as error:
        LOG.warning("could not remove %s: %s", thing.name, error.explanation)
