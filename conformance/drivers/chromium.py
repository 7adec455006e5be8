"""A real browser as a user agent: pages with their scripts, cookies with ``SameSite``, every navigation under control.

Redirects and whatever scripts request pass one gate, Chromium's own interception: what lies outside the list of hosts
is never sent, and a navigation can be stopped before it reaches the provider or the portal.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from conformance.cookies import Cookie
from conformance.drivers.gate import Gate
from conformance.drivers.hands import click, fill, find_form, press
from conformance.drivers.traffic import Traffic, plain_hop
from conformance.form import FormError
from conformance.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import BrowserContext

    from conformance.form import Form
    from conformance.hop import Hop, Limits, Pairs

_QUIET: Final = "() => new Promise(done => setTimeout(() => requestIdleCallback(done, {timeout: 500}), 25))"
_LOOK_AGAIN_MS: Final = 25.0
_AN_ANSWER_MS: Final = 1000.0
_ROUNDS: Final = 2
"""How often in a row nothing may happen before a page counts as settled."""
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})


class ChromiumBrowser:
    """One isolated window of a real browser.

    Attributes:
        hops: pages and the requests of their scripts, oldest first; pictures and styles are left out.
    """

    def __init__(
        self,
        context: BrowserContext,
        allow_hosts: frozenset[str],
        *,
        quiet_hosts: frozenset[str] = frozenset(),
        limits: Limits,
        settle_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a window.

        Args:
            context: of nobody else.
            allow_hosts: ``host:port``, the port always written.
            quiet_hosts: whose pages fetch nothing in the background, so that they stay until somebody acts.
            limits: bounds of time of one page.
            settle_seconds: how long scripts may go on after a page is there.
            monotonic: seconds that only move forward.
        """
        self._context = context
        self._tab = context.new_page()
        self._tab.set_default_timeout(limits.idle_seconds * 1000)
        self._gate = Gate(context, self._tab, allow_hosts, quiet_hosts)
        self._traffic = Traffic(self._tab)
        self._limits = limits
        self._settle_seconds = settle_seconds
        self._monotonic = monotonic
        self._page: Page | None = None

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Return every page and every request of a script, oldest first."""
        return self._traffic.hops

    @property
    def page(self) -> Page | None:
        """Return the page on display, or None."""
        return self._page

    def open(
        self,
        url: str,
        method: str = "GET",
        data: Pairs | Mapping[str, str] | None = None,
        *,
        stop_before: Callable[[str], bool] | None = None,
    ) -> Page:
        """Type an address, or send a form to it, and follow where it leads."""
        form = _pairs(data, method)
        self._gate.begin(stop_before, own=url, method=method, form=form)
        return self._acted(lambda: self._go(url), url, posted=form)

    def arrive(self, url: str, *, stop_before: Callable[[str], bool] | None = None) -> Page:
        """Go to an address the way the page on display sends one there: with its referrer, under ``SameSite``."""
        if not self._tab.url.startswith("http"):
            return self.open(url, stop_before=stop_before)
        self._gate.begin(stop_before, own=url)
        return self._acted(lambda: self._tab.evaluate("url => { window.location.assign(url) }", url), url)

    def step(self, url: str, method: str = "GET", data: Pairs | Mapping[str, str] | None = None) -> Page:
        """Send exactly one request with this window's cookies, and follow nothing; no script runs."""
        form = _pairs(data, method)
        if not self._gate.may_fetch(url):
            self._page = Page(url=url, stopped_at=url, stopped_method=method, stopped_form=form)
            return self._page
        hop = plain_hop(self._context, url, method, form, limits=self._limits, monotonic=self._monotonic)
        self._traffic.add(hop)
        self._page = Page(url=url, hops=(hop,))
        return self._page

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
        """Fill a form of the page on display in and press its button, as a person does.

        Raises:
            FormError: the form has no such field, choice or button, or is no longer on the page.
        """
        filled = {**(values or {}), **more}
        form.fill(filled).pairs(click)  # complains as for every user agent
        element = find_form(self._tab, form)
        for name, value in filled.items():
            fill(element, name, value)
        self._gate.begin(stop_before, own=form.action if form.method == "POST" else None)
        return self._acted(lambda: press(element, form, click), form.action)

    def follow(self, link_text: str, *, stop_before: Callable[[str], bool] | None = None) -> Page:
        """Click a link of the page on display by its words.

        Raises:
            FormError: there is no page yet, or no such link on it.
        """
        page = self._page or Page(url="")
        link = page.link(link_text)
        number = page.links.index(link)
        self._gate.begin(stop_before)
        return self._acted(lambda: click(self._tab.query_selector_all("a[href]")[number]), link.href)

    def click(self, identifier: str, *, stop_before: Callable[[str], bool] | None = None) -> Page:
        """Click the element with this id: a button that a script listens to.

        Raises:
            FormError: there is none.
        """
        element = self._tab.query_selector(f'[id="{identifier}"]')
        if element is None:
            raise FormError(
                f"pas d'élément d'identifiant « {identifier} » sur la page",
                f"no element with id '{identifier}' on the page",
            )
        self._gate.begin(stop_before)
        return self._acted(lambda: click(element), self._tab.url)

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the living cookies, oldest first."""
        return tuple(_cookie(one, order) for order, one in enumerate(self._context.cookies()))

    def set_cookie(self, host: str, name: str, value: str, path: str = "/") -> None:
        """Put a cookie into the jar, for exactly this host; a port behind it is dropped, cookies know none."""
        name_only = urlsplit(f"//{host}").hostname or host
        self._context.add_cookies([{"name": name, "value": value, "domain": name_only.lower(), "path": path}])

    def snapshot(self) -> tuple[Cookie, ...]:
        """Return the cookies as a value, for ``restore``; what scripts store elsewhere is not in it."""
        return self.cookies()

    def restore(self, snapshot: tuple[Cookie, ...]) -> None:
        """Put the cookies back to what they were."""
        self._context.clear_cookies()
        kept: Any = [_put_back(one) for one in snapshot]  # a dictionary of a shape that the library does not export
        self._context.add_cookies(kept)

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _go(self, url: str) -> None:
        self._tab.goto(url, wait_until="commit", timeout=self._limits.idle_seconds * 1000)

    def _acted(self, act: Callable[[], object], url: str, *, posted: Pairs | None = None) -> Page:
        """Do something, wait until the page has settled, and take down what is on display."""
        self._traffic.begin()
        # A navigation that was stopped, failed or took too long ends as an error here; the traffic tells which.
        try:
            act()
        except BrowserTimeout:
            pass  # all the patience there is was spent
        except BrowserError:
            self._settle()
        else:
            self._settle()
        hops = self._traffic.end(posted=posted)
        if self._traffic.page_under_way:
            self._gate.stop_loading()
        self._page = self._displayed(hops, url)
        return self._page

    def _settle(self) -> None:
        """Wait until nothing happens any more: no request under way, and the page's own thread idle."""
        deadline = self._monotonic() + self._limits.idle_seconds
        scripts_deadline = None
        quiet = 0
        while quiet < _ROUNDS and self._gate.stopped is None and not self._gate.loop:
            now = self._monotonic()
            if now > deadline or (scripts_deadline is not None and now > scripts_deadline):
                return
            before = self._traffic.activity
            if self._traffic.page_under_way:
                # while a page is awaited the one before it runs no script, so it cannot be asked whether it is idle
                self._tab.wait_for_timeout(_LOOK_AGAIN_MS)
                quiet = 0
                continue
            if not self._idle():
                quiet = 0
                continue
            if scripts_deadline is None:
                scripts_deadline = now + self._settle_seconds
            quiet = quiet + 1 if before == self._traffic.activity and not self._traffic.under_way else 0

    def _idle(self) -> bool:
        try:
            # while another page is awaited, this one answers nothing
            self._tab.wait_for_function(_QUIET, timeout=_AN_ANSWER_MS)
        except BrowserError:
            return False  # the page changed meanwhile
        return True

    def _displayed(self, documents: tuple[Hop, ...], url: str) -> Page:
        here = self._tab.url if self._tab.url.startswith("http") else url
        if self._gate.stopped is not None:
            last = documents[-1].url if documents else here
            at, method, form = self._gate.stopped
            return Page(url=last, hops=documents, stopped_at=at, stopped_method=method, stopped_form=form)
        if self._gate.loop:
            return Page(url=here, hops=documents, loop=True)
        # a click that stayed on the page shows what its script made of it
        documents = documents or self._traffic.last_document
        if documents and documents[-1].error is None:
            documents = (*documents[:-1], self._rendered(documents[-1]))
        return Page(url=here, hops=documents)

    def _rendered(self, hop: Hop) -> Hop:
        """Return the page as it stands on the screen, after its scripts; what is no HTML stays as it came."""
        try:
            if self._tab.evaluate("document.contentType") not in _HTML or hop.content_type not in {*_HTML, ""}:
                return hop
            body = self._tab.content().encode("utf-8")
        except BrowserError:
            return hop
        kept = tuple((name, value) for name, value in hop.response_headers if name.lower() != "content-type")
        return replace(hop, body=body, response_headers=(*kept, ("Content-Type", "text/html; charset=utf-8")))


def _pairs(data: Pairs | Mapping[str, str] | None, method: str) -> Pairs | None:
    if data is None:
        return () if method == "POST" else None
    return data if isinstance(data, tuple) else tuple(data.items())


def _cookie(one: Mapping[str, Any], order: int) -> Cookie:
    domain = str(one["domain"])
    return Cookie(
        host=domain.lstrip(".").lower(),
        host_only=not domain.startswith("."),
        name=one["name"],
        value=one["value"],
        path=one["path"],
        secure=one["secure"],
        http_only=one["httpOnly"],
        same_site=one.get("sameSite", ""),
        expires_at=None if one["expires"] < 0 else float(one["expires"]),
        order=order,
    )


def _put_back(one: Cookie) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": one.name,
        "value": one.value,
        "domain": one.host if one.host_only else f".{one.host}",
        "path": one.path,
        "secure": one.secure,
        "httpOnly": one.http_only,
        "expires": -1 if one.expires_at is None else one.expires_at,
    }
    return {**made, "sameSite": one.same_site} if one.same_site in {"Lax", "Strict", "None"} else made
