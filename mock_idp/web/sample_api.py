"""The sample "API Pro Santé Connectée" behind HTTP: its token endpoint and its one resource."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mock_idp.protocol.api_exchange import API_REALM_PATH, answer_api
from mock_idp.settings import PROTOCOL_PATH
from mock_idp.web.http import exchange, provider, respond

blueprint = Blueprint("api", __name__, url_prefix=API_REALM_PATH)


@blueprint.post(PROTOCOL_PATH + "/token")
def token_exchange() -> Response:
    """Give a token of the API for one of PSC."""
    login_id = provider().login_of_token(request.form.get("subject_token", ""))
    return respond(provider().server.about_token("token_exchange", exchange(login_id)))


@blueprint.get("/dossier")
def api_resource() -> Response:
    """Answer whoever holds a token of the API."""
    return respond(answer_api(provider().server, exchange()))
