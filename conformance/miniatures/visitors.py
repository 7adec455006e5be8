"""What a portal and a browser agree on: the session cookie, where a login leads, and who may see a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, enforce

if TYPE_CHECKING:
    from flask import Response

HOME: Final = "/"


def cookie_name(public_base_url: str) -> str:
    """Return the name of a portal's session cookie; cookies know no port, so two portals on one host differ by name."""
    return f"portail_fictif_{urlsplit(public_base_url).port or 0}"


_ADDRESSES: Final[tuple[Rule[str], ...]] = (
    Rule(Reason.RESPONSE, lambda it: it.startswith(("http:", "https:")), Defect.LEADS_TO_ANY_ADDRESS),
    Rule(Reason.RESPONSE, lambda it: it.startswith("//"), Defect.LEADS_TO_DOUBLE_SLASH),
    Rule(Reason.RESPONSE, lambda it: it.startswith("/\\"), Defect.LEADS_TO_BACKSLASH),
    Rule(Reason.RESPONSE, lambda it: it.startswith("javascript:"), Defect.LEADS_TO_SCRIPT),
    Rule(Reason.RESPONSE, lambda it: not it.startswith(("/", "http:", "https:", "javascript:"))),
)


def own_address(wanted: str, defect: Defect | None) -> str:
    """Return where a login leads: a page of this portal, and nothing that a browser could take for another place."""
    try:
        enforce(_ADDRESSES, wanted, defect)
    except Refused:
        return HOME
    return wanted


def set_cookie(answer: Response, name: str, value: str, *, secure: bool, defect: Defect | None) -> None:
    """Give a browser the name of its session (RFC 6265)."""
    readable = defect is Defect.SHOWS_COOKIE_TO_SCRIPTS
    answer.set_cookie(name, value, httponly=not readable, samesite="Lax", secure=secure, path="/")


def keep_private(answer: Response, defect: Defect | None, *, personal: bool) -> Response:
    """Say that a page is for one person, for now, and in no frame.

    Args:
        answer: the page.
        defect: of the portal.
        personal: whether the page says who somebody is.
    """
    if not (personal and defect is Defect.LETS_CACHES_KEEP_PAGES):
        answer.headers["Cache-Control"] = "no-store"
    ancestors = "" if defect is Defect.ALLOWS_FRAMES else " frame-ancestors 'none';"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline';{ancestors} base-uri 'none'"
    )
    return answer
