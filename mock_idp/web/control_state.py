"""The control API for the provider's state: its clock, who is known, and a fresh start."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from mock_idp.directory import NEWCOMERS
from mock_idp.protocol.registry import CLIENTS, PROVIDER
from mock_idp.web.control_door import ControlError, body_of_request, control, text
from mock_idp.web.http import provider

if TYPE_CHECKING:
    from mock_idp.web.world import Clock

KEPT = frozenset({CLIENTS, NEWCOMERS, PROVIDER, "counters", "devices"})
"""Tables that a reset keeps: people, portals and keys stay, fresh people go on being new, phones stay activated."""


@control.post("/clock")
def clock() -> Response:
    """Advance the provider's clock, set it, or set it back to real time with ``{"advance": null}``."""
    body = body_of_request("advance", "set")
    clock = provider().clock
    try:
        moved = clock.set(_moment(body)) if "set" in body else _advanced(clock, body)
    except (ValueError, OverflowError):
        raise ControlError(
            f"{'set' if 'set' in body else 'advance'}: the clock stays within a century of real time"
        ) from None
    return jsonify(now=moved.isoformat())


def _advanced(clock: Clock, body: dict[str, Any]) -> datetime:
    seconds = body.get("advance")
    if "advance" not in body or isinstance(seconds, bool) or not isinstance(seconds, int | float | None):
        raise ControlError("advance: expected seconds, or null to go back to real time; or 'set' with a moment")
    return clock.reset() if seconds is None else clock.advance(seconds)


def _moment(body: dict[str, Any]) -> datetime:
    said = text(body, "set")
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise ControlError("set: expected a moment like '2026-03-02T12:00:00+00:00'") from None
    if moment.tzinfo is None:
        raise ControlError("set: say the offset from UTC too, as in '2026-03-02T12:00:00+00:00'")
    return moment


@control.get("/people")
def everybody() -> Response:
    """Say who is in the directory."""
    people = [
        {
            "key": person.key,
            "idnat": person.idnat,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "card": person.card,
            "status": person.status,
        }
        for person in provider().directory.everybody()
    ]
    return jsonify(people=people)


@control.get("/clients")
def portals() -> Response:
    """Say which portals are known, without their secrets."""
    clients = [
        {
            "client_id": client.client_id,
            "name": client.name,
            "redirect_uris": client.redirect_uris,
            "post_logout_redirect_uris": client.post_logout_redirect_uris,
            "authentication": client.authentication,
            "ciba": client.ciba,
        }
        for client in provider().server.clients()
    ]
    return jsonify(clients=clients)


@control.post("/reset")
def reset() -> tuple[str, int]:
    """Forget every login, session, token, lie and journal entry, and go back to real time.

    People, phones, portals and keys stay.
    """
    body_of_request()
    served = provider()
    served.store.clear(keep=KEPT)
    served.plans.clear()
    served.journal.clear()
    served.clock.reset()
    return "", 204


@control.get("/openapi.json")
def description() -> Response:
    """Describe this API (OpenAPI 3.1)."""
    text = files("mock_idp.web").joinpath("control_openapi.json").read_text(encoding="utf-8")
    return Response(text, mimetype="application/json")
