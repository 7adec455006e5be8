"""Who may do what on a card, as data: the conditions the card enforces are the very bytes it publishes (IAS-ECC SCBs).

A security condition byte (SCB) is ``00`` always, ``FF`` never, ``1x`` after user authentication as security environment
x describes.  An access mode byte says for which operations SCBs follow; both are read in ISO 7816-4 5.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from virtual_card.tlv import encode


class Condition(IntEnum):
    """What must have happened since the last reset; the value is the SCB."""

    ALWAYS = 0x00
    HOLDER = 0x11
    """The PIN was verified (security environment 1)."""
    UNBLOCKER = 0x13
    """The PUK was verified (security environment 3)."""
    NEVER = 0xFF


class PinRef(IntEnum):
    """Global references of the two secrets (public dump of a test card; see `virtual_card.profiles.cps3`)."""

    PIN = 0x01
    PUK = 0x02


REFERENCE_LOCAL = 0x80
"""Bit of a reference that says "of this application, not of the whole card" (ISO 7816-4 11.5.1)."""

ENVIRONMENTS = {1: PinRef.PIN, 3: PinRef.PUK}
"""Security environment -> the secret that user authentication in it means."""

_TO_VERIFY = {Condition.HOLDER: ENVIRONMENTS[1], Condition.UNBLOCKER: ENVIRONMENTS[3]}


def satisfied(condition: Condition, verified: frozenset[int]) -> bool:
    """Tell whether a condition holds, given the secrets verified since the last reset: the one place that decides."""
    if condition in _TO_VERIFY:
        return _TO_VERIFY[condition] in verified
    return condition is Condition.ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccess:
    """Conditions on a transparent file."""

    read: Condition = Condition.ALWAYS
    update: Condition = Condition.NEVER

    @property
    def acl(self) -> bytes:
        """Return the compact rule, access mode byte first: update (b2), read (b1)."""
        return bytes([0x03, self.update, self.read])


PUBLIC = FileAccess()
"""Anybody reads, nobody writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAccess:
    """Conditions on a PIN or PUK."""

    change: Condition = Condition.ALWAYS
    verify: Condition = Condition.ALWAYS
    reset: Condition = Condition.NEVER

    @property
    def acl(self) -> bytes:
        """Return the compact rule; ``F3 00 00 13 FF 00`` is what a test card shows for its PIN."""
        return bytes([0xF3, self.change, self.verify, self.reset, Condition.NEVER, Condition.ALWAYS])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccess:
    """Conditions on a private key, by operation."""

    sign: Condition = Condition.NEVER
    authenticate: Condition = Condition.NEVER
    decipher: Condition = Condition.NEVER

    @property
    def acl(self) -> bytes:
        """Return the compact rule: compute signature, internal authenticate, decipher, put data, get data."""
        return bytes([0x73, self.sign, self.authenticate, self.decipher, Condition.NEVER, Condition.ALWAYS])


def security_attributes(acl: bytes) -> bytes:
    """Return the rule in the wrapping files and objects share: ``A1 {8C ...}``.

    OpenSC's IAS-ECC driver refuses a file whose description lacks it.
    """
    return encode(0xA1, encode(0x8C, acl))
