"""The desk on one screen: the computer's page and the phone side by side, for a demonstration.

Both stand in frames of the same origin.  A login that ends leaves its frame, so that the portal gets the whole window.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, request, url_for

from mock_idp.web.pages import page

blueprint = Blueprint("desk", __name__)

FRAMED = "iframe"
PLACES = re.compile(r"/(login|login-page|activation)[/?][^\\\s]*")
"""Pages of the computer, and nothing else, may stand in the frame."""


def framed() -> bool:
    """Tell whether the browser says that this page goes into a frame (Fetch Metadata, ``Sec-Fetch-Dest``)."""
    return request.headers.get("Sec-Fetch-Dest") == FRAMED


@blueprint.app_context_processor
def _beside() -> dict[str, object]:
    return {"framed": framed()}


@blueprint.get("/desk")
def desk() -> Response:
    """Show computer and phone side by side; ``at`` says which page of the computer."""
    at = request.args.get("at", "")
    return page("desk.html", computer=at if PLACES.fullmatch(at) else "", phone=url_for("phone.home"))


def out_of_frame(reply: Response) -> Response:
    """Return an answer for the portal so that it reaches the whole window, also when the page stands in a frame."""
    if not framed() or reply.location is None:
        return reply
    leaving = page("leaving.html", href=reply.location)
    for cookie in reply.headers.getlist("Set-Cookie"):
        leaving.headers.add("Set-Cookie", cookie)
    return leaving
