"""Any event, with anything in it, at any moment, in every phase of the machines: a move of the table, or nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_idp.ecps import activation, approval, enrolment
from mock_idp.ecps.refusals import Code, EcpsError
from tests.mock_idp.ecps.journeys import IDNAT, NOON, activation_in, approval_in, enrolment_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_idp.ecps.machine import Step

TEXT = st.text(max_size=12) | st.sampled_from([IDNAT, "qr-1", "phone", "login", "123456", "1234", "22", "11", "\udc80"])
MOMENTS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4 * 365)) | st.sampled_from(
    [timedelta(seconds=seconds) for seconds in (0, 1, 89, 90, 119, 120, 299, 300, 900)]
)
ANYTHING = {
    str: TEXT,
    bytes: st.binary(max_size=8),
    bool: st.booleans(),
    int: st.integers(min_value=-1, max_value=4),
    Code: st.sampled_from(Code),
}
FIELDS: dict[str, Any] = {"challenge": bytes, "correct": bool, "terms_accepted": bool, "tries_left": int}


def any_of(kinds: tuple[type, ...]) -> st.SearchStrategy[Any]:
    """Return events of these kinds, with anything in them."""
    return st.one_of([st.builds(kind, **{name: _filling(kind, name) for name in _fields(kind)}) for kind in kinds])


def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(kind.__dataclass_fields__)


def _filling(kind: type, name: str) -> st.SearchStrategy[Any]:
    if (kind, name) == (activation.CardRejected, "code"):
        return ANYTHING[Code]
    return ANYTHING[FIELDS.get(name, str)]


def taken(step: Callable[..., Step[Any, Any]], state: Any, event: Any, after: timedelta) -> Step[Any, Any] | None:
    """Return where an event leads, None when it is refused at no cost; no other exception may come of it."""
    kept = replace(state)
    done = None
    with suppress(EcpsError):
        done = step(state, event, now=NOON + after)
    assert kept == state
    return done


@pytest.mark.parametrize("phase", activation.Phase)
@given(event=any_of(activation.EVENTS), after=MOMENTS)
@settings(max_examples=30, deadline=None)
def test_an_activation(phase: activation.Phase, event: activation.Event, after: timedelta) -> None:
    """It goes where the table says, or fails because its time is over; only the last step enrols."""
    state = activation_in(phase)
    done = taken(activation.step, state, event, after)
    if done is None:
        return
    late = NOON + after >= state.expires_at

    assert done.state.phase in ({activation.Phase.FAILED} if late else activation.TABLE[phase, type(event)].to)
    enrols = any(isinstance(effect, activation.Enrol) for effect in done.effects)
    assert enrols is (done.state.phase is activation.Phase.ACTIVE)
    assert (state.idnat, state.activation_id) == (done.state.idnat, done.state.activation_id)


@pytest.mark.parametrize("phase", approval.Phase)
@given(event=any_of(approval.EVENTS), after=MOMENTS)
@settings(max_examples=30, deadline=None)
def test_an_approval(phase: approval.Phase, event: approval.Event, after: timedelta) -> None:
    """It goes where the table says, or expires; only collecting logs in, and what it is bound to never changes."""
    state = approval_in(phase)
    done = taken(approval.step, state, event, after)
    if done is None:
        return
    late = phase in approval.WAITING and NOON + after >= state.expires_at

    assert done.state.phase in ({approval.Phase.EXPIRED} if late else approval.TABLE[phase, type(event)].to)
    assert bool(done.effects) is (done.state.phase is approval.Phase.COLLECTED)
    bound = [(one.login_id, one.idnat, one.number, one.choices) for one in (state, done.state)]
    assert bound[0] == bound[1]


@pytest.mark.parametrize("phase", enrolment.Phase)
@given(event=any_of(enrolment.EVENTS), after=MOMENTS)
@settings(max_examples=30, deadline=None)
def test_an_enrolment(phase: enrolment.Phase, event: enrolment.Event, after: timedelta) -> None:
    """It goes where the table says from where its age has brought it; tries come back only with the password."""
    state = enrolment_in(phase)
    done = taken(enrolment.step, state, event, after)
    if done is None:
        return
    stands = enrolment.aged(state, now=NOON + after).phase

    assert done.state.phase in enrolment.TABLE[stands, type(event)].to
    if done.state.tries_left > state.tries_left:
        assert isinstance(event, enrolment.PasswordTried)
        assert "1234" == event.password
    assert (state.idnat, state.device_id, state.expires_at) == (
        done.state.idnat, done.state.device_id, done.state.expires_at,
    )  # fmt: skip
