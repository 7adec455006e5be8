"""Logging in with a card in the browser's own reader, once TLS has proven its key (see `mock_idp.web.tls`).

The wording of the refusals is ours: no public source gives Pro Santé Connect's own.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, url_for

from mock_idp.ecps.activation import CardProven
from mock_idp.ecps.card_proof import CardProofError, identify
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.activation import QR_OCTETS
from mock_idp.web.http import finish, provider, tie
from mock_idp.web.login_of_page import known_idnat, open_login
from mock_idp.web.pages import page
from mock_idp.web.services import LoginGoneError
from mock_idp.web.texts import explain_refusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.ecps.card_proof import CardIdentity

blueprint = Blueprint("card", __name__)

CERTIFICATE = "psc.card_certificate"
"""Where the TLS server leaves the client's certificate (DER) in a request's environment; no client can write there."""
CHAIN = "psc.card_chain"
"""Likewise the other certificates that came with it."""

REFUSED = 422


@blueprint.get("/carte/<login_id>")
def login(login_id: str) -> Response:
    """Let the holder of the presented card in: back to the portal with a code, or why not."""
    open_login(login_id)
    try:
        idnat = _known_holder()
    except EcpsError as refused:
        return _refused(refused, other=url_for("wallet.login_page", login=login_id))
    journeys.withdraw_approval(provider(), login_id)
    return finish(login_id, idnat, means=Means.CARD)


@blueprint.get("/carte/activation/<activation_id>")
def activation(activation_id: str) -> AnyResponse:
    """Take the presented card as the proof that an activation waits for, and go on with it on the wallet's host.

    The handshake takes the place of the signed challenge; the challenge's time limit stands.
    """
    served = provider()
    demand = journeys.find_demand(served, activation_id)
    tie(demand.login_id or None)
    with suppress(LoginGoneError):
        g.login_language = served.login(demand.login_id).language
    steps = url_for("activation.steps", activation_id=activation_id)
    try:
        event = CardProven(_identity().idnat, served.entropy.token(QR_OCTETS))
        journeys.advance_activation(served, activation_id, event)
    except EcpsError as refused:
        return _refused(refused, other=steps)
    return redirect(served.settings.wallet_base + steps, code=303)


def _identity() -> CardIdentity:
    certificate: bytes | None = request.environ.get(CERTIFICATE)
    if certificate is None:
        raise CardProofError(Code.CARD_NOT_PRESENTED)
    served = provider()
    now = served.clock.now()
    return identify(
        certificate,
        chain=request.environ.get(CHAIN, ()),
        anchors=served.card_anchors,
        intermediates=served.card_intermediates,
        now=now,
        crls=served.card_crls(now) if served.card_crls is not None else None,
    )


def _known_holder() -> str:
    identity = _identity()
    try:
        return known_idnat(identity.idnat)
    except EcpsError as refused:
        # Nobody typed anything: the advice about typing would help nobody.
        unknown = refused.code is not Code.ACCOUNT_DEACTIVATED
        raise CardProofError(Code.CARD_HOLDER_UNKNOWN if unknown else refused.code) from None


def _refused(refused: EcpsError, *, other: str) -> Response:
    g.said = (("refusal", refused.code.value),)
    return page("card_refused.html", REFUSED, error=explain_refusal(refused), again=request.path, other=other)
