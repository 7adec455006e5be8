"""The life of an e-CPS on a phone: activated, locked, lost and found, expired, deleted; and its password.

Sources: an e-CPS past its date is deleted and activated again (ANS, FAQ e-CPS); tries, locks and what becomes of a lost
phone are unknown, so they are settings.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from mock_idp.ecps.machine import Move, Step, look_up
from mock_idp.ecps.refusals import Code, EcpsError, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mock_idp.ecps.settings import EcpsSettings


class Phase(StrEnum):
    """Where an e-CPS stands."""

    ACTIVE = "active"
    LOCKED = "locked"
    LOST = "lost"
    EXPIRED = "expired"
    DELETED = "deleted"


OVER = frozenset({Phase.DELETED})
"""Phases that nothing leaves; after it the phone may be activated anew, which is another e-CPS."""

WHY_UNUSABLE: Mapping[Phase, Code] = {
    Phase.LOCKED: Code.DEVICE_LOCKED,
    Phase.LOST: Code.DEVICE_LOST,
    Phase.EXPIRED: Code.DEVICE_EXPIRED,
}
"""What to tell the person who holds a phone that approves nothing."""


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
    phase: Phase = Phase.ACTIVE

    def usable(self, now: datetime) -> bool:
        """Tell whether the phone can approve a login at ``now``."""
        return aged(self, now=now).phase is Phase.ACTIVE


@dataclass(frozen=True, slots=True)
class PasswordTried:
    """A password was typed on the phone."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """The phone is in nobody's hands any more."""


@dataclass(frozen=True, slots=True)
class Found:
    """The phone is back in its person's hands."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """« Supprimer ma e-CPS » was pressed."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """One phone more than the settings allow was activated, and this is the oldest."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Somebody looked at the clock."""


Event: TypeAlias = PasswordTried | Lost | Found | Deleted | Replaced | TimePassed
EVENTS: tuple[type, ...] = (PasswordTried, Lost, Found, Deleted, Replaced, TimePassed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Effect: a try was counted; the login that waits for the password hears of it."""

    correct: bool
    tries_left: int


EnrolmentStep: TypeAlias = Step[Device, Tried]


def enrolled(
    *, device_id: str, idnat: str, name: str, password: str, salt: bytes, now: datetime, limits: EcpsSettings
) -> Device:
    """Return a freshly activated e-CPS.

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


def aged(state: Device, *, now: datetime) -> Device:
    """Return an e-CPS as it stands at ``now``: past its date it has expired, locked or lost as it may be."""
    if state.phase in OVER or now < state.expires_at:
        return state
    return replace(state, phase=Phase.EXPIRED)


def step(state: Device, event: Event, *, now: datetime) -> EnrolmentStep:
    """Return where an event leads; an e-CPS past its date has expired before anything else happens to it.

    Args:
        state: where the e-CPS stands.
        event: what happened.
        now: aware UTC.

    Raises:
        EcpsError: ``unexpected-event``; nothing has changed.
    """
    stands = aged(state, now=now)
    return look_up(TABLE, stands.phase, event).handle(stands, event)


def check_choice(first: str, second: str, *, digits: int) -> None:
    """Refuse a password that is not made of that many decimal digits, or was typed differently the second time.

    Raises:
        EcpsError: ``password-not-four-digits`` or ``passwords-differ``.
    """
    if len(first) != digits or not (first.isascii() and first.isdigit()):
        raise EcpsError(Code.PASSWORD_NOT_FOUR_DIGITS, digits=digits)
    if first != second:
        raise EcpsError(Code.PASSWORDS_DIFFER)


def _try(state: Device, event: PasswordTried) -> EnrolmentStep:
    if hmac.compare_digest(_digest(state.password_salt, event.password), state.password_digest):
        effect = Tried(correct=True, tries_left=state.tries)
        return Step(state=replace(state, tries_left=state.tries), effects=(effect,))
    left = state.tries_left - 1
    counted = replace(state, tries_left=left)
    wrong = (Tried(correct=False, tries_left=left),)
    if left <= 0:
        locked = replace(counted, phase=Phase.LOCKED)
        return Step(state=locked, effects=wrong, refusal=Refusal(code=Code.DEVICE_LOCKED))
    refusal = Refusal(code=Code.PASSWORD_WRONG, facts=(("tries_left", left),))
    return Step(state=counted, effects=wrong, refusal=refusal)


def _shut(state: Device, event: PasswordTried) -> EnrolmentStep:
    # the password is not even looked at, so that nothing is learnt from the answer
    del event
    return Step(state=state, refusal=Refusal(code=WHY_UNUSABLE[state.phase]))


def _lose(state: Device, event: Lost) -> EnrolmentStep:
    del event
    return Step(state=replace(state, phase=Phase.LOST))


def _find(state: Device, event: Found) -> EnrolmentStep:
    # what was locked when it was lost is still locked
    del event
    return Step(state=replace(state, phase=Phase.ACTIVE if state.tries_left > 0 else Phase.LOCKED))


def _delete(state: Device, event: Deleted | Replaced) -> EnrolmentStep:
    del event
    return Step(state=replace(state, phase=Phase.DELETED))


def _stay(state: Device, event: TimePassed) -> EnrolmentStep:
    del event
    return Step(state=state)


_LOSE = Move(_lose, (Phase.LOST,))
_DELETE = Move(_delete, (Phase.DELETED,))

TABLE: Mapping[tuple[Phase, type], Move[Device, Tried, Phase]] = {
    (Phase.ACTIVE, PasswordTried): Move(_try, (Phase.ACTIVE, Phase.LOCKED)),
    (Phase.ACTIVE, Lost): _LOSE,
    (Phase.ACTIVE, Deleted): _DELETE,
    (Phase.ACTIVE, Replaced): _DELETE,
    (Phase.ACTIVE, TimePassed): Move(_stay, (Phase.ACTIVE, Phase.EXPIRED)),
    (Phase.LOCKED, PasswordTried): Move(_shut, (Phase.LOCKED,)),
    (Phase.LOCKED, Lost): _LOSE,
    (Phase.LOCKED, Deleted): _DELETE,
    (Phase.LOCKED, Replaced): _DELETE,
    (Phase.LOCKED, TimePassed): Move(_stay, (Phase.LOCKED, Phase.EXPIRED)),
    (Phase.LOST, PasswordTried): Move(_shut, (Phase.LOST,)),
    (Phase.LOST, Found): Move(_find, (Phase.ACTIVE, Phase.LOCKED)),
    (Phase.LOST, Deleted): _DELETE,
    (Phase.LOST, Replaced): _DELETE,
    (Phase.LOST, TimePassed): Move(_stay, (Phase.LOST, Phase.EXPIRED)),
    (Phase.EXPIRED, PasswordTried): Move(_shut, (Phase.EXPIRED,)),
    (Phase.EXPIRED, Deleted): _DELETE,
    (Phase.EXPIRED, Replaced): _DELETE,
    (Phase.EXPIRED, TimePassed): Move(_stay, (Phase.EXPIRED,)),
}
"""What may happen in each phase; nothing else may."""


def _digest(salt: bytes, password: str) -> bytes:
    # No slow hash: ten thousand passwords are guessed in a moment whatever the hash, and these belong to fictional
    # people.  The tries are what protects them; a slow hash would only slow the suite down.
    return hashlib.sha256(salt + password.encode("utf-8", "surrogatepass")).digest()
