"""The wallet on the computer: how to log in, the wait for the phone, and the way back to the portal.

Forms carry no token besides their address: the login's id is unguessable, lives ten minutes, and is known only to the
browser that the portal sent here, so another site cannot aim a form at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, redirect, request, session, url_for

from mock_idp.ecps.approval import OVER, WHY_OVER, Collected, Phase
from mock_idp.ecps.idnat import LONGEST
from mock_idp.ecps.refusals import EcpsError
from mock_idp.ecps.settings import CardInReader
from mock_idp.protocol.tokens import Means
from mock_idp.web import journeys
from mock_idp.web.card_login import INSERTED, card_is_inserted
from mock_idp.web.delegation import offered, with_pairing
from mock_idp.web.http import decline, finish, provider
from mock_idp.web.language import LANGUAGES
from mock_idp.web.login_of_page import known_idnat, open_login, portal_of
from mock_idp.web.pages import page
from mock_idp.web.services import LoginGoneError
from mock_idp.web.side_by_side import out_of_frame
from mock_idp.web.texts import Explanation, doubt_texts, explain, explain_refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.web.services import Login

blueprint = Blueprint("wallet", __name__)

MEANS = ("ecps", "card")
REFUSED = 422
PEOPLE_SHOWN = 12


@blueprint.app_context_processor
def _every_page() -> dict[str, object]:
    return {"language_links": _language_links()}


def _language_links() -> list[tuple[str, str]]:
    """Return where each language switch leads: this page again, or the page behind a form that was answered here."""
    here = g.get("here") or request.path
    kept = [] if g.get("here") else [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [(tag, f"{here}{'&' if '?' in here else '?'}{urlencode([*kept, ('lang', tag)])}") for tag in LANGUAGES]


@blueprint.get("/login-page")
def login_page() -> AnyResponse:
    """Ask how the person wants to log in; the e-CPS is shown first, as its field and button share this page."""
    login = open_login(request.args.get("login", ""))
    means = request.args.get("means", MEANS[0])
    if offered() and "means" not in request.args and dict(login.params).get("kc_idp_hint"):
        return redirect(url_for("delegation.delegated", login_id=login.login_id), code=303)
    if means == "card":
        return redirect(url_for("card_login.card_page", login_id=login.login_id), code=303)
    return _login_page(login, means=means if means in MEANS else MEANS[0], typed=request.args.get("identifiant", ""))


def _login_page(
    login: Login,
    *,
    means: str = MEANS[0],
    typed: str = "",
    error: Explanation | None = None,
    doubts: Sequence[str] = (),
) -> Response:
    kept = typed if 0 < len(typed) <= LONGEST else None
    g.here = url_for("wallet.login_page", login=login.login_id, means=means, identifiant=kept)
    return page(
        "login.html",
        REFUSED if error else 200,
        login=login,
        means=means,
        typed=typed,
        error=error,
        doubts=doubts,
        portal=portal_of(login),
        has_reader=provider().card_reader is not None,
        card_inserted=card_is_inserted(),
        people=provider().directory.everybody()[:PEOPLE_SHOWN],
    )


@blueprint.post("/login/<login_id>/identifiant")
def identifiant(login_id: str) -> AnyResponse:
    """Take the identifiant national: to the phone if one is activated, else to the demande d'activation."""
    return _identified(login_id, new_phone=False)


@blueprint.post("/login/<login_id>/activation")
def activate(login_id: str) -> AnyResponse:
    """Ask for an activation though a phone is activated already: it was lost, or this is a second one."""
    return _identified(login_id, new_phone=True)


def _identified(login_id: str, *, new_phone: bool) -> AnyResponse:
    login = open_login(login_id)
    typed = request.form.get("identifiant", "")
    try:
        idnat = known_idnat(typed)
    except EcpsError as refused:
        return _login_page(login, typed=typed, error=explain_refusal(refused), doubts=doubt_texts(refused, typed))
    if not new_phone and (held := _card_in_the_way(login, idnat)) is not None:
        return held
    if not new_phone and journeys.askable(provider(), idnat):
        journeys.ask_approval(provider(), login_id, idnat)
        return redirect(url_for("wallet.wait", login_id=login_id), code=303)
    journeys.withdraw_approval(provider(), login_id)
    demand = journeys.demand_activation(provider(), idnat, login_id)
    return redirect(url_for("activation.steps", activation_id=demand.activation.activation_id), code=303)


def _card_in_the_way(login: Login, idnat: str) -> AnyResponse | None:
    """Say that the card must leave the reader first, or log in with it; the tutorial asks to take it out before."""
    if request.form.get("card") == "out":
        session[INSERTED] = False
    policy = provider().ecps.card_in_reader
    if policy is CardInReader.IGNORE or not card_is_inserted():
        return None
    if policy is CardInReader.CARD:
        return redirect(url_for("card_login.card_page", login_id=login.login_id), code=303)
    g.here = url_for("wallet.login_page", login=login.login_id, identifiant=idnat)
    return page("card_inserted.html", login=login, portal=portal_of(login), idnat=idnat)


@blueprint.get("/login/<login_id>/attente")
def wait(login_id: str) -> AnyResponse:
    """Show the number to match until the phone has answered; then go back to the portal, or say why not."""
    login = open_login(login_id)
    asked = journeys.approval_of_login(provider(), login_id)
    if asked is None:
        return redirect(url_for("wallet.login_page", login=login_id), code=303)
    if asked.phase is Phase.COLLECTED:
        # another tab of this browser is bringing the answer to the portal
        raise LoginGoneError
    if asked.phase is Phase.APPROVED:
        done = journeys.advance_approval(provider(), asked.approval_id, Collected(login_id))
        idnat = done.effects[0].idnat
        return out_of_frame(with_pairing(finish(login_id, idnat), login_id, idnat=idnat, means=Means.MOBILE))
    if asked.phase in OVER:
        return page("approval_over.html", login=login, asked=asked, error=explain(WHY_OVER[asked.phase]))
    left = (asked.expires_at - provider().clock.now()).total_seconds()
    return page("waiting.html", login=login, asked=asked, seconds_left=int(left))


@blueprint.get("/login/<login_id>/etat")
def state(login_id: str) -> Response:
    """Tell the waiting page's script whether there is news."""
    open_login(login_id)
    asked = journeys.approval_of_login(provider(), login_id)
    return jsonify(state=_news(asked.phase if asked else Phase.WITHDRAWN))


def _news(phase: Phase) -> str:
    # the computer does not learn that the phone was unlocked: to the person waiting, nothing has changed
    return Phase.PENDING.value if phase is Phase.UNLOCKED else phase.value


@blueprint.errorhandler(EcpsError)
def _overtaken(_: EcpsError) -> AnyResponse:
    """Look again: between reading a request and moving it, the phone or another tab was faster."""
    return redirect(url_for("wallet.wait", login_id=(request.view_args or {})["login_id"]), code=303)


@blueprint.post("/login/<login_id>/annuler")
def cancel(login_id: str) -> Response:
    """Give the login up: the portal is told ``access_denied``."""
    open_login(login_id)
    journeys.withdraw_approval(provider(), login_id)
    return out_of_frame(decline(login_id))
