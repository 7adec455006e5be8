"""Habits: what somebody's phone answers by itself, at once or after a while, so that a login needs no hand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mock_idp.ecps import approval
from mock_idp.ecps.refusals import EcpsError
from mock_idp.web import journeys
from mock_idp.web.answers import NothingWaitsError, on_the_phone, picked_on_the_phone

if TYPE_CHECKING:
    from mock_idp.web.services import Provider


class Habit(StrEnum):
    """What a phone does by itself."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WRONG_NUMBER = "wrong-number"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A habit, and how long after the request it shows; ``ignore`` waits for a hand, or for the end of time."""

    habit: Habit
    after: timedelta = timedelta(0)


def put_habit(provider: Provider, key: str, standing: Standing | None) -> None:
    """Give a person, or one login, a habit in place of the one before; None takes it away.

    Args:
        provider: where it holds.
        key: an idnat, or a login's id, which goes before the habit of its person.
        standing: what to do.
    """
    if standing is None:
        provider.store.delete("habits", key)
    else:
        provider.store.put("habits", key, standing)


def _habit_for(provider: Provider, asked: approval.Approval) -> Standing | None:
    now = provider.clock.now()
    found = (provider.store.get("habits", key, now=now) for key in (asked.login_id, asked.idnat))
    return next((standing for standing in found if standing is not None), None)


def followed(provider: Provider, login_id: str) -> approval.Approval | None:
    """Return the latest request of a login, after its person's habit has shown, if its time has come."""
    asked = journeys.approval_of_login(provider, login_id)
    if asked is None or asked.phase not in approval.WAITING:
        return asked
    standing = _habit_for(provider, asked)
    if standing is None or provider.clock.now() < asked.requested_at + standing.after:
        return asked
    # a hand may be faster than the habit, and a phone may be locked: then the request stands as it is
    with suppress(EcpsError, journeys.GoneError, NothingWaitsError):
        _act(provider, asked, standing.habit)
    return journeys.approval_of_login(provider, login_id)


def _act(provider: Provider, asked: approval.Approval, habit: Habit) -> None:
    if habit in {Habit.APPROVE, Habit.REFUSE}:
        on_the_phone(provider, asked, approve=habit is Habit.APPROVE)
    elif habit is Habit.WRONG_NUMBER:
        wrong = next(choice for choice in asked.choices if choice != asked.number)
        picked_on_the_phone(provider, asked, wrong)
