"""The mailbox: the e-mails and SMS of fictional people, for a person to open and for a script to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request, url_for

from mock_idp.web import post
from mock_idp.web.http import provider
from mock_idp.web.journeys import GoneError
from mock_idp.web.pages import page
from mock_idp.web.qr import KINDS, drawn

if TYPE_CHECKING:
    from mock_idp.web.post import Message

blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox")


@blueprint.get("/")
def inbox() -> Response:
    """Show every message, newest first."""
    return page("mailbox.html", messages=post.messages(provider()))


@blueprint.get("/etat")
def state() -> Response:
    """Tell the page's script whether something came in."""
    return jsonify(state=str(len(post.messages(provider()))))


@blueprint.get("/messages.json")
def api() -> Response:
    """Return the messages, to everybody or with ``idnat`` to one person, newest first."""
    found = post.messages(provider(), request.args.get("idnat"))
    return jsonify(messages=[_as_json(message) for message in found])


def _as_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.message_id,
        "kind": message.kind.value,
        "at": message.at.isoformat(),
        "to": message.to,
        "idnat": message.idnat,
        "subject": message.subject,
        "text": message.text,
        "scan_url": message.scan_url or None,
        "code": message.code or None,
        "qr": url_for("mailbox.qr_image", message_id=message.message_id, kind="png") if message.scan_url else None,
    }


@blueprint.get("/<message_id>")
def message(message_id: str) -> Response:
    """Show one message."""
    return page("message.html", message=_found(message_id))


@blueprint.get("/<message_id>/qr.<any(png, svg):kind>")
def qr_image(message_id: str, kind: str) -> Response:
    """Draw the QR code of an e-mail."""
    found = _found(message_id)
    if not found.scan_url:
        raise GoneError
    return Response(drawn(found.scan_url, kind), mimetype=KINDS[kind])


def _found(message_id: str) -> Message:
    found = post.find_message(provider(), message_id)
    if found is None:
        raise GoneError
    return found
