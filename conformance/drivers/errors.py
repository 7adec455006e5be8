"""What can be wrong with a driver: its options, or what happens while it drives."""

from __future__ import annotations

from conformance.exit_codes import OutOfReach
from conformance.toml_reader import DescriptorError


class DriverError(DescriptorError):
    """A driver that cannot be used as the descriptor asks; the message names the key and the remedy."""


class DriverFailed(OutOfReach):
    """A driver that stopped working in the middle; the message says what to look at, and holds no secret."""
