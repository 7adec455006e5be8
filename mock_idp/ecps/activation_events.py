"""What a demande d'activation is made of: phases, memory, events, and what must then be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.ecps.refusals import Code
    from mock_idp.ecps.settings import EcpsSettings


class Phase(StrEnum):
    """Where an activation stands."""

    REQUESTED = "requested"
    CHALLENGED = "challenged"
    PROVEN = "proven"
    MAILED = "mailed"
    SCANNED = "scanned"
    LINKED = "linked"
    ACTIVE = "active"
    FAILED = "failed"


class Route(StrEnum):
    """How the person proves who they are: with the card, or with the e-mail address and mobile number on record."""

    CARD = "card"
    CONTACT = "contact"


OVER = frozenset({Phase.ACTIVE, Phase.FAILED})
"""Phases that nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One demande d'activation.

    Attributes:
        activation_id: unguessable; it is the address of the activation's pages on the computer.
        idnat: whose e-CPS it will be.
        expires_at: when the whole demande is void, whatever its phase.
        route: the card's, until the contact data on record are asked for.
        challenge: what the card must sign.
        qr_token: what the QR code on the computer, or in the e-mail, carries.
        device_id: the phone that scanned it.
        code: shown on the phone, or sent to the mobile number on record; to be typed on the computer.
        attempts_left: wrong codes that may still be typed in this activation; a new QR code gives none back.
        failure: why it failed.
        limits: the settings it began under.
    """

    activation_id: str
    idnat: str
    expires_at: datetime
    attempts_left: int
    limits: EcpsSettings = field(repr=False)
    phase: Phase = Phase.REQUESTED
    route: Route = Route.CARD
    challenge: bytes = field(default=b"", repr=False)
    challenge_expires_at: datetime | None = None
    qr_token: str = field(default="", repr=False)
    qr_expires_at: datetime | None = None
    device_id: str | None = None
    code: str = field(default="", repr=False)
    code_expires_at: datetime | None = None
    failure: Code | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """« Commencer l'activation » was pressed; the shell drew a challenge for the card."""

    challenge: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardProven:
    """The card's proof over the challenge was verified; the shell drew the token of the QR code."""

    idnat_of_card: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardRejected:
    """A proof was brought and did not verify."""

    code: Code


@dataclass(frozen=True, slots=True)
class ContactAsked:
    """The person has no card at hand and asked for the e-mail; the shell drew the token of the QR code in it."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class QrRenewed:
    """« Renouveler le QR code » was pressed, or the e-mail asked for again; the shell drew a new token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A phone scanned the QR code; the shell drew the code that the phone will show, or that is sent by SMS."""

    token: str = field(repr=False)
    device_id: str
    terms_accepted: bool
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """A code was typed on the computer."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordChosen:
    """A password was chosen on the phone, and typed again."""

    device_id: str
    first: str = field(repr=False)
    second: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The person gave up."""


Event: TypeAlias = (
    Begun | CardProven | CardRejected | ContactAsked | QrRenewed | Scanned | CodeTyped | PasswordChosen | Abandoned
)
EVENTS: tuple[type, ...] = (
    Begun, CardProven, CardRejected, ContactAsked, QrRenewed, Scanned, CodeTyped, PasswordChosen, Abandoned,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """Effect: make this phone an e-CPS of this person, with this password."""

    device_id: str
    idnat: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQr:
    """Effect: send the QR code to the e-mail address on record."""

    idnat: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCode:
    """Effect: send the code to the mobile number on record."""

    idnat: str
    code: str = field(repr=False)


Effect: TypeAlias = Enrol | MailQr | TextCode
