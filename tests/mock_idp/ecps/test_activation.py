"""The demande d'activation: every phase meets every event, every limit bites on the second."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mock_idp.ecps.activation import (
    EVENTS,
    OVER,
    TABLE,
    Activation,
    Begun,
    CardProven,
    CardRejected,
    CodeTyped,
    ContactAsked,
    Enrol,
    MailQr,
    PasswordChosen,
    Phase,
    QrRenewed,
    Scanned,
    TextCode,
    step,
)
from mock_idp.ecps.refusals import Code, EcpsError, Refusal
from tests.mock_idp.ecps.journeys import ACTIVATION_EVENTS, IDNAT, NOON, SECOND, activation_in, requested

if TYPE_CHECKING:
    from mock_idp.ecps import activation

CROSS = [(phase, kind) for phase in Phase for kind in EVENTS]


def refusal_of(state: Activation, event: activation.Event, *, after: int = 0) -> Code:
    """Return the code with which an event is refused at no cost."""
    with pytest.raises(EcpsError) as refused:
        step(state, event, now=NOON + after * SECOND)
    return refused.value.code


@pytest.mark.parametrize(("phase", "kind"), CROSS, ids=[f"{phase}-{kind.__name__}" for phase, kind in CROSS])
def test_every_phase_meets_every_event(phase: Phase, kind: type) -> None:
    """An event of the table leads where the table says; any other is refused and changes nothing."""
    state = activation_in(phase)
    event = ACTIVATION_EVENTS[kind]

    assert phase is state.phase
    if (phase, kind) in TABLE:
        assert step(state, event, now=NOON).state.phase in TABLE[phase, kind].to
    else:
        assert Code.UNEXPECTED_EVENT == refusal_of(state, event)


def test_the_samples_cover_every_event() -> None:
    """No event can be added to the machine and forgotten here."""
    assert set(EVENTS) == set(ACTIVATION_EVENTS)
    assert {kind for _, kind in TABLE} == set(EVENTS)
    assert not {phase for phase, _ in TABLE} & OVER


def test_the_whole_way_enrols_the_phone_once() -> None:
    """Card, QR code, code, password: then, and only then, the world is told to enrol the phone."""
    state, effects = requested(), []
    for kind in (Begun, CardProven, Scanned, CodeTyped, PasswordChosen):
        done = step(state, ACTIVATION_EVENTS[kind], now=NOON)
        state = done.state
        effects.append(done.effects)

    assert Phase.ACTIVE is state.phase
    assert [(), (), (), (), (Enrol(device_id="phone", idnat=IDNAT, password="1234"),)] == effects


@pytest.mark.parametrize("phase", sorted(set(Phase) - OVER))
def test_the_demande_ends_with_its_time(phase: Phase) -> None:
    """After fifteen minutes any event that fits fails the activation, for good."""
    state = activation_in(phase)
    kind = next(kind for at, kind in TABLE if at is phase)
    ended = step(state, ACTIVATION_EVENTS[kind], now=state.expires_at)

    assert Phase.FAILED is ended.state.phase
    assert Refusal(code=Code.ACTIVATION_EXPIRED) == ended.refusal
    assert Code.UNEXPECTED_EVENT == refusal_of(ended.state, ACTIVATION_EVENTS[kind])


def test_the_card_of_somebody_else_is_refused() -> None:
    """The proof must be of the person who was typed; the challenge stays open for the right card."""
    state = activation_in(Phase.CHALLENGED)

    assert Code.CARD_OF_ANOTHER_PERSON == refusal_of(state, CardProven("899799000023", "qr"))


def test_a_challenge_grows_old() -> None:
    """A proof over a challenge of five minutes ago is refused; a new challenge may be had."""
    state = activation_in(Phase.CHALLENGED)

    assert Phase.PROVEN is step(state, CardProven(IDNAT, "qr"), now=NOON + 299 * SECOND).state.phase
    assert Code.CHALLENGE_EXPIRED == refusal_of(state, CardProven(IDNAT, "qr"), after=300)
    assert b"new" == step(state, Begun(b"new"), now=NOON + 300 * SECOND).state.challenge


def test_a_challenge_serves_once() -> None:
    """A proof that does not verify spends the challenge, and says why."""
    done = step(activation_in(Phase.CHALLENGED), CardRejected(Code.CARD_UNTRUSTED), now=NOON)

    assert Phase.REQUESTED is done.state.phase
    assert b"" == done.state.challenge
    assert Refusal(code=Code.CARD_UNTRUSTED) == done.refusal
    assert b"" == activation_in(Phase.PROVEN).challenge


def test_the_qr_code_lives_ninety_seconds() -> None:
    """At 89 seconds it is good, at 90 it is not; renewing gives another ninety."""
    state = activation_in(Phase.PROVEN)
    scan = ACTIVATION_EVENTS[Scanned]
    renewed = step(state, QrRenewed("qr-2"), now=NOON + 90 * SECOND).state

    assert Phase.SCANNED is step(state, scan, now=NOON + 89 * SECOND).state.phase
    assert Code.QR_EXPIRED == refusal_of(state, scan, after=90)
    assert Code.QR_UNKNOWN == refusal_of(renewed, scan, after=90)
    assert Phase.SCANNED is step(renewed, replace_token(scan, "qr-2"), now=NOON + 179 * SECOND).state.phase


def replace_token(event: activation.Event, token: str) -> Scanned:
    """Return a scan of another QR code."""
    assert isinstance(event, Scanned)
    return replace(event, token=token)


@pytest.mark.parametrize("token", ["", "qr-2", "\udc80", "qr-1\x00", "é" * 300])
def test_any_other_qr_code_is_refused(token: str) -> None:
    """Whatever it holds, also what no encoding can write."""
    scan = Scanned(token, "phone", terms_accepted=True, code="123456")

    assert Code.QR_UNKNOWN == refusal_of(activation_in(Phase.PROVEN), scan)


def test_terms_come_before_the_scan() -> None:
    """A phone whose holder did not accept the terms is told so, before anything else."""
    scan = Scanned("wrong", "phone", terms_accepted=False, code="123456")

    assert Code.TERMS_NOT_ACCEPTED == refusal_of(activation_in(Phase.PROVEN), scan)


def test_three_wrong_codes_fail_the_activation() -> None:
    """Each wrong code costs one try, and the third ends it."""
    state = activation_in(Phase.SCANNED)
    seen = []
    for _ in range(3):
        done = step(state, CodeTyped("000000"), now=NOON)
        state = done.state
        seen.append((state.phase, state.attempts_left, done.refusal))

    assert [
        (Phase.SCANNED, 2, Refusal(code=Code.CODE_WRONG, facts=(("attempts_left", 2),))),
        (Phase.SCANNED, 1, Refusal(code=Code.CODE_WRONG, facts=(("attempts_left", 1),))),
        (Phase.FAILED, 0, Refusal(code=Code.CODE_EXHAUSTED)),
    ] == seen
    assert "" == state.code


def test_a_new_qr_code_gives_no_try_back() -> None:
    """Tries belong to the activation; renewing the QR code also lets another phone scan."""
    tried = step(activation_in(Phase.SCANNED), CodeTyped("000000"), now=NOON).state
    renewed = step(tried, QrRenewed("qr-2"), now=NOON).state

    assert 2 == renewed.attempts_left
    assert (None, "") == (renewed.device_id, renewed.code)


def test_the_code_lives_two_minutes_and_its_age_costs_no_try() -> None:
    """An old code is refused whether it is right or wrong, and nothing is counted."""
    state = activation_in(Phase.SCANNED)

    assert Phase.LINKED is step(state, CodeTyped("123456"), now=NOON + 119 * SECOND).state.phase
    assert Code.CODE_EXPIRED == refusal_of(state, CodeTyped("123456"), after=120)
    assert Code.CODE_EXPIRED == refusal_of(state, CodeTyped("000000"), after=120)


@pytest.mark.parametrize("typed", ["123 456", " 123456\n", "12\u00a034\u202f56"])
def test_spaces_in_the_code_are_dropped(typed: str) -> None:
    """The phone shows the code in two groups, so people type a space."""
    assert Phase.LINKED is step(activation_in(Phase.SCANNED), CodeTyped(typed), now=NOON).state.phase


@pytest.mark.parametrize("typed", ["", "１２３４５６", "123456é", "\udc80", "1" * 5000])
def test_odd_codes_are_merely_wrong(typed: str) -> None:
    """Whatever is typed costs a try and breaks nothing."""
    assert 2 == step(activation_in(Phase.SCANNED), CodeTyped(typed), now=NOON).state.attempts_left


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("1234", "1235", Code.PASSWORDS_DIFFER),
        ("123", "123", Code.PASSWORD_NOT_FOUR_DIGITS),
        ("12345", "12345", Code.PASSWORD_NOT_FOUR_DIGITS),
        ("12a4", "12a4", Code.PASSWORD_NOT_FOUR_DIGITS),
        ("１２３４", "１２３４", Code.PASSWORD_NOT_FOUR_DIGITS),
        ("", "", Code.PASSWORD_NOT_FOUR_DIGITS),
    ],
)
def test_passwords_are_four_digits_typed_twice_alike(first: str, second: str, code: Code) -> None:
    """Anything else is refused at no cost: the person simply chooses again."""
    assert code == refusal_of(activation_in(Phase.LINKED), PasswordChosen("phone", first, second))


def test_only_the_phone_that_scanned_chooses_the_password() -> None:
    """Another phone that learned the address gets nothing."""
    assert Code.OTHER_DEVICE == refusal_of(activation_in(Phase.LINKED), PasswordChosen("thief", "1234", "1234"))


@pytest.mark.parametrize("phase", Phase)
def test_secrets_stay_out_of_sight(phase: Phase) -> None:
    """Neither states nor events show challenge, token, code or password."""
    shown = repr(activation_in(phase)) + repr([*ACTIVATION_EVENTS.values()])

    assert [] == [secret for secret in ("cccc", "qr-1", "123456", "'1234'") if secret in shown]


# -- without a card


def test_without_a_card_mail_and_sms_are_sent() -> None:
    """QR code by e-mail, code by SMS, then as with the card; each is sent once, and the phone is enrolled once."""
    state, effects = requested(), []
    for event in (ContactAsked("mailed"), Scanned("mailed", "phone", terms_accepted=True, code="123456")):
        done = step(state, event, now=NOON)
        state = done.state
        effects.append(done.effects)
    state = step(state, CodeTyped("123456"), now=NOON).state
    effects.append(step(state, PasswordChosen("phone", "1234", "1234"), now=NOON).effects)

    assert [
        (MailQr(idnat=IDNAT, token="mailed"),),
        (TextCode(idnat=IDNAT, code="123456"),),
        (Enrol(device_id="phone", idnat=IDNAT, password="1234"),),
    ] == effects


def test_what_is_sent_lives_longer_than_what_is_shown() -> None:
    """The QR code in the e-mail for an hour, the code in the SMS for ten minutes, and the demande with them."""
    mailed = activation_in(Phase.MAILED)
    scan = Scanned("qr-1", "phone", terms_accepted=True, code="123456")
    late = NOON + 3599 * SECOND
    texted = step(mailed, scan, now=late).state

    assert Code.QR_EXPIRED == refusal_of(mailed, scan, after=3600)
    assert Phase.LINKED is step(texted, CodeTyped("123456"), now=late + 599 * SECOND).state.phase
    assert Code.CODE_EXPIRED == refusal_of(texted, CodeTyped("123456"), after=3599 + 600)


def test_the_mail_can_be_asked_for_again() -> None:
    """Before the scan and after it; the one before is void, and the phone must scan anew."""
    mailed = activation_in(Phase.MAILED)
    scanned = step(mailed, Scanned("qr-1", "phone", terms_accepted=True, code="123456"), now=NOON).state
    for state in (mailed, scanned):
        again = step(state, QrRenewed("qr-2"), now=NOON)

        assert (Phase.MAILED, None, "") == (again.state.phase, again.state.device_id, again.state.code)
        assert (MailQr(idnat=IDNAT, token="qr-2"),) == again.effects


def test_a_challenge_is_void_once_the_mail_was_asked_for() -> None:
    """The card that answers too late proves nothing any more."""
    state = step(activation_in(Phase.CHALLENGED), ContactAsked("mailed"), now=NOON).state

    assert b"" == state.challenge
    assert Code.UNEXPECTED_EVENT == refusal_of(state, CardProven(IDNAT, "qr-9"))
