"""CIBA behind HTTP: the question reaches the person's phone, and the phone's answer reaches the poll."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import request

from mock_idp.artefacts import Seam
from mock_idp.ecps.approval import OVER, Collected, Phase
from mock_idp.ecps.refusals import EcpsError
from mock_idp.protocol.ciba import CibaRequest, Decision
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.habits import Habit, shown_habit
from mock_idp.web.http import exchange, provider, respond
from mock_idp.web.services import Login

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

ID_OCTETS = 16


def ask() -> Response:
    """Take a portal's question, bring it to the person's device, and acknowledge."""
    login_id = provider().entropy.token(ID_OCTETS)
    provider().plans.bind_hint(request.form.get("login_hint"), login_id)
    spoken = exchange(login_id)
    reply = provider().server.begin_ciba(spoken, login_id=login_id, reach=_reach)
    return respond(reply, seam=Seam.CIBA_ANSWER, spoken=spoken)


def _reach(made: CibaRequest) -> bool:
    """Show the question on the phones of the person; a card waits in its reader for a script to answer."""
    now = provider().clock.now()
    if made.channel is Means.MOBILE and not journeys.askable(provider(), made.idnat):
        return False
    # answered already as far as a browser is concerned: no page of the wallet may end it
    login = Login(login_id=made.login_id, client_id=made.client_id, params=(), started_at=now, answered=True)
    provider().store.put("logins", made.login_id, login, expires_at=made.expires_at)
    if made.channel is Means.MOBILE:
        journeys.ask_approval(provider(), made.login_id, made.idnat, number=made.binding_message)
    return True


def settle(auth_req_id: str | None) -> CibaRequest | None:
    """Bring what a phone has answered to the CIBA request that asked, and return it.

    Args:
        auth_req_id: the request that is polled for, if it is one.
    """
    now = provider().clock.now()
    asked = provider().server.ciba.find(auth_req_id, now=now)
    if asked is None or asked.decision is not Decision.PENDING:
        return asked
    if asked.channel is Means.CARD:
        return _by_habit(asked)
    answer = journeys.approval_of_login(provider(), asked.login_id)
    if answer is None or (answer.phase not in OVER and answer.phase is not Phase.APPROVED):
        return asked
    if answer.phase is Phase.APPROVED:
        with suppress(EcpsError, journeys.GoneError):
            journeys.advance_approval(provider(), answer.approval_id, Collected(asked.login_id))
        return decide(asked, Decision.APPROVED)
    # a request that nobody answered expires by itself
    return asked if answer.phase is Phase.EXPIRED else decide(asked, Decision.REFUSED)


def _by_habit(asked: CibaRequest) -> CibaRequest:
    """Have a card in its reader do what its person does by habit; it shows no numbers, so it picks no wrong one."""
    shown = shown_habit(
        provider(), login_id=asked.login_id, idnat=asked.idnat, asked_at=asked.requested_at, until=asked.expires_at
    )
    if shown is None or shown.habit is Habit.WRONG_NUMBER:
        return asked
    return decide(asked, Decision.APPROVED if shown.habit is Habit.APPROVE else Decision.REFUSED, at=shown.at)


def decide(asked: CibaRequest, decision: Decision, *, at: datetime | None = None) -> CibaRequest:
    """Note what the person said, now or at the moment ``at``, unless somebody was faster."""
    now = provider().clock.now()
    return provider().server.ciba.change(asked, now=now, decision=decision, decided_at=at or now) or asked
