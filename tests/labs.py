"""A provider, and labs with miniature portals connected to it, for tests that play scenarios."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.lab import open_lab
from conformance.miniatures.server import portal_toml
from conformance.profiles import builtin_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.cli.seat import Seat
    from conformance.miniatures.defects import Defect
    from conformance.visit import Lab


@contextmanager
def suite_seat() -> Iterator[Seat]:
    """Serve a provider with the settings that the suite uses."""
    with running_seat(SUITE_SETTINGS) as seat:
        yield seat


@contextmanager
def lab_with(seat: Seat, defect: Defect | None = None, *, profile: str = "strict", toml: str = "") -> Iterator[Lab]:
    """Serve a miniature portal and give the lab in which it is tested.

    Args:
        seat: the provider.
        defect: what the portal forgets, None for nothing.
        profile: what outcomes mean.
        toml: descriptor in place of the miniature's own; ``{base}`` stands for its address.
    """
    with demo_portal(seat.provider, defect) as base:
        described = read_descriptor(toml.replace("{base}", base) if toml else portal_toml(base))
        lab = open_lab(described, seat.url, builtin_profile(profile))
        try:
            yield lab
        finally:
            lab.close()
