"""The demande d'activation: from an idnat typed on a computer to an activated e-CPS on a phone.

The order is that of the tutorial of the Portail de santé PACA, steps 02 to 06: the card proves itself, the computer
shows a QR code, the phone scans it and shows a code, the code is typed on the computer, the phone chooses a password.
Without a card the QR code goes to the e-mail address on record and the code to the mobile number on record (arrêté of
4 April 2022: two codes, or any other secret, sent to both).
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from mock_idp.ecps.activation_events import (
    EVENTS,
    OVER,
    Abandoned,
    Activation,
    Begun,
    CardProven,
    CardRejected,
    CodeTyped,
    ContactAsked,
    Effect,
    Enrol,
    Event,
    MailQr,
    PasswordChosen,
    Phase,
    QrRenewed,
    Route,
    Scanned,
    TextCode,
)
from mock_idp.ecps.enrolment import check_choice
from mock_idp.ecps.idnat import without_spaces
from mock_idp.ecps.machine import Move, Step, look_up
from mock_idp.ecps.refusals import Code, EcpsError, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mock_idp.ecps.settings import EcpsSettings

__all__ = [
    "EVENTS", "OVER", "TABLE", "Abandoned", "Activation", "ActivationStep", "Begun", "CardProven", "CardRejected",
    "CodeTyped", "ContactAsked", "Effect", "Enrol", "Event", "MailQr", "PasswordChosen", "Phase", "QrRenewed", "Route",
    "Scanned", "TextCode", "request", "step",
]  # fmt: skip

ActivationStep: TypeAlias = Step[Activation, Effect]


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


def _ask_contact(state: Activation, event: ContactAsked, now: datetime) -> ActivationStep:
    asked = replace(state, route=Route.CONTACT, challenge=b"", challenge_expires_at=None)
    return _show_qr(asked, QrRenewed(event.token), now)


def _show_qr(state: Activation, event: QrRenewed, now: datetime) -> ActivationStep:
    mailed = state.route is Route.CONTACT
    until = now + (state.limits.mail_lifetime if mailed else state.limits.qr_lifetime)
    shown = replace(
        state,
        phase=Phase.MAILED if mailed else Phase.PROVEN,
        qr_token=event.token,
        qr_expires_at=until,
        device_id=None,
        code="",
        code_expires_at=None,
    )
    if not mailed:
        return Step(state=shown)
    # an e-mail takes longer than a look at the screen: the demande lives at least as long as what was sent
    longer = replace(shown, expires_at=max(state.expires_at, until + state.limits.activation_lifetime))
    return Step(state=longer, effects=(MailQr(idnat=state.idnat, token=event.token),))


def _scan(state: Activation, event: Scanned, now: datetime) -> ActivationStep:
    if not event.terms_accepted:
        raise EcpsError(Code.TERMS_NOT_ACCEPTED)
    if not hmac.compare_digest(event.token.encode("utf-8", "surrogatepass"), state.qr_token.encode()):
        raise EcpsError(Code.QR_UNKNOWN)
    if state.qr_expires_at is None or now >= state.qr_expires_at:
        raise EcpsError(Code.QR_EXPIRED)
    texted = state.route is Route.CONTACT
    until = now + (state.limits.sms_lifetime if texted else state.limits.code_lifetime)
    scanned = replace(state, phase=Phase.SCANNED, device_id=event.device_id, code=event.code, code_expires_at=until)
    return Step(state=scanned, effects=(TextCode(idnat=state.idnat, code=event.code),) if texted else ())


def _link(state: Activation, event: CodeTyped, now: datetime) -> ActivationStep:
    if state.code_expires_at is None or now >= state.code_expires_at:
        raise EcpsError(Code.CODE_EXPIRED)
    typed = without_spaces(event.code)
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
_CONTACT = Move(_ask_contact, (Phase.MAILED,))

TABLE: Mapping[tuple[Phase, type], Move[Activation, Effect, Phase]] = {
    (Phase.REQUESTED, Begun): Move(_challenge, (Phase.CHALLENGED,)),
    (Phase.REQUESTED, ContactAsked): _CONTACT,
    (Phase.REQUESTED, Abandoned): _ABANDON,
    (Phase.CHALLENGED, Begun): Move(_challenge, (Phase.CHALLENGED,)),
    (Phase.CHALLENGED, CardProven): Move(_prove, (Phase.PROVEN,)),
    (Phase.CHALLENGED, CardRejected): Move(_reject, (Phase.REQUESTED,)),
    (Phase.CHALLENGED, ContactAsked): _CONTACT,
    (Phase.CHALLENGED, Abandoned): _ABANDON,
    (Phase.PROVEN, QrRenewed): Move(_show_qr, (Phase.PROVEN,)),
    (Phase.PROVEN, Scanned): Move(_scan, (Phase.SCANNED,)),
    (Phase.PROVEN, Abandoned): _ABANDON,
    (Phase.MAILED, QrRenewed): Move(_show_qr, (Phase.MAILED,)),
    (Phase.MAILED, Scanned): Move(_scan, (Phase.SCANNED,)),
    (Phase.MAILED, Abandoned): _ABANDON,
    (Phase.SCANNED, QrRenewed): Move(_show_qr, (Phase.PROVEN, Phase.MAILED)),
    (Phase.SCANNED, CodeTyped): Move(_link, (Phase.LINKED, Phase.SCANNED, Phase.FAILED)),
    (Phase.SCANNED, Abandoned): _ABANDON,
    (Phase.LINKED, PasswordChosen): Move(_activate, (Phase.ACTIVE,)),
    (Phase.LINKED, Abandoned): _ABANDON,
}
"""What may happen in each phase; nothing else may."""
