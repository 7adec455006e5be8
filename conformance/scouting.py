"""Finding one's way round a portal that nobody described yet: its login, its who-am-I page, its logout.

Works as a visitor does: follows links and buttons by their words, and compares pages before and after a login.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from conformance.form import FormError
from conformance.hop import origin_host
from conformance.portal import AuthorizationRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.agent import UserAgent
    from conformance.browser import Browser
    from conformance.form import Form
    from conformance.page import Page

MOST_PAGES: Final = 25
_LOGIN_WORDS: Final = (
    re.compile(r"pro\s*sant[ée]\s*connect|\bpsc\b|e-?cps", re.IGNORECASE),
    re.compile(r"connexion|connecter|identifier|log\s?in|sign\s?in", re.IGNORECASE),
    re.compile(r"login|signin|sign-in|auth|oidc|oauth|connexion|connect", re.IGNORECASE),
)
_LOGOUT_WORDS: Final = re.compile(r"d[ée]connexion|d[ée]connecter|log\s?-?out|sign\s?-?out|quitter", re.IGNORECASE)
_USUAL_PLACES: Final = (
    "/me", "/whoami", "/profile", "/profil", "/account", "/compte", "/user", "/userinfo", "/api/me", "/api/user", "/",
)  # fmt: skip
IDENTITY_CLAIMS: Final = ("SubjectNameID", "sub", "family_name")
_UNNAMED: Final = "*"
_CONTEXT: Final = 24
_AFTER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFound:
    """How a login starts.

    Attributes:
        url: address that starts it, or the page with the form that does.
        form: name of that form; empty when opening the address is enough.
        request: where the browser is then sent.
    """

    url: str
    form: str
    request: AuthorizationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFound:
    """A page that says who is there.

    Attributes:
        how: ``json``, ``css``, ``regex`` or ``header``.
        where: the pointer, the selector, the pattern or the header's name.
        anonymous: how the page answers when nobody is logged in.
        claim: the userinfo claim that it shows.
        claims: JSON pointer of the whole userinfo, when the page shows it.
    """

    url: str
    how: str
    where: str
    anonymous: str
    claim: str
    claims: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutFound:
    """How one logs out."""

    url: str
    method: str


@dataclass(kw_only=True)
class _Way:
    """A link or form that may lead to the login."""

    page: str
    words: str
    url: str = ""
    form: Form | None = field(default=None, repr=False)

    @property
    def rank(self) -> int:
        """Return how promising it is, 0 first."""
        text = f"{self.words} {self.url}"
        if _LOGOUT_WORDS.search(text):
            return len(_LOGIN_WORDS) + 1
        return next((rank for rank, words in enumerate(_LOGIN_WORDS) if words.search(text)), len(_LOGIN_WORDS))


def find_login(browser: Browser, home: str) -> LoginFound | None:
    """Return how a login starts at a portal, or None when no link or button near its home leads to a provider.

    Args:
        browser: may visit the portal, and need not be allowed to visit the provider.
        home: where to start looking.
    """
    seen: set[str] = set()
    ways = [_Way(page=home, words="", url=home)]
    for _ in range(MOST_PAGES):
        if not ways:
            return None
        ways.sort(key=lambda way: way.rank)
        way = ways.pop(0)
        page = _go(browser, way)
        if (request := _authorization(page)) is not None:
            form = "" if way.form is None else name_of(way.form)
            return LoginFound(url=way.page if way.form is not None else way.url, form=form, request=request)
        if page.url in seen or page.error is not None:
            continue
        seen.add(page.url)
        ways += [one for one in _ways(page) if one.url not in seen and one.rank <= len(_LOGIN_WORDS)]
    return None


def name_of(form: Form) -> str:
    """Return a word by which the form is found again on its page."""
    return form.name or form.identifier or next(iter(form.names), _UNNAMED)


def find_probe(mine: UserAgent, nobody: UserAgent, landing: Page, claims: dict[str, Any]) -> ProbeFound | None:
    """Return the page that names the person who is logged in, or None when there is none near the landing page.

    Args:
        mine: the browser in which the person is logged in.
        nobody: a browser in which nobody is.
        landing: where the login ended.
        claims: the person's userinfo.
    """
    found = []
    for url in _candidates(landing):
        kept = mine.snapshot()
        page = mine.step(url)
        mine.restore(kept)
        stranger = nobody.step(url)
        if page.error is None and stranger.error is None and (probe := _probe(page, stranger, claims)) is not None:
            found.append(probe)
    order = ("json", "css", "header", "regex")
    return min(found, key=lambda one: (order.index(one.how), IDENTITY_CLAIMS.index(one.claim)), default=None)


def find_logout(page: Page) -> LogoutFound | None:
    """Return how one logs out from a page, or None when no link or button says so."""
    for form in page.forms:
        if _LOGOUT_WORDS.search(f"{form.action} {' '.join(button.label for button in form.buttons)}"):
            return LogoutFound(url=form.action, method=form.method)
    for link in page.links:
        if _LOGOUT_WORDS.search(f"{link.text} {link.href}"):
            return LogoutFound(url=link.href, method="GET")
    return None


def _go(browser: Browser, way: _Way) -> Page:
    here = origin_host(way.page)
    if way.form is None:
        return browser.open(way.url, stop_before=lambda url: origin_host(url) != here)
    # the form's token may be bound to a page fetched just now
    page = browser.open(way.page)
    try:
        return browser.submit(
            page.form(name_of(way.form).removeprefix(_UNNAMED)), stop_before=lambda url: origin_host(url) != here
        )
    except FormError:
        return page


def _authorization(page: Page) -> AuthorizationRequest | None:
    if page.stopped_at is None:
        return None
    query = urlsplit(page.stopped_at).query
    pairs = page.stopped_form or tuple(parse_qsl(query, keep_blank_values=True))
    request = AuthorizationRequest(url=page.stopped_at, method=page.stopped_method, pairs=pairs, raw_query=query)
    return request if request.get("client_id") and request.get("response_type") else None


def _ways(page: Page) -> Iterator[_Way]:
    host = origin_host(page.url)
    for link in page.links:
        if origin_host(link.href) == host:
            yield _Way(page=page.url, words=link.text, url=link.href)
    for form in page.forms:
        if form.method == "POST" and form.only_hidden:
            yield _Way(
                page=page.url, words=" ".join(button.label for button in form.buttons), url=form.action, form=form
            )


def _candidates(landing: Page) -> list[str]:
    host = origin_host(landing.url)
    links = [link for link in landing.links if origin_host(link.href) == host]
    safe = [link.href for link in links if not _LOGOUT_WORDS.search(f"{link.text} {link.href}")]
    urls = [landing.url, *(urljoin(landing.url, place) for place in _USUAL_PLACES), *safe]
    return list(dict.fromkeys(urls))[:MOST_PAGES]


def _probe(page: Page, stranger: Page, claims: dict[str, Any]) -> ProbeFound | None:
    anonymous = _anonymous(stranger)
    for claim in IDENTITY_CLAIMS:
        value = str(claims.get(claim, ""))
        if not value or value in (stranger.hops[-1].text if stranger.hops else ""):
            continue
        place = _place(page, value)
        if place is not None:
            how, where = place
            whole = _pointer_to_claims(page, claims) if how == "json" else None
            return ProbeFound(url=page.url, how=how, where=where, anonymous=anonymous, claim=claim, claims=whole)
    return None


def _anonymous(page: Page) -> str:
    if page.status // 100 == 4:  # noqa: PLR2004  # RFC 9110 15.5
        return str(page.status)
    if page.status // 100 == 3:  # noqa: PLR2004  # RFC 9110 15.4
        away = origin_host(urljoin(page.url, page.hops[-1].location or "")) != origin_host(page.url)
        return "redirect-to-provider" if away else "redirect"
    return "no-identity"


def _place(page: Page, value: str) -> tuple[str, str] | None:
    """Return how and where a page shows a value, the steadiest way first."""
    if page.status != 200:  # noqa: PLR2004  # RFC 9110 15.3.1
        return None
    try:
        pointer = _pointer(page.json(), value)
    except (ValueError, RecursionError):
        pointer = None
    if pointer is not None:
        return "json", pointer
    for element in page.elements(attribute="id"):
        if element.text == value and re.fullmatch(r"[^\s#.\[\]>]+", element.attributes["id"]):
            return "css", f"#{element.attributes['id']}"
    for name, shown in page.hops[-1].response_headers:
        if shown == value and name.lower() not in {"set-cookie", "location"}:
            return "header", name
    return _pattern(page.hops[-1].text, value)


def _pattern(text: str, value: str) -> tuple[str, str] | None:
    at = text.find(value)
    if at < 0:
        return None
    before = text[max(0, at - _CONTEXT) : at].rpartition("\n")[2]
    after = text[at + len(value) :][:_AFTER].partition("\n")[0]
    return "regex", f"{re.escape(before)}([^\\s<>\"'&]+?){re.escape(after) or '$'}"


def _pointer(document: Any, value: str) -> str | None:
    """Return the JSON pointer (RFC 6901) of the member that equals a text, the least deep if there are several."""
    level = [("", document)]
    while level:
        for at, inner in level:
            if inner == value:
                return at or None
        level = [deeper for at, inner in level for deeper in _members(at, inner)]
    return None


def _members(at: str, document: Any) -> list[tuple[str, Any]]:
    if isinstance(document, dict):
        named = [(str(name), inner) for name, inner in document.items()]
    elif isinstance(document, list):
        named = [(str(number), inner) for number, inner in enumerate(document)]
    else:
        return []
    return [(f"{at}/{name.replace('~', '~0').replace('/', '~1')}", inner) for name, inner in named]


def _pointer_to_claims(page: Page, claims: dict[str, Any]) -> str | None:
    """Return the JSON pointer of the object that holds the person's names, when the page shows the whole userinfo."""
    return _pointer_where(json.loads(page.body), {"given_name": claims.get("given_name"), "sub": claims.get("sub")})


def _pointer_where(document: Any, wanted: dict[str, Any], at: str = "") -> str | None:
    if not isinstance(document, dict):
        return None
    if all(document.get(name) == value for name, value in wanted.items()):
        return at or None
    found = (_pointer_where(inner, wanted, place) for place, inner in _members(at, document))
    return next((place for place in found if place is not None), None)
