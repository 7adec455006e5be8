"""Logins that wait for a phone, on the store: asked, answered by hand or by habit, expired, withdrawn.

Every change is a compare-and-set, so that of two requests that race exactly one moves the machine.  What a phone does
by habit is done by whoever looks first, and counts from the moment at which the phone would have done it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mock_idp.ecps import approval
from mock_idp.ecps.refusals import EcpsError
from mock_idp.web.enrolments import ID_OCTETS, GoneError, devices_of
from mock_idp.web.habits import Habit, shown_habit

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.ecps.enrolment import Device
    from mock_idp.web.services import Provider


class NothingWaitsError(Exception):
    """Nobody asks this person for anything."""


class NoPhoneError(NothingWaitsError):
    """Somebody is asked, and no phone of theirs can answer."""


def ask_approval(provider: Provider, login_id: str, idnat: str, *, number: str | None = None) -> approval.Approval:
    """Ask a person's phones to approve a login; an earlier request of the same login is withdrawn.

    ``number`` is what the person compares, if it was chosen elsewhere (the binding message of CIBA).
    """
    withdraw_approval(provider, login_id)
    now = provider.clock.now()
    limits = provider.ecps
    # a remainder of four octets is even enough for a choice among three
    place = int.from_bytes(provider.entropy.octets(4)) % limits.number_choices
    choices = provider.entropy.numbers(limits.number_choices, limits.number_digits)
    if number is not None:
        others = iter(drawn for drawn in choices if drawn != number)
        choices = tuple(number if index == place else next(others) for index in range(limits.number_choices))
    asked = approval.request(
        approval_id=provider.entropy.token(ID_OCTETS),
        login_id=login_id,
        idnat=idnat,
        choices=choices,
        place=place,
        now=now,
        limits=limits,
    )
    until = now + provider.settings.login_lifetime + limits.approval_lifetime
    provider.store.put("approvals", asked.approval_id, asked, expires_at=until)
    provider.store.put("approval-of-login", login_id, asked.approval_id, expires_at=until)
    return asked


def withdraw_approval(provider: Provider, login_id: str) -> None:
    """Take back what a login asked of a phone; what is over or was never asked stays as it is."""
    earlier = approval_of_login(provider, login_id)
    if earlier is not None:
        with suppress(EcpsError, GoneError):
            advance_approval(provider, earlier.approval_id, approval.Withdrawn())


def find_approval(provider: Provider, approval_id: str) -> approval.Approval:
    """Return a request for approval as it stands now: answered by habit, or expired if its time is over.

    Raises:
        GoneError: it is forgotten, or never was.
    """
    now = provider.clock.now()
    found: approval.Approval | None = provider.store.get("approvals", approval_id, now=now)
    if found is None:
        raise GoneError
    if found.phase in approval.WAITING:
        found = _followed(provider, found)
    if found.phase in approval.WAITING and now >= found.expires_at:
        try:
            return advance_approval(provider, approval_id, approval.TimePassed()).state
        except EcpsError:
            # somebody else was faster; no phase that follows a waiting one waits, so this ends
            return find_approval(provider, approval_id)
    return found


def approval_of_login(provider: Provider, login_id: str) -> approval.Approval | None:
    """Return the latest request that a login made, or None."""
    found: str | None = provider.store.get("approval-of-login", login_id, now=provider.clock.now())
    try:
        return None if found is None else find_approval(provider, found)
    except GoneError:
        return None


def requests_for(provider: Provider, idnat: str | None = None) -> list[approval.Approval]:
    """Return the requests that wait for a person's phone, or for anybody's, oldest first."""
    kept: list[approval.Approval] = provider.store.values("approvals", now=provider.clock.now())
    asked = [one for one in kept if idnat in {None, one.idnat} and one.phase in approval.WAITING]
    found = [find_approval(provider, one.approval_id) for one in asked]
    return [one for one in found if one.phase in approval.WAITING]


def advance_approval(
    provider: Provider, approval_id: str, event: approval.Event, *, at: datetime | None = None
) -> approval.ApprovalStep:
    """Take one event into a request for approval, now or as of the moment ``at``.

    Raises:
        EcpsError: refused at no cost; nothing has changed.
        GoneError: there is no such request any more.
    """
    while True:
        now = provider.clock.now()
        before: approval.Approval | None = provider.store.get("approvals", approval_id, now=now)
        if before is None:
            raise GoneError
        done = approval.step(before, event, now=at or now)
        until = before.requested_at + provider.settings.login_lifetime + provider.ecps.approval_lifetime
        if provider.store.compare_and_set("approvals", approval_id, before, done.state, now=now, expires_at=until):
            return done


# -- answered without a hand


def _followed(provider: Provider, asked: approval.Approval) -> approval.Approval:
    """Return a request after its person's habit has shown, if its moment has come."""
    shown = shown_habit(
        provider, login_id=asked.login_id, idnat=asked.idnat, asked_at=asked.requested_at, until=asked.expires_at
    )
    if shown is None:
        return asked
    # a hand may be faster than the habit, and a phone may be locked: then the request stands as it is
    with suppress(EcpsError, GoneError, NoPhoneError):
        if shown.habit is Habit.WRONG_NUMBER:
            pick_on_the_phone(provider, asked, wrong_number(asked), at=shown.at)
        else:
            answer_on_the_phone(provider, asked, approve=shown.habit is Habit.APPROVE, at=shown.at)
    left: approval.Approval | None = provider.store.get("approvals", asked.approval_id, now=provider.clock.now())
    return left or asked


def wrong_number(asked: approval.Approval) -> str:
    """Return a number that the phone offers and the computer does not show."""
    return next(choice for choice in asked.choices if choice != asked.number)


def answer_on_the_phone(
    provider: Provider, asked: approval.Approval, *, approve: bool, at: datetime | None = None
) -> str:
    """Approve or refuse a request on a phone of its person, now or as of ``at``, and return its login.

    Raises:
        NoPhoneError: no phone of theirs can be used.
        EcpsError: the request does not wait any more.
    """
    if approve:
        return pick_on_the_phone(provider, asked, asked.number, at=at)
    _in_hand(provider, asked, at or provider.clock.now())
    return advance_approval(provider, asked.approval_id, approval.Refused(), at=at).state.login_id


def pick_on_the_phone(provider: Provider, asked: approval.Approval, number: str, *, at: datetime | None = None) -> str:
    """Unlock a phone for a request, pick a number, now or as of ``at``, and return the request's login.

    Raises:
        NoPhoneError: no phone of theirs can be used.
        EcpsError: the request does not wait any more.
    """
    if asked.phase is approval.Phase.PENDING:
        device = _in_hand(provider, asked, at or provider.clock.now())
        typed = approval.PasswordTyped(device.device_id, correct=True, tries_left=device.tries_left)
        asked = advance_approval(provider, asked.approval_id, typed, at=at).state
    picked = approval.NumberPicked(asked.device_id or "", number)
    return advance_approval(provider, asked.approval_id, picked, at=at).state.login_id


def _in_hand(provider: Provider, asked: approval.Approval, now: datetime) -> Device:
    """Return a phone of the person that can answer at ``now``.

    Raises:
        NoPhoneError: there is none.
    """
    for device in devices_of(provider, asked.idnat):
        if device.usable(now):
            return device
    raise NoPhoneError
