"""What the command's exit code says; the numbers are public."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a run ended."""

    CLEAN = 0
    """No failing verdict."""
    FAILURES = 1
    """At least one scenario failed."""
    USAGE = 2
    """A file or an option cannot be used."""
    UNREACHABLE = 3
    """The portal does not answer, or the first honest login did not succeed."""
    HARNESS = 4
    """A mistake of ours, or the provider is gone."""
    NOTHING = 5
    """Nothing was played."""
    INTERRUPTED = 130
    """Ctrl-C; the reports hold what was played until then, and say that they are incomplete."""
