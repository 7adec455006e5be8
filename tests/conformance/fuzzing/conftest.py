"""A provider for all fuzzing tests, and the ground on which a miniature portal stands."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.cli.seat import SUITE_SETTINGS, Seat, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.fuzzing.ground import Ground
from conformance.lab import open_lab
from conformance.miniatures.server import portal_toml
from conformance.profiles import builtin_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.miniatures.property_defects import AnyDefect


@pytest.fixture(scope="session")
def fuzz_seat() -> Iterator[Seat]:
    """A provider on loopback."""
    with running_seat(SUITE_SETTINGS) as seat:
        yield seat


@contextmanager
def standing_on(seat: Seat, defect: AnyDefect | None) -> Iterator[Ground]:
    """Give the ground before a miniature portal."""
    with demo_portal(seat.provider, defect, jwks_cooldown_seconds=0.0) as base:
        lab = open_lab(
            read_descriptor(portal_toml(base, jwks_cooldown_seconds=0.0)), seat.url, builtin_profile("strict")
        )
        ground = Ground(lab)
        try:
            yield ground
        finally:
            ground.close()
            lab.close()
