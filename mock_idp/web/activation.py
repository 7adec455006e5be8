"""The demande d'activation on the computer, steps 02 to 06 of the tutorial.

Forms carry no token besides their address: the activation's id is unguessable and known only to the browser that typed
the identifiant, so another site cannot aim a form at it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for

from mock_idp.ecps.activation import (
    Abandoned,
    Begun,
    CardProven,
    CardRejected,
    CodeTyped,
    ContactAsked,
    Phase,
    QrRenewed,
)
from mock_idp.ecps.card_proof import CardProofError
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import journeys, post
from mock_idp.web.card_forms import delivery_pin, reader_proof, typed_proof, whose
from mock_idp.web.http import provider, tie
from mock_idp.web.pages import page
from mock_idp.web.qr import KINDS, drawn
from mock_idp.web.services import LoginGoneError
from mock_idp.web.texts import Explanation, explain, explain_refusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.ecps.activation import ActivationStep
    from mock_idp.ecps.card_proof import CardProof
    from mock_idp.web.journeys import Demand

blueprint = Blueprint("activation", __name__, url_prefix="/activation")

QR_OCTETS = 16
REFUSED = 422

TEMPLATES = {
    Phase.REQUESTED: "activation_card.html",
    Phase.CHALLENGED: "activation_card.html",
    Phase.PROVEN: "activation_qr.html",
    Phase.MAILED: "activation_mail.html",
    Phase.SCANNED: "activation_code.html",
    Phase.LINKED: "activation_password.html",
    Phase.ACTIVE: "activation_done.html",
    Phase.FAILED: "activation_failed.html",
}


@blueprint.app_errorhandler(journeys.GoneError)
def _gone(_: journeys.GoneError) -> Response:
    return page("gone.html", 410)


@blueprint.url_value_preprocessor
def _tie(_: str | None, values: dict[str, str] | None) -> None:
    """Tie the request to the login that asked for the activation, and speak its language."""
    demand = journeys.find_demand(provider(), (values or {})["activation_id"])
    tie(demand.login_id or None)
    g.demand = demand
    try:
        g.login_language = provider().login(demand.login_id).language
    except LoginGoneError:
        g.login_language = None


@blueprint.get("/<activation_id>")
def steps(activation_id: str) -> Response:
    """Show the step at which the activation stands."""
    return _show(journeys.find_demand(provider(), activation_id))


def _show(demand: Demand, error: Explanation | None = None) -> Response:
    state = demand.activation
    g.here = url_for("activation.steps", activation_id=state.activation_id)
    if state.failure:
        # why it is over says more than why one more step was refused
        error = explain(state.failure)
    now = provider().clock.now()
    left = state.qr_expires_at - now if state.qr_expires_at else None
    return page(
        TEMPLATES[state.phase],
        REFUSED if error and state.phase is not Phase.FAILED else 200,
        activation=state,
        login_id=demand.login_id,
        person=provider().directory.find(state.idnat),
        challenge=base64.b64encode(state.challenge).decode("ascii"),
        stale=state.challenge_expires_at is not None and now >= state.challenge_expires_at,
        has_reader=provider().card_reader is not None,
        delivery_pin=delivery_pin(),
        contact_route=provider().ecps.contact_route,
        contact=post.shown_contact(provider(), state.idnat),
        seconds_left=max(0, int(left.total_seconds())) if left else 0,
        scan_url=post.scan_url(provider(), state.qr_token) if state.phase is Phase.PROVEN else "",
        error=error,
    )


def _after(activation_id: str, done: ActivationStep) -> AnyResponse:
    if done.refusal is not None:
        return _show(journeys.find_demand(provider(), activation_id), explain_refusal(done.refusal))
    return redirect(url_for("activation.steps", activation_id=activation_id), code=303)


@blueprint.errorhandler(EcpsError)
def _refused(error: EcpsError) -> Response:
    demand: Demand = g.demand
    return _show(journeys.find_demand(provider(), demand.activation.activation_id), explain_refusal(error))


@blueprint.post("/<activation_id>/commencer")
def begin(activation_id: str) -> AnyResponse:
    """« Commencer l'activation »: give the card something to sign."""
    event = Begun(provider().entropy.octets(provider().ecps.challenge_octets))
    return _after(activation_id, journeys.advance_activation(provider(), activation_id, event))


@blueprint.post("/<activation_id>/code-confidentiel")
def pin(activation_id: str) -> AnyResponse:
    """Hand the code confidentiel to the simulated reader, and take the proof of the card that is in it."""
    demand = _challenged(activation_id)
    return _take(demand, reader_proof(demand.activation.idnat, demand.activation.challenge))


@blueprint.post("/<activation_id>/carte")
def card(activation_id: str) -> AnyResponse:
    """Take a proof that a desk with its own reader brings: ``certificate`` and ``signature`` in base64."""
    demand = _challenged(activation_id)
    try:
        proof = typed_proof()
    except EcpsError as error:
        return _reject(demand, error.code)
    return _take(demand, proof)


def _challenged(activation_id: str) -> Demand:
    demand = journeys.find_demand(provider(), activation_id)
    if demand.activation.phase is not Phase.CHALLENGED:
        raise EcpsError(Code.UNEXPECTED_EVENT)
    return demand


def _take(demand: Demand, proof: CardProof) -> AnyResponse:
    state = demand.activation
    try:
        identity = whose(proof, challenge=state.challenge, idnat=state.idnat)
    except CardProofError as error:
        return _reject(demand, error.code)
    event = CardProven(identity.idnat, provider().entropy.token(QR_OCTETS))
    return _after(state.activation_id, journeys.advance_activation(provider(), state.activation_id, event))


def _reject(demand: Demand, code: Code) -> AnyResponse:
    activation_id = demand.activation.activation_id
    return _after(activation_id, journeys.advance_activation(provider(), activation_id, CardRejected(code)))


@blueprint.post("/<activation_id>/sans-carte")
def contact(activation_id: str) -> AnyResponse:
    """« Je n'ai pas ma carte »: the QR code goes to the e-mail address on record."""
    demand = journeys.find_demand(provider(), activation_id)
    if not provider().ecps.contact_route:
        raise EcpsError(Code.UNEXPECTED_EVENT)
    if post.shown_contact(provider(), demand.activation.idnat) is None:
        raise EcpsError(Code.CONTACT_UNKNOWN)
    event = ContactAsked(provider().entropy.token(QR_OCTETS))
    return _after(activation_id, journeys.advance_activation(provider(), activation_id, event))


@blueprint.get("/<activation_id>/qr.<any(png, svg):kind>")
def qr_image(activation_id: str, kind: str) -> Response:
    """Draw the QR code that the phone scans."""
    state = journeys.find_demand(provider(), activation_id).activation
    if state.phase is not Phase.PROVEN:
        raise EcpsError(Code.UNEXPECTED_EVENT)
    return Response(drawn(post.scan_url(provider(), state.qr_token), kind), mimetype=KINDS[kind])


@blueprint.post("/<activation_id>/qr")
def renew_qr(activation_id: str) -> AnyResponse:
    """« Renouveler le QR code »."""
    event = QrRenewed(provider().entropy.token(QR_OCTETS))
    return _after(activation_id, journeys.advance_activation(provider(), activation_id, event))


@blueprint.post("/<activation_id>/code")
def code(activation_id: str) -> AnyResponse:
    """Take the code that the phone shows."""
    event = CodeTyped(request.form.get("code", ""))
    return _after(activation_id, journeys.advance_activation(provider(), activation_id, event))


@blueprint.post("/<activation_id>/abandonner")
def abandon(activation_id: str) -> AnyResponse:
    """Give the activation up and go back to the login, if one asked for it."""
    login_id = journeys.find_demand(provider(), activation_id).login_id
    journeys.advance_activation(provider(), activation_id, Abandoned())
    if not login_id:
        return redirect(url_for("activation.steps", activation_id=activation_id), code=303)
    return redirect(url_for("wallet.login_page", login=login_id), code=303)


@blueprint.get("/<activation_id>/etat")
def state(activation_id: str) -> Response:
    """Tell the page's script where the activation stands."""
    return jsonify(state=journeys.find_demand(provider(), activation_id).activation.phase.value)
