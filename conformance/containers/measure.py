"""How big the image is, how soon the provider in it answers, and how much memory it then holds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from conformance.containers.engine import EngineError, connect, need_image, remove
from conformance.containers.parts import PORT
from conformance.containers.readiness import answers_within
from conformance.containers.site import IMAGE, PROVIDER_SECONDS

MEBI: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What the image costs.

    Attributes:
        image_bytes: of the image, with what it starts from.
        own_bytes: of what is ours in it: the layers above the base image.
        seconds: from starting the container until the provider answers.
        memory_bytes: that the container then holds, without the page cache that can be dropped.
    """

    image_bytes: int
    own_bytes: int
    seconds: float
    memory_bytes: int


def footprint(image: str = IMAGE) -> Footprint:
    """Start the provider of an image without any network, measure, and remove it.

    Raises:
        EngineError: there is no engine, no such image, or the provider does not answer.
    """
    client = connect()
    try:
        need_image(client, image, ("construisez-la avec « make image »", "build it with 'make image'"))
        about = client.images.get(image)
        container = client.containers.create(image, network_mode="none", labels={"psc-conformance.site": "measured"})
        try:
            began = time.monotonic()
            container.start()
            if not answers_within(container, f"http://127.0.0.1:{PORT}/", PROVIDER_SECONDS):
                seconds = PROVIDER_SECONDS
                raise EngineError(
                    f"le fournisseur de {image!r} n'a pas répondu en {seconds:g} s",
                    f"the provider in {image!r} did not answer within {seconds:g} s",
                )
            seconds = time.monotonic() - began
            stats: Any = container.stats(stream=False)
            memory = stats["memory_stats"]
        finally:
            remove(container)
        # every layer of ours is made by a command that names our folder or our user
        own = sum(layer["Size"] for layer in about.history() if "psc" in layer["CreatedBy"])
        return Footprint(
            image_bytes=int(about.attrs["Size"]),
            own_bytes=own,
            seconds=seconds,
            memory_bytes=int(memory["usage"]) - int(memory["stats"].get("inactive_file", 0)),
        )
    finally:
        client.close()
