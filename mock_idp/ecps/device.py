"""A phone with an activated e-CPS, and the password that unlocks it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mock_idp.ecps.refusals import Code, EcpsError

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.ecps.settings import EcpsSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One e-CPS: a person may have several, each on its own phone.

    Attributes:
        device_id: unguessable; the phone presents it.
        idnat: whose it is.
        name: what the person calls the phone.
        expires_at: after that it must be activated again.
        tries_left: wrong passwords in a row before it locks.
        tries: what a right password restores ``tries_left`` to.
    """

    device_id: str = field(repr=False)
    idnat: str
    name: str
    password_salt: bytes = field(repr=False)
    password_digest: bytes = field(repr=False)
    activated_at: datetime
    expires_at: datetime
    tries: int
    tries_left: int

    @property
    def locked(self) -> bool:
        """Tell whether too many wrong passwords were typed; only a new activation helps."""
        return self.tries_left <= 0

    def usable(self, now: datetime) -> bool:
        """Tell whether the e-CPS is neither locked nor expired at ``now``."""
        return not self.locked and now < self.expires_at

    def check_password(self, password: str) -> bool:
        """Tell whether this is the password, without counting a try."""
        return hmac.compare_digest(_digest(self.password_salt, password), self.password_digest)

    def unlock(self, password: str, *, now: datetime) -> tuple[Device, bool]:
        """Count a try, and return the device after it and whether the password was right.

        Raises:
            EcpsError: ``device-locked`` or ``device-expired``; the password was not even looked at.
        """
        if self.locked:
            raise EcpsError(Code.DEVICE_LOCKED)
        if now >= self.expires_at:
            raise EcpsError(Code.DEVICE_EXPIRED)
        if self.check_password(password):
            return replace(self, tries_left=self.tries), True
        return replace(self, tries_left=self.tries_left - 1), False


def enrolled(
    *, device_id: str, idnat: str, name: str, password: str, salt: bytes, now: datetime, limits: EcpsSettings
) -> Device:
    """Return a freshly activated device.

    Args:
        device_id: unguessable text, drawn by the shell.
        idnat: whose e-CPS it is.
        name: what to call the phone.
        password: as chosen.
        salt: random octets, drawn by the shell.
        now: aware UTC.
        limits: validity, digits and tries.

    Raises:
        EcpsError: ``password-not-four-digits``.
    """
    check_choice(password, password, digits=limits.password_digits)
    return Device(
        device_id=device_id,
        idnat=idnat,
        name=name,
        password_salt=salt,
        password_digest=_digest(salt, password),
        activated_at=now,
        expires_at=now + limits.ecps_validity,
        tries=limits.password_attempts,
        tries_left=limits.password_attempts,
    )


def check_choice(first: str, second: str, *, digits: int) -> None:
    """Refuse a password that is not made of that many decimal digits, or was typed differently the second time.

    Raises:
        EcpsError: ``password-not-four-digits`` or ``passwords-differ``.
    """
    if len(first) != digits or not (first.isascii() and first.isdigit()):
        raise EcpsError(Code.PASSWORD_NOT_FOUR_DIGITS, digits=digits)
    if first != second:
        raise EcpsError(Code.PASSWORDS_DIFFER)


def _digest(salt: bytes, password: str) -> bytes:
    # No slow hash: ten thousand passwords are guessed in a moment whatever the hash, and these belong to fictional
    # people.  The tries are what protects them; a slow hash would only slow the suite down.
    return hashlib.sha256(salt + password.encode("utf-8", "surrogatepass")).digest()
