"""Logging in with a card in the browser's own reader, once TLS has proven its key (see `mock_idp.web.tls`).

The wording of the refusals is ours: no public source gives Pro Santé Connect's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from mock_idp.ecps.card_proof import CardProofError, identify
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.http import finish, provider
from mock_idp.web.login_of_page import known_idnat, open_login
from mock_idp.web.pages import page
from mock_idp.web.texts import explain

if TYPE_CHECKING:
    from mock_idp.web.services import Login

blueprint = Blueprint("card", __name__)

CERTIFICATE = "psc.card_certificate"
"""Where the TLS server leaves the client's certificate (DER) in a request's environment; no client can write there."""
CHAIN = "psc.card_chain"
"""Likewise the other certificates that came with it."""

REFUSED = 422


@blueprint.get("/carte/<login_id>")
def login(login_id: str) -> Response:
    """Let the holder of the presented card in: back to the portal with a code, or why not."""
    waiting = open_login(login_id)
    try:
        idnat = _holder()
    except EcpsError as refused:
        return _refused(waiting, refused.code)
    journeys.withdraw_approval(provider(), login_id)
    return finish(login_id, idnat, means=Means.CARD)


def _holder() -> str:
    certificate: bytes | None = request.environ.get(CERTIFICATE)
    if certificate is None:
        raise CardProofError(Code.CARD_NOT_PRESENTED)
    served = provider()
    now = served.clock.now()
    identity = identify(
        certificate,
        chain=request.environ.get(CHAIN, ()),
        anchors=served.card_anchors,
        intermediates=served.card_intermediates,
        now=now,
        crls=served.card_crls(now) if served.card_crls is not None else None,
    )
    try:
        return known_idnat(identity.idnat)
    except EcpsError as refused:
        # Nobody typed anything: the advice about typing would help nobody.
        unknown = refused.code is not Code.ACCOUNT_DEACTIVATED
        raise CardProofError(Code.CARD_HOLDER_UNKNOWN if unknown else refused.code) from None


def _refused(waiting: Login, code: Code) -> Response:
    g.said = (("refusal", code.value),)
    return page("card_refused.html", REFUSED, login=waiting, error=explain(code))
