"""Drivers: how the suite gets at a portal, chosen by ``[driver] name`` and found by entry point.

``http`` is plain HTTP, ``playwright`` a real Chromium, ``exec`` a program of the portal's makers; other distributions
may bring more under the entry point group ``psc_conformance.drivers``.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

from conformance.drivers.errors import DriverError, DriverFailed

if TYPE_CHECKING:
    from conformance.descriptor import Descriptor
    from conformance.portal import PortalDriver

__all__ = ["GROUP", "DriverError", "DriverFailed", "installed", "open_driver"]

GROUP: Final = "psc_conformance.drivers"


def installed() -> dict[str, EntryPoint]:
    """Return the drivers there are, by name."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda one: one.name)}


def open_driver(described: Descriptor, provider_hosts: frozenset[str]) -> PortalDriver:
    """Return the driver that a descriptor asks for.

    Args:
        described: the portal.
        provider_hosts: ``host:port`` of the provider, which a browser may visit too.

    Raises:
        DriverError: there is no such driver, it cannot be loaded here, or an option of it is wrong.
    """
    name = described.driver.name
    known = installed()
    if name not in known:
        there = ", ".join(known)
        raise DriverError(
            f"[driver] name : {name!r} n'est pas installé ; il y a {there}",
            f"[driver] name: {name!r} is not installed; there are {there}",
        )
    try:
        make = known[name].load()
    except ImportError as error:
        missing = error.name or "?"
        raise DriverError(
            f"[driver] name : {name!r} demande le paquet {missing}, qui n'est pas installé",
            f"[driver] name: {name!r} needs the package {missing}, which is not installed",
        ) from None
    driver: PortalDriver = make(described, provider_hosts)
    return driver
