"""The control API's part on habits: what a person's phone answers by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, jsonify

from mock_idp.web.control_door import ControlError, body_of_request, choice, control, known_person, text
from mock_idp.web.habits import Habit, Standing, put_habit
from mock_idp.web.http import provider

LONGEST_SECONDS = 3600


@control.post("/habits")
def habits() -> Response:
    """Give a person (``idnat``) or one login (``login_id``) a habit; ``"habit": null`` takes it away."""
    body = body_of_request("idnat", "login_id", "habit", "after")
    if ("idnat" in body) == ("login_id" in body):
        raise ControlError("idnat, login_id: give one of them")
    if "habit" not in body:
        raise ControlError("habit: missing; write a habit, or null to take it away")
    key = known_person(text(body, "idnat"), "idnat").idnat if "idnat" in body else text(body, "login_id")
    standing = None
    if body["habit"] is not None:
        standing = Standing(habit=choice(body, "habit", Habit), after=_after(body), since=provider().clock.now())
    put_habit(provider(), key, standing)
    return jsonify(key=key, habit=standing.habit if standing else None)


def _after(body: dict[str, Any]) -> timedelta:
    seconds = body.get("after", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ControlError(f"after: expected seconds from 0 to {LONGEST_SECONDS}")
    return timedelta(seconds=seconds)
