"""The OpenID Connect routes: read, decide, say."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound

from mock_idp.artefacts import Seam
from mock_idp.protocol import Reply
from mock_idp.protocol.documents import discovery, key_set
from mock_idp.protocol.exchange import PscRequest
from mock_idp.protocol.logout import log_out
from mock_idp.protocol.userinfo import answer_userinfo, find_bearer
from mock_idp.settings import (
    DISCOVERY_PATH,
    PROTOCOL_PATH,
    REALM_PATH,
    STANDARD_DISCOVERY_PATH,
    WALLET_AUTHORIZATION_PATH,
)
from mock_idp.web.http import exchange, pairs, provider, respond, tie
from mock_idp.web.pages import protocol_error_page, signed_out_page

SCENARIO_COOKIE = "psc_scenario"

front = Blueprint("front", __name__)
"""Routes that a browser visits, on the wallet host."""

realm = Blueprint("realm", __name__, url_prefix=REALM_PATH)
"""Routes that a browser visits, on the issuer host."""

backchannel = Blueprint("backchannel", __name__, url_prefix=REALM_PATH)
"""Routes that the portal's server calls, on the issuer host."""


@backchannel.get(DISCOVERY_PATH)
def discovery_document() -> Response:
    """Serve the discovery document, under PSC's own name for it."""
    spoken = exchange()
    said = spoken.voice.fields(discovery(provider().settings))
    return respond(Reply(status=200, body=said), seam=Seam.DISCOVERY_ANSWER, spoken=spoken)


@backchannel.get(STANDARD_DISCOVERY_PATH)
def standard_discovery_document() -> Response:
    """Serve the same document under its standard name, if the settings say so."""
    if not provider().settings.standard_discovery:
        raise NotFound
    return discovery_document()


@backchannel.get(PROTOCOL_PATH + "/certs")
def certs() -> Response:
    """Serve the key set."""
    spoken = exchange()
    said = spoken.voice.fields(key_set(provider().keys))
    return respond(Reply(status=200, body=said), seam=Seam.KEY_SET_ANSWER, spoken=spoken)


@front.route(WALLET_AUTHORIZATION_PATH, methods=["GET", "POST"])
def authorize() -> Response:
    """Check an authorization request and ask the person how they want to log in."""
    asked = exchange()
    server = provider().server
    try:
        client = server.check_authorization(asked)
    except OAuth2Error as error:
        if error.redirect_uri:
            return respond(server.handle_error_response(PscRequest(asked), error))
        return protocol_error_page(error, client_id=PscRequest(asked).payload.client_id)
    login = provider().begin(
        client,
        pairs(request.form if request.method == "POST" else request.args),
        scenario=request.cookies.get(SCENARIO_COOKIE),
    )
    tie(login.login_id)
    return _to_login_page(login.login_id)


def _to_login_page(login_id: str) -> Response:
    answer = redirect(url_for("wallet.login_page", login=login_id), code=303)
    return Response(answer.get_data(), status=answer.status_code, headers=list(answer.headers.items()))


@backchannel.post(PROTOCOL_PATH + "/token")
def token() -> Response:
    """Give tokens for a code, or for a refresh token."""
    login_id = provider().login_of_token_request(pairs(request.form))
    spoken = exchange(login_id)
    reply = provider().server.token(spoken)
    return respond(reply, seam=Seam.TOKEN_ANSWER, spoken=spoken)


@backchannel.post(PROTOCOL_PATH + "/token/introspect")
def introspect() -> Response:
    """Say what a token stands for."""
    login_id = provider().login_of_token(request.form.get("token", ""))
    return respond(provider().server.about_token("introspection", exchange(login_id)))


@backchannel.post(PROTOCOL_PATH + "/revoke")
def revoke() -> Response:
    """Take a token back."""
    login_id = provider().login_of_token(request.form.get("token", ""))
    return respond(provider().server.about_token("revocation", exchange(login_id)))


@backchannel.route(PROTOCOL_PATH + "/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """Say who logged in."""
    bearer = find_bearer(provider().server, exchange())
    spoken = exchange(bearer.grant.login_id if bearer else None)
    return respond(answer_userinfo(provider().server, spoken), seam=Seam.USERINFO_ANSWER, spoken=spoken)


@realm.route(PROTOCOL_PATH + "/logout", methods=["GET", "POST"])
def logout() -> Response:
    """End a PSC session at a portal's request, and send the browser where the portal registered."""
    spoken = exchange()
    try:
        outcome = log_out(provider().server, spoken)
    except OAuth2Error as error:
        return protocol_error_page(error, client_id=None)
    tie(provider().login_of_session(outcome.session_id))
    if outcome.redirect_uri:
        return respond(Reply(status=302, body="", headers=(("Location", outcome.redirect_uri),)))
    return signed_out_page()
