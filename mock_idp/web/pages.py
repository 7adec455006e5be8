"""Pages that belong to no journey: protocol errors, signed out, and the answer to anything unknown or unusable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from markupsafe import Markup

from mock_idp.web.http import provider
from mock_idp.web.texts import mark
from mock_idp.web.typesetting import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authlib.oauth2.rfc6749 import OAuth2Error

HTTP_REFUSALS: Mapping[int, tuple[str, str]] = {
    403: (
        mark("Cette demande ne vient pas d'une page du simulateur."),
        mark("Ouvrez la page du téléphone vous-même, puis recommencez."),
    ),
    405: (
        mark("Cette adresse ne s'utilise pas de cette façon."),
        mark("Revenez à la page précédente et rechargez-la."),
    ),
    413: (mark("La demande contient trop de données."), mark("Effacez les champs et saisissez-les de nouveau.")),
}
ANY_REFUSAL = (
    mark("Le simulateur n'a pas pu lire cette demande."),
    mark("Revenez à la page précédente et rechargez-la."),
)

CAUSES: Mapping[str, str] = {
    "The client does not exist on this server.": mark("Aucun portail n'est déclaré sous ce client_id."),
    "Missing 'client_id' parameter.": mark("Le paramètre client_id manque."),
    "redirect_uri is missing; send one that is registered for this client.": mark(
        "Le paramètre redirect_uri manque : envoyez une des adresses déclarées."
    ),
    "redirect_uri is not registered for this client, character for character.": mark(
        "redirect_uri n'est pas une adresse déclarée pour ce portail."
    ),
    "response_type is missing; send 'code'.": mark("Le paramètre response_type manque : envoyez « code »."),
    "id_token_hint was not signed by this provider.": mark(
        "id_token_hint n'a pas été signé par ce fournisseur : envoyez l'ID token qu'il a donné à la connexion, entier."
    ),
    "id_token_hint is signed by this provider but is no ID token.": mark(
        "id_token_hint n'est pas un ID token : envoyez le membre id_token de la réponse, pas access_token."
    ),
    "post_logout_redirect_uri is not registered for this client.": mark(
        "post_logout_redirect_uri n'est pas une adresse de déconnexion déclarée pour ce portail."
    ),
    "post_logout_redirect_uri needs an id_token_hint beside it.": mark(
        "post_logout_redirect_uri ne va pas sans id_token_hint : envoyez aussi l'ID token de la connexion."
    ),
    "'client_id' does not match 'aud' claim": mark(
        "client_id n'est pas le portail à qui cet ID token a été donné : envoyez les deux du même portail."
    ),
}
"""What the protocol says in English of a request that is not sent back to the portal, as a page says it."""

BAD_RESPONSE_TYPE = mark("Ce response_type n'est pas pris en charge : envoyez « code ».")

UNSHOWABLE = re.compile("[^\\t\\n\\r\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufdcf\\ufdf0-\\ufffd\\U00010000-\\U0010ffff]")
"""What no page may hold (WHATWG HTML, control characters, surrogates and noncharacters of the first plane)."""


def showable(value: object) -> object:
    """Return a value as a page may hold it: a character that none may is shown as a mark where it stands."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", value)


def page(template: str, status: int = 200, **context: object) -> Response:
    """Return a rendered page."""
    return make_response(render_template(template, **context), status)


def protocol_error_page(
    error: OAuth2Error, *, client_id: str | None, registered: tuple[str, ...] | None = None
) -> Response:
    """Explain to the integrator why a request cannot be sent back to the portal, and what to change (RFC 6749 4.1.2.1).

    Args:
        error: Authlib's error.
        client_id: the client that the request named, to show what that client registered.
        registered: the addresses to show; by default those where a login ends.
    """
    client = provider().server.query_client(client_id) if client_id else None
    wanted = request.values.get("redirect_uri") or request.values.get("post_logout_redirect_uri")
    cause = _cause(error)
    return page(
        "protocol_error.html",
        400,
        error=error.error,
        description=cause or error.description or "",
        in_english=cause is None,
        client_id=client_id,
        client_known=client is not None,
        wanted=wanted,
        registered=registered if registered is not None else client.redirect_uris if client else (),
    )


def _cause(error: OAuth2Error) -> str | None:
    """Return what is wrong with a request, in the reader's language; None when only the protocol's words say it."""
    cause = BAD_RESPONSE_TYPE if error.error == "unsupported_response_type" else CAUSES.get(error.description or "")
    return shown(cause) if cause else None


def signed_out_page() -> Response:
    """Say that the session is closed, when the portal named no address to come back to."""
    return page("signed_out.html")


def front_channel_page(frames: list[str], after: str | None) -> Response:
    """Load the logout address of every portal in a frame, then go on (Front-Channel Logout 1.0, 3).

    Args:
        frames: the addresses, registered by the portals.
        after: where the browser goes then; the page stays if there is nowhere.
    """
    answer = page("front_channel_logout.html", frames=frames, after=after)
    parts = (urlsplit(frame) for frame in frames)
    origins = " ".join(sorted({f"{part.scheme}://{part.netloc}" for part in parts}))
    policy = f"default-src 'self'; img-src 'self' data:; frame-src {origins}; frame-ancestors 'self'; base-uri 'none'"
    answer.headers["Content-Security-Policy"] = policy
    return answer


def not_found_page() -> Response:
    """Say that there is nothing at this address, and where things are."""
    return page("not_found.html", 404, settings=provider().settings, path=request.path)


def http_refusal_page(status: int) -> Response:
    """Say why a request was not even looked at, and what to do.

    Args:
        status: what HTTP calls it; a few have their own words.
    """
    message, remedy = HTTP_REFUSALS.get(status, ANY_REFUSAL)
    return page("http_refusal.html", status, code=f"http-{status}", message=shown(message), remedy=shown(remedy))


def broken_page() -> Response:
    """Say that the simulator itself failed, without a trace."""
    return page("broken.html", 500)


def login_gone_page() -> Response:
    """Say that this login is over, and that the portal must start a new one."""
    return page("login_gone.html", 410)
