"""What the command's exit code says, and the failures that it follows from; the numbers are public."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from mock_idp.spoken import Spoken


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
    """Nothing was played, or nothing that was played came to a verdict."""
    INTERRUPTED = 130
    """Ctrl-C or SIGTERM; the reports hold what was played until then, and say that they are incomplete."""


class Stop(Spoken):
    """A failure whose text is written for the user: it names what is wrong and what to do, and holds no secret."""

    code: ClassVar[ExitCode] = ExitCode.HARNESS


class Mistaken(Stop):
    """The user's file or option cannot be used."""

    code = ExitCode.USAGE


class OutOfReach(Stop):
    """The portal or the provider does not answer."""

    code = ExitCode.UNREACHABLE


class Ours(Stop):
    """Something went wrong on our side of the test."""
