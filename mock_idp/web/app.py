"""The Flask application: which host answers what, and what happens when nothing fits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, redirect, request, url_for
from flask_babel import Babel, ngettext
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, NotFound

from mock_idp.protocol.documents import astray
from mock_idp.store import StoreError
from mock_idp.web import (
    activation,
    canary,
    card_by_tls,
    card_login,
    delegation,
    mailbox,
    phone,
    sample_api,
    side_by_side,
    wallet,
)
from mock_idp.web.control import control
from mock_idp.web.http import provider, write_journal
from mock_idp.web.language import language
from mock_idp.web.oidc import backchannel, front, realm
from mock_idp.web.outage import store_gone
from mock_idp.web.pages import broken_page, http_refusal_page, login_gone_page, not_found_page, showable
from mock_idp.web.services import LoginGoneError, Provider
from mock_idp.web.typesetting import shown, typeset, whole

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

LOG = logging.getLogger(__name__)
SERVER_ERROR = 500
MISDIRECTED = 421
CONTENT_SECURITY_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'"


def create_app(served: Provider) -> Flask:
    """Build the application around a provider.

    Args:
        served: the provider.  Its settings say which host names are answered; any other is refused, so that a page
            elsewhere cannot reach the simulator by pointing a name of its own at this machine.
    """
    app = Flask("mock_idp.web")
    app.secret_key = served.cookie_secret()
    app.config.update(
        SESSION_COOKIE_NAME="psc_simulateur",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=served.settings.wallet_base.startswith("https:"),
        MAX_CONTENT_LENGTH=1 << 20,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # DefaultJSONProvider has it, its base class does not
    app.extensions["psc_provider"] = served
    app.jinja_options = {**app.jinja_options, "finalize": showable}
    Babel(app, default_locale="fr", locale_selector=language)
    _typeset_templates(app)
    pages = (
        wallet.blueprint,
        card_login.blueprint,
        card_by_tls.blueprint,
        delegation.blueprint,
        activation.blueprint,
        phone.blueprint,
        mailbox.blueprint,
        side_by_side.blueprint,
        canary.blueprint,
    )
    for blueprint in (front, realm, backchannel, sample_api.blueprint, *pages, control):
        app.register_blueprint(blueprint)
    app.before_request(_check_host)
    app.before_request(_catch_up)
    app.after_request(_protect)
    app.after_request(write_journal)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(LoginGoneError, lambda _: login_gone_page())
    app.register_error_handler(StoreError, lambda error: store_gone(error, as_json=_wants_json()))
    app.register_error_handler(Exception, _broken)
    app.add_url_rule("/", "home", lambda: redirect(url_for("phone.home")))
    app.context_processor(lambda: {"language": language(), "settings": served.settings, "limits": served.ecps})
    return app


def _catch_up() -> None:
    # another process that serves the same provider may have moved its clock
    provider().clock.catch_up()
    # that was read from the store: it answers
    provider().outage.end()


def _typeset_templates(app: Flask) -> None:
    # Flask-Babel has installed its own, which know no French punctuation; no page of ours counts in words
    environment = app.jinja_env
    environment.install_gettext_callables(shown, ngettext, newstyle=True)  # type: ignore[attr-defined]  # i18n adds it
    environment.filters |= {"typeset": typeset, "whole": whole}


def _check_host() -> Response | None:
    """Answer each host only for what stands on it: at PSC the wallet and the issuer are two hosts."""
    settings, kind = provider().settings, request.blueprint
    bases = (settings.issuer_base, settings.wallet_base, settings.card_base, settings.mtls_base)
    issuer, wallet, card, mtls = (urlsplit(base).netloc for base in bases)
    doors = provider().tls_doors
    flawed = doors.hosts if doors is not None else frozenset()
    if request.host not in {issuer, wallet, card, mtls, *flawed} or not request.host:
        served = dict.fromkeys((settings.issuer_base, settings.wallet_base))
        said = f"Host {request.host!r} is not served here. Use {' or '.join(served)}."
        if _wants_json():
            # RFC 6749 5.2 allows no quotation mark or backslash in it
            answer = jsonify(error="invalid_request", error_description=said.replace('"', "'").replace("\\", "/"))
            answer.status_code = MISDIRECTED
            return answer
        french = f"L'hôte {request.host!r} n'est pas servi ici. Utilisez {' ou '.join(served)}."
        return Response(f"{french}\n{said}\n", status=MISDIRECTED, mimetype="text/plain")
    places = {
        "realm": {issuer},
        "backchannel": {issuer, mtls, *flawed},
        "api": {issuer, mtls},
        "card": {card},
        "control": {issuer, wallet},
    }
    # what belongs to no blueprint is a redirect to the phone, which is the wallet's, and files, which all pages need
    anywhere = {issuer, wallet, card, mtls} if request.endpoint == "static" else {issuer, wallet}
    if request.host not in (anywhere if kind is None else places.get(kind, {wallet})):
        base = settings.issuer_base if kind in {"realm", "backchannel", "api"} else settings.wallet_base
        raise NotFound(f"This is {request.host}; what you look for is on another host: {base}")
    return None


def _protect(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    return response


def _wants_json() -> bool:
    return request.blueprint in {"api", "backchannel", "canary", "control"} or request.path.startswith(
        ("/auth/realms/", "/_control/")
    )


def _http_error(error: HTTPException) -> AnyResponse | tuple[Response, int]:
    status = error.code or SERVER_ERROR
    # 405 must say which methods there are (RFC 9110 15.5.6)
    allowed = Headers([(name, value) for name, value in error.get_headers() if name == "Allow"])
    if _wants_json():
        known = astray(request.path, provider().settings) or _elsewhere(error)
        said = f"{error.name}: use {allowed['Allow']}." if allowed else known or error.name
        answer = jsonify(error="not_found" if status == NotFound.code else "invalid_request", error_description=said)
        answer.status_code = status
    elif status == NotFound.code:
        return not_found_page()
    else:
        answer = http_refusal_page(status)
    answer.headers.extend(allowed)
    return answer


def _elsewhere(error: HTTPException) -> str | None:
    """Return what was written for this very error, if it was."""
    return error.description if error.description != type(error).description else None


def _broken(error: Exception) -> Response | tuple[Response, int]:
    # the process boundary: whatever failed is logged for us, and told to nobody else
    LOG.error("request failed", exc_info=error)
    if _wants_json():
        return jsonify(error="server_error"), SERVER_ERROR
    return broken_page()
