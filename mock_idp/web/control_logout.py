"""The control API for logout: the token that a portal would be sent, for whoever wants to deliver it themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from flask import Response, jsonify

from mock_idp.web.control_door import ControlError, body_of_request, choice, control, known_person, text
from mock_idp.web.http import provider
from mock_idp.web.logout_senders import noted

if TYPE_CHECKING:
    from mock_idp.deviations import Told
    from mock_idp.protocol.sessions import PscSession
    from mock_idp.protocol.tokens import Bearer, Grant


class TokenKind(StrEnum):
    """What a portal is sent as its logout token."""

    LOGOUT = "logout"
    ID = "id"
    """The ID token of the same login: genuine, for this portal, and no logout token."""


@control.post("/logout-tokens")
def logout_tokens() -> tuple[Response, int]:
    """Make a logout token for a login that stands, with the lies of that login; the session itself goes on."""
    body = body_of_request("idnat", "login_id", "kind")
    if ("idnat" in body) == ("login_id" in body):
        raise ControlError("idnat, login_id: give one of them")
    idnat = known_person(text(body, "idnat"), "idnat").idnat if "idnat" in body else None
    session, client_id, login_id = _latest(idnat, text(body, "login_id") if idnat is None else "")
    kind = choice(body, "kind", TokenKind, TokenKind.LOGOUT)
    served = provider()
    lies: list[Told] = []
    address = served.settings.endpoint("/logout")
    exchange = served.exchange(login_id, lies.extend, method="POST", url=address)
    if kind == TokenKind.LOGOUT:
        token = served.server.logout_token(session, client_id, exchange)
    else:
        token = served.server.id_token(_grant(login_id), exchange, served.entropy.token())
    noted(served, login_id, endpoint="logout_token", url=address, status=201, lies=lies)
    said = {"token": token, "iss": served.settings.issuer, "sid": session.session_id, "login_id": login_id}
    return jsonify(said), 201


def _latest(idnat: str | None, login_id: str) -> tuple[PscSession, str, str]:
    """Return the session of a person's latest login, or of the login named, its portal and the login."""
    sessions: list[PscSession] = provider().store.values("sessions", now=provider().clock.now())
    for session in reversed(sessions):
        for client_id, known in reversed(session.logins):
            if known == login_id or session.idnat == idnat:
                return session, client_id, known
    raise ControlError(f"{'login_id' if idnat is None else 'idnat'}: no session stands for it", 404)


def _grant(login_id: str) -> Grant:
    tokens: list[Bearer] = provider().store.values("access", now=provider().clock.now())
    found = next((one.grant for one in reversed(tokens) if one.grant.login_id == login_id), None)
    if found is None:
        raise ControlError("kind: this login has no ID token; its portal has not redeemed the code, or long ago", 404)
    return found
