"""The miniature portal as somebody's container."""

from __future__ import annotations

from typing import Any

from conformance.containers import Names, Portal
from conformance.miniatures.server import portal_toml

IMAGE = "psc-conformance:test"
CARD_IMAGE = "psc-conformance-card:test"
BASE = "http://portail.test:8081"
DESCRIPTOR = portal_toml(BASE, registered=False)
COMMAND = (
    *("portal", "--issuer", "http://psc.test:8080/auth/realms/esante-wallet", "--base-url", BASE),
    *("--client-id", "portail", "--client-secret-env", "SECRET", "--host", "0.0.0.0"),  # noqa: S104  # in its container
)


def miniature(*more: str, **changed: Any) -> Portal:
    """Return a miniature portal, with further options of its command."""
    settings: dict[str, Any] = {
        "image": IMAGE,
        "command": (*COMMAND, *more),
        "env": {"SECRET": "{client_secret}"},
    }
    return Portal(**(settings | changed))


def miniature_for_psc(image: str = IMAGE) -> Portal:
    """Return a miniature portal with the host names of PSC's sandbox compiled in, which trusts the local authority."""
    issuer = Names.of_psc().issuer_url
    command = ("portal", "--issuer", issuer, *COMMAND[3:])
    env = {"SECRET": "{client_secret}", "PSC_AUTHORITY_FILE": "{authority}"}
    return miniature(image=image, command=command, env=env)


def things_of_sites(client: Any) -> list[Any]:
    """Return the containers and networks of sites that are there."""
    wanted = {"label": "psc-conformance.site"}
    return [*client.containers.list(all=True, filters=wanted), *client.networks.list(filters=wanted)]


def leftovers(client: Any) -> list[str]:
    """Return the names of containers and networks of sites that are still there."""
    return [thing.name for thing in things_of_sites(client)]
