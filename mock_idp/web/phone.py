"""The phone: a small web application that behaves as the e-CPS application in the tutorial.

One browser is one phone: the cookie ``phone`` holds its id, which is also the id of the e-CPS on it.  The cookie is
SameSite, and because every port of one host counts as the same site, forms are also refused when the browser says that
another origin sent them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for
from werkzeug.exceptions import Forbidden

from mock_idp.ecps import activation, enrolment
from mock_idp.ecps.idnat import without_spaces
from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.web import journeys
from mock_idp.web.http import provider, tie
from mock_idp.web.journeys import GoneError
from mock_idp.web.pages import page
from mock_idp.web.phone_requests import blueprint as requests
from mock_idp.web.phone_requests import portal_of
from mock_idp.web.texts import Explanation, explain, explain_refusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from mock_idp.ecps.enrolment import Device

blueprint = Blueprint("phone", __name__, url_prefix="/phone")
blueprint.register_blueprint(requests)

COOKIE = "phone"
COOKIE_LIFETIME = 3 * 365 * 24 * 3600
LONGEST_ID = 64
REFUSED = 422
ON_THE_PHONE = {activation.Phase.SCANNED, activation.Phase.LINKED}
"""Phases in which the phone has something to show or to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone whose holder accepted the terms, and the activation it scanned last."""

    phone_id: str
    activation_id: str | None = None


@blueprint.before_request
def _know_the_phone() -> None:
    """Read the cookie, or draw an id for a phone that comes for the first time."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden
    shown = request.cookies.get(COOKIE, "")
    g.phone_is_new = not (0 < len(shown) <= LONGEST_ID)
    g.phone_id = provider().entropy.token(journeys.ID_OCTETS) if g.phone_is_new else shown


@blueprint.after_request
def _keep_the_phone(response: Response) -> Response:
    if g.get("phone_is_new"):
        response.set_cookie(
            COOKIE,
            g.phone_id,
            max_age=COOKIE_LIFETIME,
            path="/phone",
            httponly=True,
            samesite="Lax",
            secure=provider().settings.wallet_base.startswith("https:"),
        )
    return response


def _phone() -> Phone | None:
    found: Phone | None = provider().store.get("phones", g.phone_id, now=provider().clock.now())
    return found


def _device() -> Device | None:
    return journeys.find_device(provider(), g.phone_id)


@blueprint.errorhandler(EcpsError)
def _refused(error: EcpsError) -> Response:
    return _home(explain_refusal(error))


# -- home and terms


@blueprint.get("/")
def home() -> AnyResponse:
    """Show where the phone stands: terms to accept, a QR code to scan, or an activated e-CPS and what waits for it."""
    return _home()


def _home(error: Explanation | None = None) -> Response:
    g.here = url_for("phone.home")
    device, now = _device(), provider().clock.now()
    if error is None and device is not None and device.phase in enrolment.WHY_UNUSABLE:
        error = explain(enrolment.WHY_UNUSABLE[device.phase])
    return page(
        "phone_home.html",
        REFUSED if error else 200,
        device=device,
        usable=device is not None and device.phase is enrolment.Phase.ACTIVE,
        expires_soon=device is not None and now >= device.expires_at - provider().ecps.expiry_notice,
        person=provider().directory.find(device.idnat) if device else None,
        accepted=_phone() is not None,
        under_way=_under_way() is not None,
        screens=journeys.qr_codes_on_screens(provider()),
        others=len(journeys.devices_of(provider(), device.idnat)) - 1 if device else 0,
        token=request.values.get("t", ""),
        requests=[(one, portal_of(one)) for one in journeys.requests_for(provider(), device.idnat)] if device else [],
        error=error,
    )


def _under_way() -> activation.Activation | None:
    """Return the activation that this phone is in the middle of."""
    phone = _phone()
    if phone is None or phone.activation_id is None:
        return None
    try:
        current = journeys.find_demand(provider(), phone.activation_id).activation
    except GoneError:
        return None
    return current if current.device_id == g.phone_id and current.phase in ON_THE_PHONE else None


@blueprint.post("/conditions")
def terms() -> AnyResponse:
    """Accept the terms and begin; with the QR code that was scanned before, go on with it."""
    if request.form.get("terms") != "on":
        return _home(explain(Code.TERMS_NOT_ACCEPTED))
    if _phone() is None:
        provider().store.put("phones", g.phone_id, Phone(phone_id=g.phone_id))
    token = request.form.get("t", "")
    return redirect(url_for("phone.scan", t=token) if token else url_for("phone.home"), code=303)


@blueprint.post("/supprimer")
def delete() -> AnyResponse:
    """« Supprimer ma e-CPS »; deleting it twice is no mistake."""
    with suppress(GoneError):
        journeys.advance_device(provider(), g.phone_id, enrolment.Deleted())
    return redirect(url_for("phone.home"), code=303)


@blueprint.post("/retrouve")
def found() -> AnyResponse:
    """« J'ai retrouvé ce téléphone »: what a script had lost is in its person's hands again."""
    journeys.advance_device(provider(), g.phone_id, enrolment.Found())
    return redirect(url_for("phone.home"), code=303)


@blueprint.get("/etat")
def state() -> Response:
    """Tell the page's script what it would show."""
    device, phone = _device(), _phone()
    waiting = journeys.requests_for(provider(), device.idnat) if device else []
    phase = ""
    if phone and phone.activation_id:
        try:
            phase = journeys.find_demand(provider(), phone.activation_id).activation.phase.value
        except GoneError:
            phase = "gone"
    screens = journeys.qr_codes_on_screens(provider())
    return jsonify(state=phase or "none", requests=len(waiting), screens=len(screens))


# -- activation


@blueprint.get("/scan")
def scan() -> AnyResponse:
    """Arrive from the QR code.

    A camera opens an address, so this GET moves the activation; it does so only for a phone that accepted the terms
    before, which a link preview or a search robot is not, and a second visit changes nothing.
    """
    token = request.args.get("t", "")
    phone = _phone()
    if phone is None or not token:
        return _home()
    activation_id = journeys.activation_of_qr(provider(), token)
    demand = journeys.find_demand(provider(), activation_id)
    tie(demand.login_id or None)
    current = demand.activation
    if not (phone.activation_id == activation_id and current.device_id == g.phone_id and current.qr_token == token):
        _check_free(current)
        code = provider().entropy.digits(provider().ecps.code_digits)
        event = activation.Scanned(token, g.phone_id, terms_accepted=True, code=code)
        journeys.advance_activation(provider(), activation_id, event)
        provider().store.put("phones", g.phone_id, Phone(phone_id=g.phone_id, activation_id=activation_id))
    return redirect(url_for("phone.link"), code=303)


@blueprint.post("/ecran")
def screen() -> AnyResponse:
    """« Scanner l'écran »: what a camera would do, for a phone that has none or is a window beside the computer."""
    wanted = request.form.get("idnat", "")
    shown = [state for state in journeys.qr_codes_on_screens(provider()) if state.idnat == wanted]
    if not shown:
        raise EcpsError(Code.QR_EXPIRED)
    return redirect(url_for("phone.scan", t=shown[0].qr_token), code=303)


def _check_free(current: activation.Activation) -> None:
    device = _device()
    if device is not None and device.idnat != current.idnat:
        raise EcpsError(Code.DEVICE_TAKEN)
    if current.phase is activation.Phase.SCANNED:
        raise EcpsError(Code.QR_USED)


@blueprint.get("/activation")
def link() -> AnyResponse:
    """Show the code to type on the computer, then ask for the password, then say that the e-CPS is activated."""
    return _link()


def _link(error: Explanation | None = None) -> AnyResponse:
    phone = _phone()
    if phone is None or phone.activation_id is None:
        return redirect(url_for("phone.home"), code=303)
    demand = journeys.find_demand(provider(), phone.activation_id)
    tie(demand.login_id or None)
    current = demand.activation
    g.here = url_for("phone.link")
    if current.phase is activation.Phase.ACTIVE:
        return page("phone_done.html")
    if current.device_id != g.phone_id or current.phase not in ON_THE_PHONE:
        return _home(error or explain(current.failure or Code.QR_UNKNOWN))
    template = "phone_code.html" if current.phase is activation.Phase.SCANNED else "phone_password.html"
    digits = provider().ecps.password_digits
    # a code that goes to the mobile number on record must not be shown to whoever holds this phone
    texted = current.route is activation.Route.CONTACT
    code = "" if texted else current.code
    return page(template, REFUSED if error else 200, code=code, texted=texted, digits=digits, error=error)


@blueprint.post("/mot-de-passe")
def password() -> AnyResponse:
    """Take the password that was chosen and typed again."""
    phone = _phone()
    if phone is None or phone.activation_id is None:
        return redirect(url_for("phone.home"), code=303)
    first, second = (without_spaces(request.form.get(name, "")) for name in ("password", "password_confirm"))
    chosen = activation.PasswordChosen(g.phone_id, first, second)
    tie(journeys.find_demand(provider(), phone.activation_id).login_id or None)
    try:
        done = journeys.advance_activation(provider(), phone.activation_id, chosen)
    except EcpsError as refused:
        return _link(explain_refusal(refused))
    return _link(explain_refusal(done.refusal)) if done.refusal else redirect(url_for("phone.link"), code=303)
