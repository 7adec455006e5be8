"""What can be wrong with the certificate of a door, by name."""

from __future__ import annotations

from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong with a certificate (RFC 5280 6.1, RFC 9525 6)."""

    NONE = "none"
    UNKNOWN_AUTHORITY = "unknown-authority"
    EXPIRED = "expired"
    OTHER_NAME = "other-name"
