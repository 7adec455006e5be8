"""What an image costs: its size, how soon it answers and is called healthy, and how much memory it then holds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from conformance.containers.engine import LABEL, EngineError, connect, need_image, remove, streaming
from conformance.containers.site import IMAGE

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.images import Image

CARD_IMAGE: Final = "psc-conformance-card:dev"
REMEDIES: Final = {
    IMAGE: ("construisez-la avec « make image »", "build it with 'make image'"),
    CARD_IMAGE: ("construisez-la avec « make image-card »", "build it with 'make image-card'"),
}
MEBI: Final = 1 << 20
ANSWER_SECONDS: Final = 60
PATIENCE_SECONDS: Final = ANSWER_SECONDS + 15
"""For the engine to call it healthy; the images have themselves looked at every second."""

_FIRST_LAYER: Final = "psc-conformance.image"
_ASK_ON: Final = """
import subprocess, sys, time
end = time.monotonic() + float(sys.argv[1])
while subprocess.call(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
    if time.monotonic() > end:
        raise SystemExit(1)
    # what it asks wants the processor too
    time.sleep(0.1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What an image costs.

    Attributes:
        image_bytes: of the image, with what it starts from.
        own_bytes: of what is ours in it: the layers above the base image.
        seconds: from starting the container until the image's own health check passes, asked ten times a second.
        healthy_seconds: until the engine itself calls it healthy, by the engine's clock; None when it does not within
            ``PATIENCE_SECONDS``, as Podman without systemd.
        memory_bytes: that the container then holds, without the page cache that can be dropped.
    """

    image_bytes: int
    own_bytes: int
    seconds: float
    healthy_seconds: float | None
    memory_bytes: int


def footprint(image: str = IMAGE) -> Footprint:
    """Start an image of ours without any network, measure, and remove the container.

    Raises:
        EngineError: there is no engine, no such image, or what is in it does not answer.
    """
    client = connect()
    try:
        need_image(client, image, REMEDIES.get(image, REMEDIES[IMAGE]))
        about = client.images.get(image)
        container = client.containers.create(image, network_mode="none", labels={LABEL: "measured"})
        try:
            seconds, healthy = _started(client, container, about)
            stats: Any = container.stats(stream=False)
            memory = stats["memory_stats"]
        finally:
            remove(container)
        return Footprint(
            image_bytes=int(about.attrs["Size"]),
            own_bytes=_own(about),
            seconds=seconds,
            healthy_seconds=healthy,
            memory_bytes=int(memory["usage"]) - int(memory["stats"].get("inactive_file", 0)),
        )
    finally:
        client.close()


def _started(client: DockerClient, container: Container, image: Image) -> tuple[float, float | None]:
    """Start a container; return the seconds until it answers, and until the engine calls it healthy."""
    wanted = {"container": container.id, "event": "health_status"}
    check = image.attrs["Config"]["Healthcheck"]["Test"][1:]
    here, there = time.monotonic(), datetime.fromisoformat(client.info()["SystemTime"]).timestamp()
    with streaming(client.events(decode=True, filters=wanted, until=int(there) + PATIENCE_SECONDS)) as events:
        container.start()
        code, _ = container.exec_run(["python", "-c", _ASK_ON, str(ANSWER_SECONDS), *check])
        if code != 0:
            name = image.tags[0] if image.tags else image.short_id
            raise EngineError(
                f"{name!r} n'a pas répondu en {ANSWER_SECONDS} s", f"{name!r} did not answer within {ANSWER_SECONDS} s"
            )
        answered = time.monotonic() - here
        healthy = next((event["timeNano"] / 1e9 - there for event in events if _healthy(event)), None)
    # on a busy machine the engine may have seen it before we did
    return (answered if healthy is None else min(answered, healthy)), healthy


def _healthy(event: Any) -> bool:
    return str(event.get("status") or event.get("Action")) == "health_status: healthy"


def _own(image: Image) -> int:
    """Return the bytes of the layers that our Dockerfile makes; the history begins with the newest."""
    size = 0
    for layer in image.history():
        size += int(layer["Size"])
        if _FIRST_LAYER in layer["CreatedBy"]:
            return size
    return 0
