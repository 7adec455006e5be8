"""The words of a judgement: what a portal should do, what happened, and what that means."""

from __future__ import annotations

from enum import StrEnum


class Expected(StrEnum):
    """What a portal should do."""

    REFUSED = "refused"
    """Notice the lie and open no session."""
    ACCEPTED = "accepted"
    """Log the right person in although something is unusual."""
    KEPT = "kept"
    """Do by itself what the clause asks."""
    EITHER = "either"
    """The text leaves it open: what is seen is reported and counts neither way."""


class Outcome(StrEnum):
    """What happened, without a word on how bad that is."""

    FOOLED = "fooled"
    """The portal thinks that somebody is there who is not, or shows another person's data."""
    LEAKED = "leaked"
    """A code, a token or a secret reached a place where it must not be."""
    CONTINUED = "continued"
    """No session, but the portal went on to the next endpoint with what it should have refused."""
    ACCEPTED_HARMLESS = "accepted-harmless"
    """A session for the right person."""
    REFUSED = "refused"
    """No session, and an orderly answer."""
    BROKE = "broke"
    """No session, but a server error, silence, or a loop."""
    POISONED = "poisoned"
    """Whatever the answer was: the honest login that followed no longer worked."""
    KEPT = "kept"
    """The portal did by itself what the clause asks."""
    MISSED = "missed"
    """It did not."""
    INCONCLUSIVE = "inconclusive"
    """Nothing can be said: the honest login before failed, or the lie was never told."""


class Verdict(StrEnum):
    """What an outcome means under a profile."""

    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"
    REVIEW = "review"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"
