"""The OpenID Connect routes: read, decide, say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import OAuth2Error
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound

from mock_idp.artefacts import Seam
from mock_idp.protocol import Reply
from mock_idp.protocol.documents import discovery, key_set
from mock_idp.protocol.exchange import PscRequest
from mock_idp.protocol.logout import LogoutRefusedError, log_out
from mock_idp.protocol.userinfo import answer_userinfo, find_bearer
from mock_idp.settings import (
    DISCOVERY_PATH,
    PROTOCOL_PATH,
    REALM_PATH,
    STANDARD_DISCOVERY_PATH,
    WALLET_AUTHORIZATION_PATH,
)
from mock_idp.web.ciba import ask, settle
from mock_idp.web.http import exchange, heard, pairs, provider, respond, tie
from mock_idp.web.logout_senders import frames_of
from mock_idp.web.odd_keys import certificate_of_stray
from mock_idp.web.pages import front_channel_page, protocol_error_page, signed_out_page
from mock_idp.web.services import SESSION_COOKIE

if TYPE_CHECKING:
    from mock_idp.web.services import Login

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
    said = spoken.voice.fields(key_set(provider().server.keys))
    return respond(Reply(status=200, body=said), seam=Seam.KEY_SET_ANSWER, spoken=spoken)


@backchannel.get(PROTOCOL_PATH + "/stray-certs")
def stray_certs() -> Response:
    """Serve the key that nobody should trust, for the lie that says where to find it (FICTIF, SIMULATEUR)."""
    return respond(Reply(status=200, body=provider().keys.stray_published))


@backchannel.get(PROTOCOL_PATH + "/stray-certificate")
def stray_certificate() -> Response:
    """Serve a certificate of that key, PEM, for the lie that names it (FICTIF, SIMULATEUR)."""
    pem = certificate_of_stray(provider().keys).public_bytes(Encoding.PEM)
    return Response(pem, mimetype="application/x-pem-file")


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
    if (reply := provider().reuse(login, request.cookies.get(SESSION_COOKIE), heard)) is not None:
        return respond(reply)
    return _to_login_page(login)


def _to_login_page(login: Login) -> Response:
    hint = dict(login.params).get("login_hint") or None
    answer = redirect(url_for("wallet.login_page", login=login.login_id, identifiant=hint), code=303)
    return Response(answer.get_data(), status=answer.status_code, headers=list(answer.headers.items()))


@backchannel.post(PROTOCOL_PATH + "/token")
def token() -> Response:
    """Give tokens for a code, or for a refresh token."""
    settle(request.form.get("auth_req_id"))
    login_id = provider().login_of_token_request(pairs(request.form))
    spoken = exchange(login_id)
    reply = provider().server.token(spoken)
    return respond(reply, seam=Seam.TOKEN_ANSWER, spoken=spoken)


@backchannel.post(PROTOCOL_PATH + "/ext/ciba/auth")
def backchannel_authentication() -> Response:
    """Ask a person on their own device (CIBA 7)."""
    return ask()


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
    except LogoutRefusedError as error:
        tie(error.login_id)
        client = error.client
        registered = client.post_logout_redirect_uris if client else ()
        return protocol_error_page(error, client_id=client.client_id if client else None, registered=registered)
    except OAuth2Error as error:
        return protocol_error_page(error, client_id=None)
    tie(outcome.login_id)
    if outcome.session and (frames := frames_of(provider(), outcome.session)):
        return front_channel_page(frames, outcome.redirect_uri)
    if outcome.redirect_uri:
        return respond(Reply(status=302, body="", headers=(("Location", outcome.redirect_uri),)))
    return signed_out_page()


@realm.get(PROTOCOL_PATH + "/login-status-iframe.html")
def login_status_frame() -> Response:
    """Serve the frame that a portal asks whether its session still stands (OpenID Connect Session Management 3.2)."""
    answer = Response(render_template("login_status.html"))
    # the one page made to be framed by portals
    answer.headers["Content-Security-Policy"] = "default-src 'self'; base-uri 'none'"
    return answer


@realm.get(PROTOCOL_PATH + "/login-status-iframe.html/init")
def login_status() -> Response:
    """Tell the frame: 204 the session stands, 403 it does not, as Keycloak answers."""
    session = provider().server.sessions.find(request.args.get("session_state"), now=provider().clock.now())
    stands = session is not None and session.login_of(request.args.get("client_id", "")) is not None
    return Response(status=204 if stands else 403)
