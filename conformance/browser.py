"""A browser without a screen: one cookie jar, redirects followed by hand, every request kept as evidence.

It follows redirects (RFC 9110 15.4), a meta refresh of zero seconds and pages that submit themselves (OAuth 2.0 Form
Post Response Mode 2); it runs no script.  It requests nothing outside its list of hosts.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urlencode, urlsplit, urlunsplit

from conformance.cookies import Cookie, CookieJar
from conformance.hop import Limits, absolute, origin_host, send
from conformance.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.form import Form
    from conformance.hop import Hop, Pairs

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD: Final = frozenset({307, 308})
_REFRESH: Final = re.compile(r"\s*0*(?:\.0*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)
_SUBMITS: Final = re.compile(r"\.\s*submit\s*\(")
_USER_AGENT: Final = "psc-conformance browser (SIMULATEUR)"


class Browser:
    """One isolated user agent: what it fetches, the cookies it keeps, the hops it took.

    Attributes:
        allow_hosts: the only ``host:port`` that are ever requested.
        hops: every request since the browser was opened, oldest first.
    """

    def __init__(
        self,
        allow_hosts: frozenset[str],
        *,
        max_hops: int = 15,
        limits: Limits | None = None,
        language: str = "fr",
        treat_loopback_as_secure: bool = True,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a browser with an empty jar.

        Args:
            allow_hosts: ``host:port``, the port always written.
            max_hops: after so many requests for one page it is a loop.
            limits: bounds of time and size of one request.
            language: sent as ``Accept-Language``.
            treat_loopback_as_secure: send ``Secure`` cookies to plain http on loopback.
            clock: seconds since 1970, for cookies that expire.
            monotonic: seconds that only move forward, for durations.

        Raises:
            ValueError: an entry of ``allow_hosts`` is not ``host:port``.
        """
        for entry in allow_hosts:
            if origin_host(f"http://{entry}") != entry.lower() or not entry.rpartition(":")[2].isdecimal():
                raise ValueError(f"allow_hosts: '{entry}' is not host:port; write for instance 127.0.0.1:8080")
        self.allow_hosts = frozenset(entry.lower() for entry in allow_hosts)
        self.hops: tuple[Hop, ...] = ()
        self._max_hops = max_hops
        self._limits = limits or Limits()
        self._language = language
        self._jar = CookieJar(treat_loopback_as_secure=treat_loopback_as_secure)
        self._clock = clock
        self._monotonic = monotonic
        self._here = ""
        self._page: Page | None = None

    @property
    def page(self) -> Page | None:
        """The page that is on display, or None."""
        return self._page

    def open(
        self,
        url: str,
        method: str = "GET",
        data: Pairs | Mapping[str, str] | None = None,
        *,
        stop_before: Callable[[str], bool] | None = None,
    ) -> Page:
        """Go to an address and follow where it leads, until there is a page to look at.

        Args:
            url: absolute address.
            method: ``GET`` or ``POST``.
            data: fields to post.
            stop_before: asked before every further request; True leaves it unsent.  The first one is the caller's own.

        Returns:
            the page; ``stopped_at`` tells where the way was cut, ``loop`` that it was too long.  Network failures are
            the page's ``error``, never an exception.
        """
        return self._go(url, method, _pairs(data, method), stop_before=stop_before, referrer="")

    def step(self, url: str, method: str = "GET", data: Pairs | Mapping[str, str] | None = None) -> Page:
        """Send exactly one request and follow nothing; outside ``allow_hosts`` not even that one."""
        form = _pairs(data, method)
        if not self._may_fetch(url):
            return self._show(Page(url=url, stopped_at=url, stopped_method=method, stopped_form=form))
        return self._show(Page(url=url, hops=(self._fetch(method, url, form, referrer=""),)))

    def submit(
        self,
        form: Form,
        values: Mapping[str, str | bool] | None = None,
        /,
        *,
        click: str | None = None,
        stop_before: Callable[[str], bool] | None = None,
        **more: str | bool,
    ) -> Page:
        """Fill a form in, submit it, and follow where it leads.

        Args:
            form: from the page on display.
            values: what to fill in, by name.
            click: name, value or label of the button; by default the first.
            stop_before: as in ``open``.
            **more: the same as ``values``, for names that are identifiers.

        Raises:
            FormError: the form has no such field, choice or button.
        """
        sent = form.fill(values, **more).pairs(click)
        if form.method == "POST":
            return self._go(form.action, "POST", sent, stop_before=stop_before, referrer=self._here)
        parts = urlsplit(form.action)
        url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(sent), ""))
        return self._go(url, "GET", None, stop_before=stop_before, referrer=self._here)

    def follow(self, link_text: str, *, stop_before: Callable[[str], bool] | None = None) -> Page:
        """Click a link of the page on display by its words.

        Raises:
            FormError: there is no page yet, or no such link on it.
        """
        link = (self._page or Page(url="")).link(link_text)
        return self._go(link.href, "GET", None, stop_before=stop_before, referrer=self._here)

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the living cookies, oldest first."""
        return self._jar.alive(now=self._clock())

    def set_cookie(self, host: str, name: str, value: str, path: str = "/") -> None:
        """Put a cookie into the jar, for exactly this host; a port behind it is dropped, cookies know none."""
        name_only = urlsplit(f"//{host}").hostname or host
        self._jar.put(Cookie(host=name_only.lower(), name=name, value=value, path=path))

    def snapshot(self) -> tuple[Cookie, ...]:
        """Return the jar as a value, for ``restore``."""
        return self.cookies()

    def restore(self, snapshot: tuple[Cookie, ...]) -> None:
        """Put the jar back to what it was."""
        self._jar.restore(snapshot)

    def close(self) -> None:
        """Let go of nothing; there is no connection that outlives a request."""

    def _go(
        self, url: str, method: str, form: Pairs | None, *, stop_before: Callable[[str], bool] | None, referrer: str
    ) -> Page:
        hops: list[Hop] = []
        while True:
            wanted_stop = bool(hops) and stop_before is not None and stop_before(url)
            if wanted_stop or not self._may_fetch(url):
                here = hops[-1].url if hops else url
                page = Page(url=here, hops=tuple(hops), stopped_at=url, stopped_method=method, stopped_form=form)
                return self._show(page)
            if len(hops) >= self._max_hops:
                return self._show(Page(url=hops[-1].url, hops=tuple(hops), loop=True))
            hops.append(self._fetch(method, url, form, referrer=referrer))
            page = Page(url=url, hops=tuple(hops))
            onward = _onward(page, method, form)
            if onward is None:
                return self._show(page)
            if page.status not in _REDIRECTS:
                # A redirect keeps the referrer of the page before it; a page that moves on by itself is one.
                referrer = url
            url, method, form = onward

    def _may_fetch(self, url: str) -> bool:
        return origin_host(url) in self.allow_hosts and urlsplit(url).scheme in {"http", "https"}

    def _fetch(self, method: str, url: str, form: Pairs | None, *, referrer: str) -> Hop:
        headers = [
            ("User-Agent", _USER_AGENT),
            ("Accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8"),
            ("Accept-Language", self._language),
        ]
        if sent := _referrer(referrer, url):
            headers.append(("Referer", sent))
        if method == "POST" and referrer:
            headers.append(("Origin", _origin(referrer)))
        if cookies := self._jar.header_for(url, now=self._clock()):
            headers.append(("Cookie", cookies))
        hop = send(
            method,
            url,
            headers=tuple(headers),
            form=form,
            limits=self._limits,
            monotonic=self._monotonic,
            started_at=self._clock(),
        )
        self._jar.receive(url, hop.headers("Set-Cookie"), now=self._clock())
        self.hops = (*self.hops, hop)
        return hop

    def _show(self, page: Page) -> Page:
        self._page, self._here = page, page.url
        return page


def _pairs(data: Pairs | Mapping[str, str] | None, method: str) -> Pairs | None:
    if data is None:
        return () if method == "POST" else None
    return data if isinstance(data, tuple) else tuple(data.items())


def _onward(page: Page, method: str, form: Pairs | None) -> tuple[str, str, Pairs | None] | None:
    """Return the request that a browser sends next by itself, or None when the page stays."""
    hop = page.hops[-1]
    if hop.error is not None:
        return None
    if hop.status in _REDIRECTS and hop.location is not None:
        url = _resolved(page.url, hop.location)
        if hop.status in _KEEP_METHOD or (hop.status != 303 and method != "POST"):  # noqa: PLR2004  # RFC 9110 15.4.4
            return url, method, form
        return url, "GET", None
    if target := _refreshed(page):
        return _resolved(page.url, target), "GET", None
    return _self_submitted(page)


def _resolved(here: str, location: str) -> str:
    url = absolute(here, location)
    inherited = urldefrag(here).fragment
    # A fragment outlives a redirect that brings none of its own (RFC 9110 10.2.2).
    return f"{url}#{inherited}" if inherited and "#" not in url else url


def _refreshed(page: Page) -> str | None:
    for meta in page.elements("meta", "http-equiv"):
        found = _REFRESH.match(meta.attributes.get("content", ""))
        if meta.attributes["http-equiv"].lower() == "refresh" and found:
            return found.group(1).strip()
    return None


def _self_submitted(page: Page) -> tuple[str, str, Pairs | None] | None:
    scripts = [one.raw_text for one in page.elements("script")]
    scripts += [one.attributes["onload"] for one in page.elements("body", "onload")]
    if not any(_SUBMITS.search(script) for script in scripts):
        return None
    forms = page.forms
    # A form that asks a person for something is not sent by itself, whatever its page's scripts could do.
    if len(forms) != 1 or forms[0].method != "POST" or not forms[0].only_hidden:
        return None
    return forms[0].action, "POST", forms[0].pairs()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _referrer(referrer: str, url: str) -> str:
    """Return the ``Referer`` header under the default policy, ``strict-origin-when-cross-origin``."""
    if not referrer or (referrer.startswith("https:") and url.startswith("http:")):
        return ""
    if _origin(referrer) == _origin(url):
        return urldefrag(referrer).url
    return _origin(referrer) + "/"
