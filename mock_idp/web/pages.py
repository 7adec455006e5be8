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
    return page(
        "protocol_error.html",
        400,
        error=error.error,
        description=error.description or "",
        client_id=client_id,
        client_known=client is not None,
        wanted=wanted,
        registered=registered if registered is not None else client.redirect_uris if client else (),
    )


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
