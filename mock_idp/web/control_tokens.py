"""The control API for tokens and keys: a token set without a login, and a key rotation step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from mock_idp.keys import Rotation, RotationError
from mock_idp.protocol.tokens import Means
from mock_idp.web.control_door import ControlError, body_of_request, choice, control, known_person, text
from mock_idp.web.http import provider
from mock_idp.web.shortcuts import mint
from mock_idp.web.tls_flaws import Flaw

if TYPE_CHECKING:
    from mock_idp.web.tls_doors import TlsDoors


@control.post("/mint")
def minted() -> tuple[Response, int]:
    """Give a portal's token response for a person, without a login."""
    body = body_of_request("client_id", "idnat", "scope", "nonce", "means")
    client = provider().server.query_client(text(body, "client_id"))
    if client is None:
        raise ControlError("client_id: no portal is registered under it", 404)
    tokens = mint(
        provider(),
        client,
        known_person(text(body, "idnat"), "idnat").idnat,
        scope=text(body, "scope", "openid scope_all"),
        nonce=text(body, "nonce") if "nonce" in body else None,
        means=choice(body, "means", Means, Means.MOBILE),
    )
    return jsonify(tokens), 201


@control.get("/tls-authority")
def tls_authority() -> Response:
    """Return the authority that a portal must trust before it can notice what is wrong with a door."""
    return jsonify(pem=_doors().authority.pem)


@control.post("/tls-doors")
def tls_door() -> Response:
    """Say where the provider answers over TLS with a certificate of one flaw; the door is opened if need be."""
    return jsonify(base=_doors().address(choice(body_of_request("flaw"), "flaw", Flaw)))


def _doors() -> TlsDoors:
    doors = provider().tls_doors
    if doors is None:
        raise ControlError("tls: this provider is not served by a program that opens doors", 404)
    return doors


@control.post("/keys")
def keys() -> Response:
    """Take one step of a key rotation: publish a new key, sign with it, or retire the old one."""
    try:
        after = provider().server.rotate(choice(body_of_request("step"), "step", Rotation))
    except RotationError as error:
        raise ControlError(str(error), 409) from None
    return jsonify(signing=after.kid, published=[key["kid"] for key in after.published_keys()])
