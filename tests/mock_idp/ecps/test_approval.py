"""A login on the phone: every phase meets every event; one login, one person, one number, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mock_idp.ecps.approval import (
    EVENTS,
    OVER,
    TABLE,
    WAITING,
    WHY_OVER,
    Collected,
    LogIn,
    NumberPicked,
    PasswordTyped,
    Phase,
    TimePassed,
    request,
    step,
)
from mock_idp.ecps.refusals import Code, EcpsError, Refusal
from tests.mock_idp.ecps.journeys import APPROVAL_EVENTS, IDNAT, LIMITS, NOON, SECOND, approval_in

if TYPE_CHECKING:
    from mock_idp.ecps import approval

CROSS = [(phase, kind) for phase in Phase for kind in EVENTS]


def refusal_of(state: approval.Approval, event: approval.Event) -> Code:
    """Return the code with which an event is refused at no cost."""
    with pytest.raises(EcpsError) as refused:
        step(state, event, now=NOON)
    return refused.value.code


@pytest.mark.parametrize(("phase", "kind"), CROSS, ids=[f"{phase}-{kind.__name__}" for phase, kind in CROSS])
def test_every_phase_meets_every_event(phase: Phase, kind: type) -> None:
    """An event of the table leads where the table says; any other is refused and changes nothing."""
    state = approval_in(phase)
    event = APPROVAL_EVENTS[kind]

    assert phase is state.phase
    if (phase, kind) in TABLE:
        assert step(state, event, now=NOON).state.phase in TABLE[phase, kind].to
    else:
        assert Code.UNEXPECTED_EVENT == refusal_of(state, event)


def test_the_samples_cover_every_event() -> None:
    """No event or ending can be added and forgotten."""
    assert set(EVENTS) == set(APPROVAL_EVENTS) == {kind for _, kind in TABLE}
    assert set(WHY_OVER) == OVER - {Phase.COLLECTED}
    assert not {phase for phase, _ in TABLE} & OVER


def test_an_approved_login_is_collected_once_and_only_by_itself() -> None:
    """The effect names the login and the person that the request was made for."""
    approved = approval_in(Phase.APPROVED)
    done = step(approved, Collected("login"), now=NOON)

    assert Code.APPROVAL_OF_ANOTHER_LOGIN == refusal_of(approved, Collected("another"))
    assert (LogIn(login_id="login", idnat=IDNAT),) == done.effects
    assert Code.UNEXPECTED_EVENT == refusal_of(done.state, Collected("login"))


@pytest.mark.parametrize("phase", sorted(WAITING))
def test_expiry_is_final(phase: Phase) -> None:
    """At two minutes the request is over, whatever happens then; a moment before, it is not."""
    state = approval_in(phase)
    kind = {Phase.PENDING: PasswordTyped, Phase.UNLOCKED: NumberPicked}[phase]
    late = step(state, APPROVAL_EVENTS[kind], now=NOON + 120 * SECOND)

    assert phase is step(state, TimePassed(), now=NOON + 119 * SECOND).state.phase
    assert Phase.EXPIRED is late.state.phase
    assert Refusal(code=Code.APPROVAL_EXPIRED) == late.refusal
    assert all(Code.UNEXPECTED_EVENT == refusal_of(late.state, event) for event in APPROVAL_EVENTS.values())


def test_a_wrong_password_is_told_with_the_tries_left_and_the_last_one_locks() -> None:
    """The request waits on while the phone has tries; then it is over."""
    again = step(approval_in(Phase.PENDING), PasswordTyped("phone", correct=False, tries_left=1), now=NOON)
    locked = step(again.state, PasswordTyped("phone", correct=False, tries_left=0), now=NOON)

    assert (Phase.PENDING, Refusal(code=Code.PASSWORD_WRONG, facts=(("tries_left", 1),))) == (
        again.state.phase,
        again.refusal,
    )
    assert (Phase.LOCKED, Refusal(code=Code.DEVICE_LOCKED)) == (locked.state.phase, locked.refusal)


@pytest.mark.parametrize("value", ["11", "2", "022", "２２", "", "\udc80"])
def test_a_wrong_number_ends_the_request(value: str) -> None:
    """There is no second guess among three."""
    done = step(approval_in(Phase.UNLOCKED), NumberPicked("phone", value), now=NOON)

    assert (Phase.WRONG_NUMBER, Refusal(code=Code.NUMBER_WRONG)) == (done.state.phase, done.refusal)


def test_the_number_is_picked_on_the_phone_that_was_unlocked() -> None:
    """A second phone of the same person cannot take over half-way."""
    assert Code.OTHER_DEVICE == refusal_of(approval_in(Phase.UNLOCKED), NumberPicked("tablet", "22"))


@pytest.mark.parametrize("choices", [("11", "22"), ("11", "22", "22"), ("11", "22", "33", "44")])
def test_three_different_numbers_are_needed(choices: tuple[str, ...]) -> None:
    """The shell cannot offer fewer, more or equal numbers by mistake."""
    with pytest.raises(ValueError, match="choices: draw 3"):
        request(approval_id="r", login_id="login", idnat=IDNAT, choices=choices, place=0, now=NOON, limits=LIMITS)


@pytest.mark.parametrize("phase", Phase)
def test_the_number_stays_out_of_sight(phase: Phase) -> None:
    """Neither the request nor its events show a number."""
    shown = repr(approval_in(phase)) + repr([*APPROVAL_EVENTS.values()])

    assert [] == [secret for secret in ("'11'", "'22'", "'33'") if secret in shown]
