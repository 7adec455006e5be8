"""Answering for a person from a script: what waits on their phone or in their reader is approved or refused."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mock_idp.protocol.ciba import Decision
from mock_idp.protocol.tokens import Means
from mock_idp.web.approvals import (
    NothingWaitsError,
    answer_on_the_phone,
    pick_on_the_phone,
    requests_for,
    wrong_number,
)

if TYPE_CHECKING:
    from mock_idp.protocol.ciba import CibaRequest
    from mock_idp.web.services import Provider


class Answer(StrEnum):
    """What a script may have a person say."""

    APPROVE = "approve"
    REFUSE = "refuse"
    WRONG_NUMBER = "wrong-number"


def answer(provider: Provider, idnat: str, said: Answer, *, login_id: str | None = None) -> str:
    """Answer the latest request that waits for a person, or that of one login, and return its login.

    On the phone it goes the phone's own way: unlocked, then a number; without the password, which a script that may use
    the control API need not know.

    Raises:
        NothingWaitsError: nothing waits on a phone of theirs, nor in a reader; the latter shows no number to mistake.
        NoPhoneError: something waits, and no phone of theirs can be used.
        EcpsError: it waits no longer.
    """
    waiting = [one for one in requests_for(provider, idnat) if login_id in {None, one.login_id}]
    if waiting and said is Answer.WRONG_NUMBER:
        return pick_on_the_phone(provider, waiting[-1], wrong_number(waiting[-1]))
    if waiting:
        return answer_on_the_phone(provider, waiting[-1], approve=said is Answer.APPROVE)
    in_readers = [one for one in waiting_in_readers(provider, idnat) if login_id in {None, one.login_id}]
    if not in_readers or said is Answer.WRONG_NUMBER:
        raise NothingWaitsError
    now = provider.clock.now()
    decision = Decision.APPROVED if said is Answer.APPROVE else Decision.REFUSED
    provider.server.ciba.change(in_readers[-1], now=now, decision=decision, decided_at=now)
    return in_readers[-1].login_id


def waiting_in_readers(provider: Provider, idnat: str | None) -> list[CibaRequest]:
    """Return the CIBA requests that wait for a person's card, or for anybody's, oldest first."""
    now = provider.clock.now()
    return [
        asked
        for asked in provider.server.ciba.everything(now=now)
        if idnat in {None, asked.idnat}
        and asked.channel is Means.CARD
        and asked.decision is Decision.PENDING
        and now < asked.expires_at
    ]
