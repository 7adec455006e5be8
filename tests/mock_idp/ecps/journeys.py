"""Moments, states and events that the tests of the journeys share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.refusals import Code
from mock_idp.ecps.settings import EcpsSettings

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMITS = EcpsSettings()
IDNAT = "899799000015"

ACTIVATION_EVENTS: dict[type, activation.Event] = {
    activation.Begun: activation.Begun(b"c" * 32),
    activation.CardProven: activation.CardProven(IDNAT, "qr-1"),
    activation.CardRejected: activation.CardRejected(Code.CARD_EXPIRED),
    activation.ContactAsked: activation.ContactAsked("qr-1"),
    activation.QrRenewed: activation.QrRenewed("qr-2"),
    activation.Scanned: activation.Scanned("qr-1", "phone", terms_accepted=True, code="123456"),
    activation.CodeTyped: activation.CodeTyped("123456"),
    activation.PasswordChosen: activation.PasswordChosen("phone", "1234", "1234"),
    activation.Abandoned: activation.Abandoned(),
}
APPROVAL_EVENTS: dict[type, approval.Event] = {
    approval.PasswordTyped: approval.PasswordTyped("phone", correct=True, tries_left=3),
    approval.NumberPicked: approval.NumberPicked("phone", "22"),
    approval.Refused: approval.Refused(),
    approval.Withdrawn: approval.Withdrawn(),
    approval.TimePassed: approval.TimePassed(),
    approval.Collected: approval.Collected("login"),
}
ENROLMENT_EVENTS: dict[type, enrolment.Event] = {
    enrolment.PasswordTried: enrolment.PasswordTried("1234"),
    enrolment.Lost: enrolment.Lost(),
    enrolment.Found: enrolment.Found(),
    enrolment.Deleted: enrolment.Deleted(),
    enrolment.Replaced: enrolment.Replaced(),
    enrolment.TimePassed: enrolment.TimePassed(),
}

_TO_ACTIVE: tuple[activation.Event, ...] = tuple(
    ACTIVATION_EVENTS[kind]
    for kind in (
        activation.Begun,
        activation.CardProven,
        activation.Scanned,
        activation.CodeTyped,
        activation.PasswordChosen,
    )
)


def requested() -> activation.Activation:
    """Return a fresh demande d'activation at noon."""
    return activation.request(activation_id="a", idnat=IDNAT, now=NOON, limits=LIMITS)


def activation_in(phase: activation.Phase) -> activation.Activation:
    """Return an activation that reached a phase by the ordinary way, all at noon."""
    state = requested()
    if phase is activation.Phase.FAILED:
        return activation.step(state, activation.Abandoned(), now=NOON).state
    if phase is activation.Phase.MAILED:
        return activation.step(state, activation.ContactAsked("qr-1"), now=NOON).state
    for event in _TO_ACTIVE:
        if state.phase is phase:
            break
        state = activation.step(state, event, now=NOON).state
    return state


def pending() -> approval.Approval:
    """Return a request for approval made at noon; its number is 22."""
    return approval.request(
        approval_id="r", login_id="login", idnat=IDNAT, choices=("11", "22", "33"), place=1, now=NOON, limits=LIMITS
    )


def approval_in(phase: approval.Phase) -> approval.Approval:
    """Return a request that reached a phase by the shortest way."""
    ways: dict[approval.Phase, tuple[approval.Event, ...]] = {
        approval.Phase.PENDING: (),
        approval.Phase.UNLOCKED: (APPROVAL_EVENTS[approval.PasswordTyped],),
        approval.Phase.REFUSED: (approval.Refused(),),
        approval.Phase.WITHDRAWN: (approval.Withdrawn(),),
        approval.Phase.LOCKED: (approval.PasswordTyped("phone", correct=False, tries_left=0),),
        approval.Phase.WRONG_NUMBER: (
            APPROVAL_EVENTS[approval.PasswordTyped],
            approval.NumberPicked("phone", "11"),
        ),
    }
    approved = (APPROVAL_EVENTS[approval.PasswordTyped], APPROVAL_EVENTS[approval.NumberPicked])
    ways[approval.Phase.APPROVED] = approved
    ways[approval.Phase.COLLECTED] = (*approved, APPROVAL_EVENTS[approval.Collected])
    state = pending()
    if phase is approval.Phase.EXPIRED:
        return approval.step(state, approval.TimePassed(), now=state.expires_at).state
    for event in ways[phase]:
        state = approval.step(state, event, now=NOON).state
    return state


def activated(password: str = "1234", salt: bytes = b"s" * 16) -> enrolment.Device:
    """Return an e-CPS activated at noon."""
    return enrolment.enrolled(
        device_id="phone", idnat=IDNAT, name="Téléphone", password=password, salt=salt, now=NOON, limits=LIMITS
    )


def enrolment_in(phase: enrolment.Phase) -> enrolment.Device:
    """Return an e-CPS that reached a phase by the shortest way."""
    state = activated()
    if phase is enrolment.Phase.EXPIRED:
        return enrolment.step(state, enrolment.TimePassed(), now=state.expires_at).state
    ways: dict[enrolment.Phase, tuple[enrolment.Event, ...]] = {
        enrolment.Phase.LOCKED: (enrolment.PasswordTried("0000"),) * 3,
        enrolment.Phase.LOST: (enrolment.Lost(),),
        enrolment.Phase.DELETED: (enrolment.Deleted(),),
    }
    for event in ways.get(phase, ()):
        state = enrolment.step(state, event, now=NOON).state
    return state
