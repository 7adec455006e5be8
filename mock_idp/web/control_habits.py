"""The control API's part on habits: what a person's phone answers by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify

from mock_idp.people import PeopleError
from mock_idp.web.control_door import ControlError, body_of_request, choice, control, known_person, text
from mock_idp.web.habits import Habit, Standing, persona_key, put_habit
from mock_idp.web.http import provider

LONGEST_SECONDS = 3600


@control.post("/habits")
def habits() -> Response:
    """Give a person (``idnat``), a ``persona`` or one login (``login_id``) a habit; ``"habit": null`` takes it away."""
    body = body_of_request("idnat", "login_id", "persona", "habit", "after")
    if len(body.keys() & {"idnat", "login_id", "persona"}) != 1:
        raise ControlError("idnat, login_id, persona: give one of them")
    if "habit" not in body:
        raise ControlError("habit: missing; write a habit, or null to take it away")
    key = _key(body)
    standing = None
    if body["habit"] is not None:
        standing = Standing(habit=choice(body, "habit", Habit), after=_after(body), since=provider().clock.now())
    put_habit(provider(), key, standing)
    return jsonify(key=key, habit=standing.habit if standing else None)


def _key(body: dict[str, Any]) -> str:
    if "idnat" in body:
        return known_person(text(body, "idnat"), "idnat").idnat
    if "login_id" in body:
        return text(body, "login_id")
    try:
        return persona_key(provider().directory.template(text(body, "persona")).key)
    except PeopleError as unknown:
        raise ControlError(str(unknown).replace("template", "persona", 1), 404) from None


def _after(body: dict[str, Any]) -> timedelta:
    seconds = body.get("after", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ControlError(f"after: expected seconds from 0 to {LONGEST_SECONDS}")
    return timedelta(seconds=seconds)
