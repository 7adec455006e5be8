"""The logins that wait on a phone: the password, then the right number among three, or « Refuser »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, url_for

from mock_idp.ecps import approval
from mock_idp.ecps.idnat import without_spaces
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import journeys
from mock_idp.web.http import provider, tie
from mock_idp.web.pages import page
from mock_idp.web.texts import Explanation, explain, explain_refusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("requests", __name__, url_prefix="/demandes/<approval_id>")

REFUSED = 422


def _asked(approval_id: str) -> approval.Approval:
    """Return a request, but only to a phone of the person it asks.

    Raises:
        GoneError: there is none for this phone.
    """
    asked = journeys.find_approval(provider(), approval_id)
    device = journeys.find_device(provider(), g.phone_id)
    if device is None or device.idnat != asked.idnat:
        raise journeys.GoneError
    tie(asked.login_id)
    return asked


@blueprint.get("")
def waiting(approval_id: str) -> Response:
    """Show what the request needs next."""
    return _show(_asked(approval_id))


def portal_of(asked: approval.Approval) -> str:
    """Return the name of the portal that a request is for, empty when its login is forgotten."""
    login = provider().store.get("logins", asked.login_id, now=provider().clock.now())
    client = provider().server.query_client(login.client_id) if login else None
    return (client.name or client.client_id) if client else ""


def _show(asked: approval.Approval, error: Explanation | None = None) -> Response:
    g.here = url_for("phone.requests.waiting", approval_id=asked.approval_id)
    if error is None and asked.phase in approval.WHY_OVER and asked.phase is not approval.Phase.REFUSED:
        error = explain(approval.WHY_OVER[asked.phase])
    return page(
        "phone_request.html",
        REFUSED if error else 200,
        asked=asked,
        portal=portal_of(asked),
        digits=provider().ecps.password_digits,
        error=error,
    )


def _advance(asked: approval.Approval, event: approval.Event) -> AnyResponse:
    done = journeys.advance_approval(provider(), asked.approval_id, event)
    if done.refusal is not None:
        return _show(done.state, explain_refusal(done.refusal))
    return redirect(url_for("phone.requests.waiting", approval_id=asked.approval_id), code=303)


@blueprint.errorhandler(EcpsError)
def _refused(error: EcpsError) -> Response:
    asked = _asked(str((request.view_args or {})["approval_id"]))
    # why it is over says more than why one more step was refused
    return _show(asked, None if asked.phase in approval.WHY_OVER else explain_refusal(error))


@blueprint.post("/mot-de-passe")
def unlock(approval_id: str) -> AnyResponse:
    """Take the password; a wrong one costs the phone a try."""
    asked = _asked(approval_id)
    if asked.phase is not approval.Phase.PENDING:
        # no try is spent on a request that does not ask for a password
        raise EcpsError(Code.UNEXPECTED_EVENT)
    typed = journeys.try_password(provider(), g.phone_id, without_spaces(request.form.get("password", "")))
    return _advance(asked, typed)


@blueprint.post("/nombre")
def pick(approval_id: str) -> AnyResponse:
    """Take the number that was picked."""
    return _advance(_asked(approval_id), approval.NumberPicked(g.phone_id, request.form.get("number", "")))


@blueprint.post("/refuser")
def refuse(approval_id: str) -> AnyResponse:
    """« Refuser »."""
    return _advance(_asked(approval_id), approval.Refused())
