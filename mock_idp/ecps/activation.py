"""The demande d'activation: from an idnat typed on a computer to an activated e-CPS on a phone.

The order is that of the tutorial of the Portail de santé PACA, steps 02 to 06: the card proves itself, the computer
shows a QR code, the phone scans it and shows a code, the code is typed on the computer, the phone chooses a password.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from mock_idp.ecps.device import check_choice
from mock_idp.ecps.machine import Move, Step, look_up
from mock_idp.ecps.refusals import Code, EcpsError, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mock_idp.ecps.settings import EcpsSettings


class Phase(StrEnum):
    """Where an activation stands."""

    REQUESTED = "requested"
    CHALLENGED = "challenged"
    PROVEN = "proven"
    SCANNED = "scanned"
    LINKED = "linked"
    ACTIVE = "active"
    FAILED = "failed"


OVER = frozenset({Phase.ACTIVE, Phase.FAILED})
"""Phases that nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One demande d'activation.

    Attributes:
        activation_id: unguessable; it is the address of the activation's pages on the computer.
        idnat: whose e-CPS it will be.
        expires_at: when the whole demande is void, whatever its phase.
        challenge: what the card must sign.
        qr_token: what the QR code on the computer carries.
        device_id: the phone that scanned it.
        code: shown on the phone, to be typed on the computer.
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
class QrRenewed:
    """« Renouveler le QR code » was pressed; the shell drew a new token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scanned:
    """A phone scanned the QR code; the shell drew the code that the phone will show."""

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


Event: TypeAlias = Begun | CardProven | CardRejected | QrRenewed | Scanned | CodeTyped | PasswordChosen | Abandoned
EVENTS: tuple[type, ...] = (
    Begun, CardProven, CardRejected, QrRenewed, Scanned, CodeTyped, PasswordChosen, Abandoned,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """Effect: make this phone an e-CPS of this person, with this password."""

    device_id: str
    idnat: str
    password: str = field(repr=False)


ActivationStep: TypeAlias = Step[Activation, Enrol]


def request(*, activation_id: str, idnat: str, now: datetime, limits: EcpsSettings) -> Activation:
    """Return a new demande d'activation.

    Args:
        activation_id: unguessable text, drawn by the shell.
        idnat: normalised identifiant national of somebody in the directory.
        now: aware UTC.
        limits: kept for the whole of this activation.
    """
    return Activation(
        activation_id=activation_id,
        idnat=idnat,
        expires_at=now + limits.activation_lifetime,
        attempts_left=limits.code_attempts,
        limits=limits,
    )


def step(state: Activation, event: Event, *, now: datetime) -> ActivationStep:
    """Return where an event leads; when the demande's time is over, any event ends it.

    Args:
        state: where the activation stands.
        event: what happened, with what the shell drew for it.
        now: aware UTC.

    Raises:
        EcpsError: the event does not fit, or is refused at no cost; nothing has changed.
    """
    move = look_up(TABLE, state.phase, event)
    if now >= state.expires_at:
        return _fail(state, Code.ACTIVATION_EXPIRED)
    return move.handle(state, event, now)


def _fail(state: Activation, code: Code) -> ActivationStep:
    spent = replace(state, phase=Phase.FAILED, failure=code, challenge=b"", qr_token="", code="")
    return Step(state=spent, refusal=Refusal(code=code))


def _challenge(state: Activation, event: Begun, now: datetime) -> ActivationStep:
    until = now + state.limits.challenge_lifetime
    return Step(state=replace(state, phase=Phase.CHALLENGED, challenge=event.challenge, challenge_expires_at=until))


def _prove(state: Activation, event: CardProven, now: datetime) -> ActivationStep:
    if state.challenge_expires_at is None or now >= state.challenge_expires_at:
        raise EcpsError(Code.CHALLENGE_EXPIRED)
    if event.idnat_of_card != state.idnat:
        raise EcpsError(Code.CARD_OF_ANOTHER_PERSON)
    proven = replace(state, challenge=b"", challenge_expires_at=None)
    return _show_qr(proven, QrRenewed(event.token), now)


def _reject(state: Activation, event: CardRejected, now: datetime) -> ActivationStep:
    # a challenge serves one proof, good or bad
    del now
    back = replace(state, phase=Phase.REQUESTED, challenge=b"", challenge_expires_at=None)
    return Step(state=back, refusal=Refusal(code=event.code))


def _show_qr(state: Activation, event: QrRenewed, now: datetime) -> ActivationStep:
    until = now + state.limits.qr_lifetime
    return Step(
        state=replace(
            state,
            phase=Phase.PROVEN,
            qr_token=event.token,
            qr_expires_at=until,
            device_id=None,
            code="",
            code_expires_at=None,
        )
    )


def _scan(state: Activation, event: Scanned, now: datetime) -> ActivationStep:
    if not event.terms_accepted:
        raise EcpsError(Code.TERMS_NOT_ACCEPTED)
    if not hmac.compare_digest(event.token.encode(), state.qr_token.encode()):
        raise EcpsError(Code.QR_UNKNOWN)
    if state.qr_expires_at is None or now >= state.qr_expires_at:
        raise EcpsError(Code.QR_EXPIRED)
    return Step(
        state=replace(
            state,
            phase=Phase.SCANNED,
            device_id=event.device_id,
            code=event.code,
            code_expires_at=now + state.limits.code_lifetime,
        )
    )


def _link(state: Activation, event: CodeTyped, now: datetime) -> ActivationStep:
    if state.code_expires_at is None or now >= state.code_expires_at:
        raise EcpsError(Code.CODE_EXPIRED)
    typed = "".join(event.code.split())
    if hmac.compare_digest(typed.encode("utf-8", "surrogatepass"), state.code.encode()):
        return Step(state=replace(state, phase=Phase.LINKED, qr_token="", code="", code_expires_at=None))
    left = state.attempts_left - 1
    counted = replace(state, attempts_left=left)
    if left <= 0:
        return _fail(counted, Code.CODE_EXHAUSTED)
    return Step(state=counted, refusal=Refusal(code=Code.CODE_WRONG, facts=(("attempts_left", left),)))


def _activate(state: Activation, event: PasswordChosen, now: datetime) -> ActivationStep:
    del now
    if state.device_id is None or event.device_id != state.device_id:
        raise EcpsError(Code.OTHER_DEVICE)
    check_choice(event.first, event.second, digits=state.limits.password_digits)
    effect = Enrol(device_id=event.device_id, idnat=state.idnat, password=event.first)
    return Step(state=replace(state, phase=Phase.ACTIVE), effects=(effect,))


def _abandon(state: Activation, event: Abandoned, now: datetime) -> ActivationStep:
    del event, now
    return replace(_fail(state, Code.ABANDONED), refusal=None)


_ABANDON = Move(_abandon, (Phase.FAILED,))

TABLE: Mapping[tuple[Phase, type], Move[Activation, Enrol, Phase]] = {
    (Phase.REQUESTED, Begun): Move(_challenge, (Phase.CHALLENGED,)),
    (Phase.REQUESTED, Abandoned): _ABANDON,
    (Phase.CHALLENGED, Begun): Move(_challenge, (Phase.CHALLENGED,)),
    (Phase.CHALLENGED, CardProven): Move(_prove, (Phase.PROVEN,)),
    (Phase.CHALLENGED, CardRejected): Move(_reject, (Phase.REQUESTED,)),
    (Phase.CHALLENGED, Abandoned): _ABANDON,
    (Phase.PROVEN, QrRenewed): Move(_show_qr, (Phase.PROVEN,)),
    (Phase.PROVEN, Scanned): Move(_scan, (Phase.SCANNED,)),
    (Phase.PROVEN, Abandoned): _ABANDON,
    (Phase.SCANNED, QrRenewed): Move(_show_qr, (Phase.PROVEN,)),
    (Phase.SCANNED, CodeTyped): Move(_link, (Phase.LINKED, Phase.SCANNED, Phase.FAILED)),
    (Phase.SCANNED, Abandoned): _ABANDON,
    (Phase.LINKED, PasswordChosen): Move(_activate, (Phase.ACTIVE,)),
    (Phase.LINKED, Abandoned): _ABANDON,
}
"""What may happen in each phase; nothing else may."""
