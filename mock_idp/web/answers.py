"""Answering for a person from a script: what waits on their phone or in their reader is approved or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.ecps import approval
from mock_idp.protocol.ciba import Decision
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys

if TYPE_CHECKING:
    from mock_idp.web.services import Provider


class NothingWaitsError(Exception):
    """Nobody asks this person for anything."""


def answer(provider: Provider, idnat: str, *, approve: bool) -> str:
    """Approve or refuse the latest request that waits for a person, and return its login.

    On the phone it goes the phone's own way: unlocked, then the right number; without the password, which a script that
    may use the control API need not know.

    Raises:
        NothingWaitsError: nothing waits on a phone of theirs, nor in a reader.
        EcpsError: the phone cannot be used.
    """
    waiting = journeys.requests_for(provider, idnat)
    if waiting:
        return on_the_phone(provider, waiting[-1], approve=approve)
    now = provider.clock.now()
    for asked in reversed(provider.server.ciba.everything(now=now)):
        waits = asked.decision is Decision.PENDING and now < asked.expires_at
        if asked.idnat == idnat and asked.channel is Means.CARD and waits:
            decision = Decision.APPROVED if approve else Decision.REFUSED
            provider.server.ciba.change(asked, now=now, decision=decision, decided_at=now)
            return asked.login_id
    raise NothingWaitsError


def on_the_phone(provider: Provider, asked: approval.Approval, *, approve: bool) -> str:
    """Approve or refuse a request on a phone of its person, and return its login.

    Raises:
        NothingWaitsError: no phone of theirs can be used.
        EcpsError: the request does not wait any more.
    """
    if not approve:
        return journeys.advance_approval(provider, asked.approval_id, approval.Refused()).state.login_id
    return picked_on_the_phone(provider, asked, asked.number)


def picked_on_the_phone(provider: Provider, asked: approval.Approval, number: str) -> str:
    """Unlock a phone for a request, pick a number, and return the request's login.

    Raises:
        NothingWaitsError: no phone of theirs can be used.
        EcpsError: the request does not wait any more.
    """
    device_id = asked.device_id
    if asked.phase is approval.Phase.PENDING:
        now = provider.clock.now()
        usable = [device for device in journeys.devices_of(provider, asked.idnat) if device.usable(now)]
        if not usable:
            raise NothingWaitsError
        device_id = usable[0].device_id
        typed = approval.PasswordTyped(device_id, correct=True, tries_left=usable[0].tries_left)
        journeys.advance_approval(provider, asked.approval_id, typed)
    picked = approval.NumberPicked(device_id or "", number)
    return journeys.advance_approval(provider, asked.approval_id, picked).state.login_id
