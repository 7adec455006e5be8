"""Pages that belong to no journey: protocol errors, signed out, and the answer to anything unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, make_response, render_template, request

from mock_idp.web.http import provider

if TYPE_CHECKING:
    from authlib.oauth2.rfc6749 import OAuth2Error


def page(template: str, status: int = 200, **context: object) -> Response:
    """Return a rendered page."""
    return make_response(render_template(template, **context), status)


def protocol_error_page(error: OAuth2Error, *, client_id: str | None) -> Response:
    """Explain to the integrator why a request cannot be sent back to the portal, and what to change (RFC 6749 4.1.2.1).

    Args:
        error: Authlib's error.
        client_id: the client that the request named, to show what that client registered.
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
        registered=client.redirect_uris if client else (),
    )


def signed_out_page() -> Response:
    """Say that the session is closed, when the portal named no address to come back to."""
    return page("signed_out.html")


def not_found_page() -> Response:
    """Say that there is nothing at this address, and where things are."""
    return page("not_found.html", 404, settings=provider().settings, path=request.path)


def broken_page() -> Response:
    """Say that the simulator itself failed, without a trace."""
    return page("broken.html", 500)


def login_gone_page() -> Response:
    """Say that this login is over, and that the portal must start a new one."""
    return page("login_gone.html", 410)
