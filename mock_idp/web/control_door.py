"""The door of the control API: who may come in, and how a request is read.

Bodies are JSON and must say so: a page on another site cannot send that content type without asking first, so a browser
on the same machine is no way in.  Beyond loopback a token is required as well.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from mock_idp.ecps.idnat import IdnatError, normalise
from mock_idp.web.http import provider

if TYPE_CHECKING:
    from enum import StrEnum

    from mock_idp.people import Person

control = Blueprint("control", __name__, url_prefix="/_control/v1")


UNAUTHORIZED = 401


class ControlError(Exception):
    """A request that the control API cannot carry out: which field, what is wrong, what to do."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Carry the message."""
        super().__init__(message)
        self.status = status


@control.errorhandler(ControlError)
def _refused(error: ControlError) -> Response:
    answer = jsonify(error=str(error))
    answer.status_code = error.status
    if error.status == UNAUTHORIZED:
        # RFC 9110 15.5.2 wants a challenge
        answer.headers["WWW-Authenticate"] = 'Bearer realm="psc-control"'
    return answer


@control.before_request
def _check_caller() -> None:
    wanted = provider().control_token
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if wanted is not None and not hmac.compare_digest(wanted.encode(), shown.encode()):
        raise ControlError("Authorization: present the control token printed at start, as 'Bearer <token>'", 401)
    if request.method == "POST" and request.mimetype != "application/json":
        raise ControlError("Content-Type: send application/json", 415)


def body_of_request(*known: str, closed: bool = True) -> dict[str, Any]:
    """Return the JSON object of this request.

    Args:
        known: the members that it may have.
        closed: False when somebody else looks at the members.

    Raises:
        ControlError: there is none, or a member is unknown: a misspelt one would do nothing, and nobody would notice.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ControlError("body: expected a JSON object")
    if closed and (unknown := sorted(set(body) - set(known))):
        raise ControlError(f"{unknown[0]}: unknown member; known are {', '.join(sorted(known)) or 'none'}")
    return body


def text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text member.

    Raises:
        ControlError: it is missing, empty or no text.
    """
    value = body.get(name, default)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name}: expected non-empty text")
    return value


def choice(body: dict[str, Any], name: str, kind: type[StrEnum], default: StrEnum | None = None) -> Any:
    """Return a member that says one of a few words.

    Raises:
        ControlError: it says another.
    """
    said: Any = body.get(name, default)
    try:
        return kind(said)
    except ValueError:
        raise ControlError(f"{name}: {' or '.join(repr(word.value) for word in kind)}") from None


def known_person(typed: str, field: str) -> Person:
    """Return somebody of the directory.

    Args:
        typed: the identifiant national, spaces allowed.
        field: the member that says it, for messages.

    Raises:
        ControlError: it cannot be one, or nobody has it.
    """
    try:
        found = provider().directory.find(normalise(typed))
    except IdnatError as error:
        raise ControlError(f"{field}: {error.code}") from None
    if found is None:
        raise ControlError(f"{field}: nobody in the directory has it", 404)
    return found
