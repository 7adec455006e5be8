"""What a portal and a browser agree on: the session cookie, where a login leads, and who may see a page."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from flask import Response, render_template_string
from markupsafe import Markup

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, enforce

HOME: Final = "/"
_A_MONTH: Final = 30 * 24 * 3600


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


def see(url: str) -> Response:
    """Send a browser on; without a body, which would repeat the address and with it the state or the token."""
    return Response("", 303, {"Location": url})


def spelt(name: str, defect: Defect | None) -> str:
    """Return a name as the page shows it; what comes from outside is text, never markup."""
    if defect is Defect.SHOWS_NAME_AS_MARKUP:
        return Markup(name)  # noqa: S704  # the defect itself
    return render_template_string(name) if defect is Defect.TAKES_NAME_FOR_TEMPLATE else name


def set_cookie(answer: Response, name: str, value: str, *, secure: bool, defect: Defect | None) -> None:
    """Give a browser the name of its session (RFC 6265)."""
    readable = defect is Defect.SHOWS_COOKIE_TO_SCRIPTS
    lasts = _A_MONTH if defect is Defect.KEEPS_COOKIE_FOR_A_MONTH else None
    answer.set_cookie(name, value, httponly=not readable, samesite="Lax", secure=secure, path="/", max_age=lasts)


_KEPT_BY_CACHES: Final = MappingProxyType(
    {
        "/me": Defect.LETS_CACHES_KEEP_PAGES,
        "/backchannel-logout": Defect.LETS_CACHES_KEEP_LOGOUT_ANSWER,
        "/frontchannel-logout": Defect.LETS_CACHES_KEEP_FRAME,
    }
)


def keep_private(answer: Response, defect: Defect | None, *, path: str, issuer: str) -> Response:
    """Say that a page is for one person, for now, and in no frame but the provider's own.

    Args:
        answer: the page.
        defect: of the portal.
        path: of the page; the one that the provider loads in a frame may be framed by it.
        issuer: the provider's.
    """
    if defect is None or _KEPT_BY_CACHES.get(path) is not defect:
        answer.headers["Cache-Control"] = "no-store"
    framed = path == "/frontchannel-logout" and defect is not Defect.FORBIDS_FRAME_OF_PROVIDER
    by = f"{urlsplit(issuer).scheme}://{urlsplit(issuer).netloc}" if framed else "'none'"
    ancestors = "" if defect is Defect.ALLOWS_FRAMES else f" frame-ancestors {by};"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline';{ancestors} base-uri 'none'"
    )
    return answer
