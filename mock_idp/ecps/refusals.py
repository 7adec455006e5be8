"""Why a journey did not go on: stable codes, raised when nothing changed, returned when an attempt was counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Fact: TypeAlias = "int | str"


class Code(StrEnum):
    """Every reason there is; the codes are stable, texts for people are written elsewhere."""

    UNEXPECTED_EVENT = "unexpected-event"

    IDNAT_EMPTY = "idnat-empty"
    IDNAT_CONTROL = "idnat-control"
    IDNAT_TOO_LONG = "idnat-too-long"
    ACCOUNT_DEACTIVATED = "account-deactivated"
    IDNAT_UNKNOWN = "idnat-unknown"

    ACTIVATION_EXPIRED = "activation-expired"
    ABANDONED = "abandoned"
    CHALLENGE_EXPIRED = "challenge-expired"
    TERMS_NOT_ACCEPTED = "terms-not-accepted"
    QR_UNKNOWN = "qr-unknown"
    QR_EXPIRED = "qr-expired"
    QR_USED = "qr-used"
    CODE_WRONG = "code-wrong"
    CODE_EXPIRED = "code-expired"
    CODE_EXHAUSTED = "code-exhausted"
    PASSWORD_NOT_FOUR_DIGITS = "password-not-four-digits"  # noqa: S105  a reason, not a password
    PASSWORDS_DIFFER = "passwords-differ"

    PASSWORD_WRONG = "password-wrong"  # noqa: S105  a reason, not a password
    DEVICE_LOCKED = "device-locked"
    DEVICE_EXPIRED = "device-expired"
    DEVICE_LOST = "device-lost"
    DEVICE_TAKEN = "device-taken"
    OTHER_DEVICE = "other-device"
    NUMBER_WRONG = "number-wrong"
    APPROVAL_EXPIRED = "approval-expired"
    APPROVAL_REFUSED = "approval-refused"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    APPROVAL_OF_ANOTHER_LOGIN = "approval-of-another-login"

    CARD_UNREADABLE = "card-unreadable"
    CARD_UNTRUSTED = "card-untrusted"
    CARD_EXPIRED = "card-expired"
    CARD_NOT_YET_VALID = "card-not-yet-valid"
    CARD_WRONG_CERTIFICATE = "card-wrong-certificate"
    CARD_OF_ANOTHER_PERSON = "card-of-another-person"
    CARD_SIGNATURE_WRONG = "card-signature-wrong"

    CARD_REVOKED = "card-revoked"
    CARD_REVOCATION_UNKNOWN = "card-revocation-unknown"
    CARD_NOT_PRESENTED = "card-not-presented"
    CARD_HOLDER_UNKNOWN = "card-holder-unknown"

    CARD_ABSENT = "card-absent"
    PIN_WRONG = "pin-wrong"
    PIN_BLOCKED = "pin-blocked"

    PAIRING_UNKNOWN = "pairing-unknown"
    CONTACT_UNKNOWN = "contact-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal that cost something: the step that returns it also returns the state in which that was counted."""

    code: Code
    facts: tuple[tuple[str, Fact], ...] = ()


class EcpsError(Exception):
    """A refusal that changed nothing.

    Attributes:
        code: the stable reason.
        facts: numbers and names worth telling, never a secret.
    """

    def __init__(self, code: Code, **facts: Fact) -> None:
        """Carry the reason and its facts."""
        super().__init__(code.value)
        self.code = code
        self.facts = facts
