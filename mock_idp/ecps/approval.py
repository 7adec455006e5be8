"""A login that waits for its person's phone: password first, then the right number among three.

Sources: two steps on the phone since June 2022, password then number (DSIH, 14 June 2022); what becomes of a wrong
number, a refusal or a time-out is unknown, so here each of them ends the request.
"""

from __future__ import annotations

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
    """Where a request for approval stands."""

    PENDING = "pending"
    UNLOCKED = "unlocked"
    APPROVED = "approved"
    COLLECTED = "collected"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong-number"
    LOCKED = "locked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


WAITING = frozenset({Phase.PENDING, Phase.UNLOCKED})
"""Phases in which the phone is still to answer, and time runs."""

OVER = frozenset(Phase) - WAITING - {Phase.APPROVED}
"""Phases that nothing leaves."""

WHY_OVER: Mapping[Phase, Code] = {
    Phase.REFUSED: Code.APPROVAL_REFUSED,
    Phase.WRONG_NUMBER: Code.NUMBER_WRONG,
    Phase.LOCKED: Code.DEVICE_LOCKED,
    Phase.EXPIRED: Code.APPROVAL_EXPIRED,
    Phase.WITHDRAWN: Code.APPROVAL_WITHDRAWN,
}
"""What to tell the person at the computer about a request that was not approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request, bound to one login, one person and one number.

    Attributes:
        approval_id: unguessable; it is the address of the request's page on the phone.
        login_id: the only login that may collect it.
        idnat: the only person who may give it.
        number: shown on the computer.
        choices: shown on the phone, the number among them.
        device_id: the phone that was unlocked for it; the number must be picked on that one.
    """

    approval_id: str = field(repr=False)
    login_id: str
    idnat: str
    number: str = field(repr=False)
    choices: tuple[str, ...] = field(repr=False)
    requested_at: datetime
    expires_at: datetime
    phase: Phase = Phase.PENDING
    device_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PasswordTyped:
    """The password was typed on a phone of this person, and the phone counted the try."""

    device_id: str = field(repr=False)
    correct: bool
    tries_left: int


@dataclass(frozen=True, slots=True)
class NumberPicked:
    """One of the numbers was picked on a phone."""

    device_id: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """« Refuser » was pressed on the phone."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The computer gave the request up, or asked for another."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Somebody looked at the clock."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The computer came to fetch the approval for its login."""

    login_id: str


Event: TypeAlias = PasswordTyped | NumberPicked | Refused | Withdrawn | TimePassed | Collected
EVENTS: tuple[type, ...] = (PasswordTyped, NumberPicked, Refused, Withdrawn, TimePassed, Collected)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Effect: answer this login for this person."""

    login_id: str
    idnat: str


ApprovalStep: TypeAlias = Step[Approval, LogIn]


def request(
    *, approval_id: str, login_id: str, idnat: str, choices: tuple[str, ...], place: int, now: datetime,
    limits: EcpsSettings,
) -> Approval:  # fmt: skip
    """Return a new request for approval.

    Args:
        approval_id: unguessable text, drawn by the shell.
        login_id: the login that asks.
        idnat: the person it asks for.
        choices: different numbers, drawn by the shell.
        place: which of them is the right one, from 0, drawn by the shell.
        now: aware UTC.
        limits: lifetime and count of the numbers.

    Raises:
        ValueError: the numbers are not as many different ones as the settings say.
    """
    if len(set(choices)) != limits.number_choices or len(choices) != limits.number_choices:
        raise ValueError(f"choices: draw {limits.number_choices} different numbers")
    return Approval(
        approval_id=approval_id,
        login_id=login_id,
        idnat=idnat,
        number=choices[place],
        choices=choices,
        requested_at=now,
        expires_at=now + limits.approval_lifetime,
    )


def step(state: Approval, event: Event, *, now: datetime) -> ApprovalStep:
    """Return where an event leads; a request whose time is over expires, whatever the event.

    Args:
        state: where the request stands.
        event: what happened.
        now: aware UTC.

    Raises:
        EcpsError: the event does not fit, or is refused at no cost; nothing has changed.
    """
    move = look_up(TABLE, state.phase, event)
    if state.phase in WAITING and now >= state.expires_at:
        return Step(state=replace(state, phase=Phase.EXPIRED), refusal=Refusal(code=Code.APPROVAL_EXPIRED))
    return move.handle(state, event)


def _unlock(state: Approval, event: PasswordTyped) -> ApprovalStep:
    if event.correct:
        return Step(state=replace(state, phase=Phase.UNLOCKED, device_id=event.device_id))
    if event.tries_left <= 0:
        return Step(state=replace(state, phase=Phase.LOCKED), refusal=Refusal(code=Code.DEVICE_LOCKED))
    return Step(state=state, refusal=Refusal(code=Code.PASSWORD_WRONG, facts=(("tries_left", event.tries_left),)))


def _pick(state: Approval, event: NumberPicked) -> ApprovalStep:
    if event.device_id != state.device_id:
        raise EcpsError(Code.OTHER_DEVICE)
    if hmac.compare_digest(event.value.encode("utf-8", "surrogatepass"), state.number.encode()):
        return Step(state=replace(state, phase=Phase.APPROVED))
    return Step(state=replace(state, phase=Phase.WRONG_NUMBER), refusal=Refusal(code=Code.NUMBER_WRONG))


def _refuse(state: Approval, event: Refused) -> ApprovalStep:
    del event
    return Step(state=replace(state, phase=Phase.REFUSED))


def _withdraw(state: Approval, event: Withdrawn) -> ApprovalStep:
    del event
    return Step(state=replace(state, phase=Phase.WITHDRAWN))


def _wait(state: Approval, event: TimePassed) -> ApprovalStep:
    del event
    return Step(state=state)


def _collect(state: Approval, event: Collected) -> ApprovalStep:
    if event.login_id != state.login_id:
        raise EcpsError(Code.APPROVAL_OF_ANOTHER_LOGIN)
    effect = LogIn(login_id=state.login_id, idnat=state.idnat)
    return Step(state=replace(state, phase=Phase.COLLECTED), effects=(effect,))


_REFUSE = Move(_refuse, (Phase.REFUSED,))
_WITHDRAW = Move(_withdraw, (Phase.WITHDRAWN,))

TABLE: Mapping[tuple[Phase, type], Move[Approval, LogIn, Phase]] = {
    (Phase.PENDING, PasswordTyped): Move(_unlock, (Phase.UNLOCKED, Phase.PENDING, Phase.LOCKED)),
    (Phase.PENDING, Refused): _REFUSE,
    (Phase.PENDING, Withdrawn): _WITHDRAW,
    (Phase.PENDING, TimePassed): Move(_wait, (Phase.PENDING, Phase.EXPIRED)),
    (Phase.UNLOCKED, NumberPicked): Move(_pick, (Phase.APPROVED, Phase.WRONG_NUMBER)),
    (Phase.UNLOCKED, Refused): _REFUSE,
    (Phase.UNLOCKED, Withdrawn): _WITHDRAW,
    (Phase.UNLOCKED, TimePassed): Move(_wait, (Phase.UNLOCKED, Phase.EXPIRED)),
    (Phase.APPROVED, Withdrawn): _WITHDRAW,
    (Phase.APPROVED, Collected): Move(_collect, (Phase.COLLECTED,)),
}
"""What may happen in each phase; nothing else may."""
