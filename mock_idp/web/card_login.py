"""« Carte CPS »: logging in with the card in the reader, and the card that was left there.

At PSC the card authenticates inside the TLS handshake; the simulator takes a signature over a challenge in a form
instead.  Each challenge serves one proof, good or bad; a wrong code confidentiel leaves it standing.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, session, url_for

from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.card_forms import delivery_pin, reader_proof, typed_proof, whose
from mock_idp.web.delegation import with_pairing
from mock_idp.web.http import finish, provider
from mock_idp.web.login_of_page import known_idnat, open_login, portal_of
from mock_idp.web.pages import page
from mock_idp.web.side_by_side import out_of_frame
from mock_idp.web.texts import Explanation, doubt_texts, explain_refusal, mark
from mock_idp.web.typesetting import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.ecps.card_proof import CardProof
    from mock_idp.web.services import Login

blueprint = Blueprint("card_login", __name__, url_prefix="/login/<login_id>/carte")

REFUSED = 422
INSERTED = "card_inserted"

# On this page the next challenge stands already; at the activation it has to be asked for.
_AGAIN = mark("Recommencez : la page présente un nouveau défi à la carte.")
_NEW_CHALLENGE = {Code.CHALLENGE_EXPIRED, Code.CARD_SIGNATURE_WRONG}


def card_is_inserted() -> bool:
    """Tell whether the person said that a card is in the simulated reader."""
    return provider().card_reader is not None and bool(session.get(INSERTED))


@blueprint.get("")
def card_page(login_id: str) -> Response:
    """Ask for the card: its code confidentiel, or its answer to the challenge."""
    return _show(open_login(login_id))


def _show(login: Login, error: Explanation | None = None, doubts: Sequence[str] = ()) -> Response:
    g.here = url_for("card_login.card_page", login_id=login.login_id)
    return page(
        "login_card.html",
        REFUSED if error else 200,
        login=login,
        portal=portal_of(login),
        means="card",
        typed=request.form.get("identifiant", ""),
        challenge=base64.b64encode(_challenge(login.login_id)).decode("ascii"),
        has_reader=provider().card_reader is not None,
        delivery_pin=delivery_pin(),
        error=error,
        doubts=doubts,
    )


def _challenge(login_id: str) -> bytes:
    store, now = provider().store, provider().clock.now()
    fresh = provider().entropy.octets(provider().ecps.challenge_octets)
    until = now + provider().ecps.challenge_lifetime
    store.compare_and_set("card-challenges", login_id, None, fresh, now=now, expires_at=until)
    kept: bytes = store.get("card-challenges", login_id, now=now) or fresh
    return kept


def _asked(login_id: str) -> bytes:
    kept: bytes | None = provider().store.get("card-challenges", login_id, now=provider().clock.now())
    if kept is None:
        raise EcpsError(Code.CHALLENGE_EXPIRED)
    return kept


@blueprint.errorhandler(EcpsError)
def _refused(error: EcpsError) -> Response:
    told = explain_refusal(error)
    if error.code in _NEW_CHALLENGE:
        told = Explanation(code=told.code, message=told.message, remedy=shown(_AGAIN))
    login = open_login((request.view_args or {})["login_id"])
    return _show(
        login, told, doubt_texts(error, request.form.get("identifiant", "")) if "identifiant" in request.form else ()
    )


@blueprint.post("/code-confidentiel")
def pin(login_id: str) -> AnyResponse:
    """Hand the code confidentiel to the simulated reader, for the card of the person who was typed."""
    open_login(login_id)
    idnat = known_idnat(request.form.get("identifiant", ""))
    return _take(login_id, reader_proof(idnat, _asked(login_id)))


@blueprint.post("")
def card(login_id: str) -> AnyResponse:
    """Take a proof that a desk with its own reader brings: ``certificate`` and ``signature`` in base64."""
    open_login(login_id)
    return _take(login_id, typed_proof())


def _take(login_id: str, proof: CardProof) -> AnyResponse:
    challenge = _asked(login_id)
    provider().store.delete("card-challenges", login_id)
    idnat = known_idnat(whose(proof, challenge=challenge, idnat=None).idnat)
    journeys.withdraw_approval(provider(), login_id)
    reply = finish(login_id, idnat, means=Means.CARD)
    return out_of_frame(with_pairing(reply, login_id, idnat=idnat, means=Means.CARD))


@blueprint.post("/lecteur")
def slot(login_id: str) -> AnyResponse:
    """Put a card into the simulated reader, or take it out."""
    open_login(login_id)
    session[INSERTED] = request.form.get("card") == "in"
    return redirect(url_for("wallet.login_page", login=login_id), code=303)
