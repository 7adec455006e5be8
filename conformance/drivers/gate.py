"""What a real browser may request: the gate that every request passes, redirects and scripts' requests included."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Error as BrowserError

from conformance.hop import origin_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from conformance.hop import Pairs

MAX_HOPS: Final = 15
_ABORT: Final = "Aborted"
_REFUSE: Final = "BlockedByClient"


class Gate:
    """Interception of one window's requests (Chrome DevTools Protocol, domain Fetch).

    Playwright's own routes do not see redirects, and a login is made of redirects; hence the protocol underneath.

    Attributes:
        stopped: address, method and form of the navigation that was not sent, or None.
        loop: there were more navigations in a row than any honest login takes.
    """

    def __init__(
        self, context: BrowserContext, tab: Page, allow_hosts: frozenset[str], quiet_hosts: frozenset[str]
    ) -> None:
        """Stand between a window and the network.

        Args:
            context: of the window.
            tab: the window.
            allow_hosts: ``host:port``; nothing else is ever requested.
            quiet_hosts: whose pages may fetch nothing in the background.
        """
        self.stopped: tuple[str, str, Pairs | None] | None = None
        self.loop = False
        self._tab = tab
        self._allow_hosts = allow_hosts
        self._quiet_hosts = quiet_hosts
        self._stop_before: Callable[[str], bool] | None = None
        self._own: str | None = None
        self._method = "GET"
        self._form: Pairs | None = None
        self._taken = 0
        self._line = context.new_cdp_session(tab)
        self._frame = self._line.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._line.on("Fetch.requestPaused", self._paused)
        # every look at a page is a fresh one; what a browser kept for itself is no evidence
        self._line.send("Network.enable")
        self._line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self._line.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    def begin(
        self,
        stop_before: Callable[[str], bool] | None,
        *,
        own: str | None = None,
        method: str = "GET",
        form: Pairs | None = None,
    ) -> None:
        """Get ready for one action.

        Args:
            stop_before: asked before every navigation but the action's own.
            own: address of that one; None when a script decides where to go.
            method: of the action's own navigation.
            form: what it posts.
        """
        self.stopped, self.loop, self._taken = None, False, 0
        self._stop_before, self._own, self._method, self._form = stop_before, own, method, form

    def stop_loading(self) -> None:
        """Give up the page that is awaited; until then the window would run no script."""
        # the window may be closed by now
        with suppress(BrowserError):
            self._line.send("Page.stopLoading")

    def may_fetch(self, url: str) -> bool:
        """Tell whether an address is within the list of hosts."""
        return origin_host(url) in self._allow_hosts and urlsplit(url).scheme in {"http", "https"}

    def _paused(self, event: dict[str, Any]) -> None:
        request, number = event["request"], {"requestId": event["requestId"]}
        changed: dict[str, Any] = {}
        if event["resourceType"] == "Document" and event["frameId"] == self._frame:
            refusal = self._navigation(request)
            changed = self._changed(request) if refusal is None else {}
        else:
            refusal = self._background(request["url"], event["resourceType"])
        # the window may be closed by now
        with suppress(BrowserError):
            if refusal is not None:
                self._line.send("Fetch.failRequest", {**number, "errorReason": refusal})
            else:
                self._line.send("Fetch.continueRequest", {**number, **changed})

    def _navigation(self, request: dict[str, Any]) -> str | None:
        """Return why a navigation is not sent, or None when it is."""
        url = request["url"] + request.get("urlFragment", "")
        if self.stopped is not None or self.loop:
            return _ABORT
        if self._own is not None:
            if origin_host(url) != origin_host(self._own):
                return _ABORT  # some page's own idea, not what was asked for
            self._own = None
            own = True
        else:
            own = False
        if not self.may_fetch(url) or (not own and self._stop_before is not None and self._stop_before(url)):
            self.stopped = (url, request["method"], _posted(request))
            return _ABORT
        self._taken += 1
        self.loop = self._taken > MAX_HOPS
        return _ABORT if self.loop else None

    def _background(self, url: str, kind: str) -> str | None:
        """Return why a picture, a script or a script's request is not sent, or None when it is."""
        if urlsplit(url).scheme in {"data", "blob"}:
            return None
        quiet = kind in {"XHR", "Fetch"} and origin_host(self._tab.url) in self._quiet_hosts
        return None if self.may_fetch(url) and not quiet else _REFUSE

    def _changed(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return how the action's own navigation differs from a typed address: it may post a form."""
        method, form = self._method, self._form
        self._method, self._form = "GET", None
        if method != "POST":
            return {}
        kept = [{"name": name, "value": value} for name, value in request["headers"].items()]
        return {
            "method": "POST",
            "postData": _base64(urlencode(form or ())),
            "headers": [*kept, {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}],
        }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("ascii")).decode("ascii")


def _posted(request: dict[str, Any]) -> Pairs | None:
    if request["method"] != "POST":
        return None
    return tuple(parse_qsl(request.get("postData", ""), keep_blank_values=True))
