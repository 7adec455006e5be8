"""« Délégation »: the login through an establishment's identity provider, simulated, off unless the settings say so.

Confirmed are the tab, the pairing of the local account with the e-CPS or the card at the first login, and a screen to
confirm at later ones; everything else here is ours.  The local identity provider is only played: it knows this browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, session, url_for

from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import journeys
from mock_idp.web.http import finish, provider
from mock_idp.web.login_of_page import known_idnat, open_login, portal_of
from mock_idp.web.pages import page
from mock_idp.web.side_by_side import out_of_frame
from mock_idp.web.texts import Explanation, explain, explain_refusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.protocol.tokens import Means
    from mock_idp.web.services import Login

blueprint = Blueprint("delegation", __name__, url_prefix="/login/<login_id>/delegation")

COOKIE = "psc_appairage"
WANTED = "pairing_wanted"
ID_OCTETS = 24
REFUSED = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A local account that was paired with a person, and how they proved who they were then."""

    idnat: str
    means: Means


def offered() -> bool:
    """Tell whether this simulator has the tab."""
    return provider().ecps.delegation


@blueprint.app_context_processor
def _tab() -> dict[str, object]:
    return {"delegation_offered": offered()}


@blueprint.before_request
def _check_offered() -> None:
    if not offered():
        raise EcpsError(Code.UNEXPECTED_EVENT)


@blueprint.errorhandler(EcpsError)
def _refused(error: EcpsError) -> AnyResponse:
    login = open_login((request.view_args or {})["login_id"])
    if not offered():
        return redirect(url_for("wallet.login_page", login=login.login_id), code=303)
    return _show(login, explain_refusal(error))


def _pairing() -> Pairing | None:
    shown = request.cookies.get(COOKIE, "")
    found: Pairing | None = provider().store.get("pairings", shown, now=provider().clock.now())
    return found


@blueprint.get("")
def delegated(login_id: str) -> Response:
    """Ask to confirm what the local identity provider says, or to pair the local account first."""
    return _show(open_login(login_id))


def _show(login: Login, error: Explanation | None = None) -> Response:
    g.here = url_for("delegation.delegated", login_id=login.login_id)
    pairing = _pairing()
    return page(
        "delegation.html",
        REFUSED if error else 200,
        login=login,
        portal=portal_of(login),
        means="delegation",
        pairing=pairing,
        person=provider().directory.find(pairing.idnat) if pairing else None,
        error=error,
    )


@blueprint.post("/appairer")
def pair(login_id: str) -> AnyResponse:
    """Remember that the local account is to be paired with whoever logs in now, with the e-CPS or the card."""
    open_login(login_id)
    session[WANTED] = login_id
    return redirect(url_for("wallet.login_page", login=login_id), code=303)


@blueprint.post("/confirmer")
def confirm(login_id: str) -> AnyResponse:
    """Log in as the person that the local account is paired with."""
    login = open_login(login_id)
    pairing = _pairing()
    if pairing is None:
        return _show(login, explain(Code.PAIRING_UNKNOWN))
    idnat = known_idnat(pairing.idnat)
    journeys.withdraw_approval(provider(), login_id)
    return out_of_frame(finish(login_id, idnat, means=pairing.means))


@blueprint.post("/oublier")
def forget(login_id: str) -> AnyResponse:
    """End the pairing."""
    open_login(login_id)
    provider().store.delete("pairings", request.cookies.get(COOKIE, ""))
    return redirect(url_for("delegation.delegated", login_id=login_id), code=303)


def with_pairing(reply: Response, login_id: str, *, idnat: str, means: Means) -> Response:
    """Return the answer to a login, with the cookie of the pairing if one was wanted at this login."""
    if not offered() or session.get(WANTED) != login_id:
        return reply
    del session[WANTED]
    token, lifetime = provider().entropy.token(ID_OCTETS), provider().ecps.pairing_lifetime
    until = provider().clock.now() + lifetime
    provider().store.put("pairings", token, Pairing(idnat=idnat, means=means), expires_at=until)
    secure = provider().settings.wallet_base.startswith("https:")
    reply.set_cookie(COOKIE, token, max_age=lifetime, path="/login", httponly=True, samesite="Lax", secure=secure)
    return reply
