"""Habits: what somebody answers by themselves, at once or after a while, so that a login needs no hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.web.services import Provider


class Habit(StrEnum):
    """What is answered by itself."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WRONG_NUMBER = "wrong-number"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A habit, and how long after the request it shows; ``ignore`` waits for a hand, or for the end of time.

    Attributes:
        since: when it was taught; a request of before is answered then at the earliest.
    """

    habit: Habit
    after: timedelta = timedelta(0)
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A habit whose moment has come, and that moment: it counts though somebody looked only later."""

    habit: Habit
    at: datetime


def put_habit(provider: Provider, key: str, standing: Standing | None) -> None:
    """Give a person, or one login, a habit in place of the one before; None takes it away.

    Args:
        provider: where it holds.
        key: an idnat, a login's id, which goes before its person's, or what `persona_key` makes of a persona.
        standing: what to do.
    """
    if standing is None:
        provider.store.delete("habits", key)
    else:
        provider.store.put("habits", key, standing)


def persona_key(name: str) -> str:
    """Return the key for a persona's habit, which everybody has who is made after it and has none of their own."""
    return f"persona {name}"


def _keys(provider: Provider, login_id: str, idnat: str) -> tuple[str, ...]:
    person = provider.directory.find(idnat)
    if person is None:
        return (login_id, idnat)
    # somebody made after a persona is called after it, and numbered
    made_after = re.sub(r"-\d+$", "", person.key)
    return (login_id, idnat, persona_key(person.key), persona_key(made_after))


def shown_habit(provider: Provider, *, login_id: str, idnat: str, asked_at: datetime, until: datetime) -> Shown | None:
    """Return what answers a request by itself, or None when nothing does, or not yet, or only after its time.

    Args:
        provider: where habits hold.
        login_id: the login that asks; its own habit goes before that of its person, and that before their persona's.
        idnat: who is asked.
        asked_at: when.
        until: when the request is over.
    """
    now = provider.clock.now()
    found: tuple[Standing | None, ...] = tuple(
        provider.store.get("habits", key, now=now) for key in _keys(provider, login_id, idnat)
    )
    standing = next((one for one in found if one is not None), None)
    if standing is None or standing.habit is Habit.IGNORE:
        return None
    at = max(asked_at + standing.after, standing.since)
    return Shown(habit=standing.habit, at=at) if at <= now and at < until else None
