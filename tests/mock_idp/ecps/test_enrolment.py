"""An e-CPS on a phone: every phase meets every event; tries, lock, loss, expiry; the password is never shown."""

from __future__ import annotations

import pytest

from mock_idp.ecps.enrolment import (
    EVENTS,
    OVER,
    TABLE,
    WHY_UNUSABLE,
    Deleted,
    Device,
    Found,
    Lost,
    PasswordTried,
    Phase,
    Replaced,
    TimePassed,
    Tried,
    step,
)
from mock_idp.ecps.refusals import Code, EcpsError, Refusal
from tests.mock_idp.ecps.journeys import ENROLMENT_EVENTS, NOON, SECOND, activated, enrolment_in

CROSS = [(phase, kind) for phase in Phase for kind in EVENTS]


def after(state: Device, *typed: str) -> Device:
    """Return a phone after passwords were typed on it."""
    for password in typed:
        state = step(state, PasswordTried(password), now=NOON).state
    return state


@pytest.mark.parametrize(("phase", "kind"), CROSS, ids=[f"{phase}-{kind.__name__}" for phase, kind in CROSS])
def test_every_phase_meets_every_event(phase: Phase, kind: type) -> None:
    """An event of the table leads where the table says; any other is refused and changes nothing."""
    state = enrolment_in(phase)
    event = ENROLMENT_EVENTS[kind]

    assert phase is state.phase
    if (phase, kind) in TABLE:
        assert step(state, event, now=NOON).state.phase in TABLE[phase, kind].to
    else:
        with pytest.raises(EcpsError) as refused:
            step(state, event, now=NOON)
        assert Code.UNEXPECTED_EVENT == refused.value.code


def test_the_samples_cover_every_event() -> None:
    """No event or phase can be added and forgotten."""
    assert set(EVENTS) == set(ENROLMENT_EVENTS) == {kind for _, kind in TABLE}
    assert not {phase for phase, _ in TABLE} & OVER
    assert set(Phase) - OVER - {Phase.ACTIVE} == set(WHY_UNUSABLE)


def test_every_phase_of_the_table_is_reached() -> None:
    """Each target that the table names is the end of some event; none is only drawn."""
    locked_and_lost = step(enrolment_in(Phase.LOCKED), Lost(), now=NOON).state
    late = activated().expires_at
    reached = {
        (state.phase, type(event), step(state, event, now=now).state.phase)
        for state in (*map(enrolment_in, Phase), after(activated(), "0000", "0000"), locked_and_lost)
        for event in (*ENROLMENT_EVENTS.values(), PasswordTried("0000"))
        for now in (NOON, late)
        if (state.phase, type(event)) in TABLE and (now == NOON or isinstance(event, TimePassed))
    }

    assert {(phase, kind, to) for (phase, kind), move in TABLE.items() for to in move.to} == reached


@pytest.mark.parametrize("typed", ["1235", "", "12345", "\udc80", "１２３４"])
def test_only_the_password_itself_unlocks(typed: str) -> None:
    """Anything else costs a try and is told with those that are left."""
    done = step(activated(), PasswordTried(typed), now=NOON)

    assert (Tried(correct=False, tries_left=2),) == done.effects
    assert Refusal(code=Code.PASSWORD_WRONG, facts=(("tries_left", 2),)) == done.refusal
    assert (Tried(correct=True, tries_left=3),) == step(activated(), PasswordTried("1234"), now=NOON).effects


def test_the_same_password_is_stored_differently() -> None:
    """The salt enters the digest, and the password is in neither."""
    assert activated(salt=b"a").password_digest != activated(salt=b"b").password_digest
    assert "1234" not in repr(activated()) + repr(ENROLMENT_EVENTS)


def test_wrong_passwords_lock_and_a_right_one_restores() -> None:
    """Three in a row lock; a right one in between starts the count again."""
    state, seen = activated(), []
    for typed in ("0000", "0000", "1234", "0000", "0000", "0000"):
        done = step(state, PasswordTried(typed), now=NOON)
        state = done.state
        seen.append((state.phase, state.tries_left, done.refusal.code if done.refusal else None))

    assert [
        (Phase.ACTIVE, 2, Code.PASSWORD_WRONG),
        (Phase.ACTIVE, 1, Code.PASSWORD_WRONG),
        (Phase.ACTIVE, 3, None),
        (Phase.ACTIVE, 2, Code.PASSWORD_WRONG),
        (Phase.ACTIVE, 1, Code.PASSWORD_WRONG),
        (Phase.LOCKED, 0, Code.DEVICE_LOCKED),
    ] == seen
    assert not state.usable(NOON)


@pytest.mark.parametrize("phase", WHY_UNUSABLE)
def test_a_phone_that_is_shut_does_not_look_at_the_password(phase: Phase) -> None:
    """The right password is answered as a wrong one: no try, no effect, and the reason."""
    shut = enrolment_in(phase)
    done = step(shut, PasswordTried("1234"), now=NOON)

    assert (shut, (), Refusal(code=WHY_UNUSABLE[phase])) == (done.state, done.effects, done.refusal)


def test_what_is_found_again_is_as_it_was() -> None:
    """Tries that were spent stay spent, and what was locked stays locked."""
    tried = after(activated(), "0000")
    locked = enrolment_in(Phase.LOCKED)

    assert [tried, locked] == [
        step(step(state, Lost(), now=NOON).state, Found(), now=NOON).state for state in (tried, locked)
    ]


@pytest.mark.parametrize("phase", sorted(set(Phase) - OVER))
def test_expiry_is_final(phase: Phase) -> None:
    """Until the last second it stands as it stood; then nothing but deleting it is left."""
    state = enrolment_in(phase)
    late = state.expires_at
    expired = step(state, TimePassed(), now=late).state

    assert phase is step(state, TimePassed(), now=late - SECOND).state.phase
    assert Phase.EXPIRED is expired.phase
    assert not state.usable(late)
    for event in (PasswordTried("1234"), TimePassed()):
        assert Phase.EXPIRED is step(expired, event, now=NOON).state.phase
    for moved in (Lost(), Found()):
        with pytest.raises(EcpsError, match="unexpected-event"):
            step(state, moved, now=late)
    assert {Phase.DELETED} == {step(expired, event, now=late).state.phase for event in (Deleted(), Replaced())}


@pytest.mark.parametrize("password", ["", "123", "12345", "abcd", "１２３４"])
def test_only_four_digits_can_be_enrolled(password: str) -> None:
    """The rule holds for phones made by a script as well."""
    with pytest.raises(EcpsError) as refused:
        activated(password)

    assert (Code.PASSWORD_NOT_FOUR_DIGITS, {"digits": 4}) == (refused.value.code, refused.value.facts)
