"""What a real browser sent and got, as hops: pages and the requests of their scripts, without pictures and styles."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from conformance.drivers.errors import DriverFailed
from conformance.hop import Hop, Trouble, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page, Request, Response

    from conformance.hop import Limits, Pairs

_EVIDENCE: Final = frozenset({"document", "xhr", "fetch"})
_WAITED_FOR: Final = frozenset({*_EVIDENCE, "script"})
_REDIRECT: Final = range(300, 400)
_CANCELLED: Final = ("net::ERR_ABORTED", "net::ERR_BLOCKED_BY_CLIENT")
_MOVED: Final = "net::ERR_NETWORK_CHANGED"
_UNREACHABLE: Final = ("REFUSED", "UNREACHABLE", "NAME_NOT_RESOLVED", "CONNECTION_FAILED")


class Traffic:
    """The requests of one window.

    Attributes:
        hops: everything that came to an end, oldest first.
        last_document: the page on display as a hop, none or one.
        activity: a number that grows with everything that happens.
    """

    def __init__(self, tab: Page) -> None:
        """Listen to a window."""
        self.hops: tuple[Hop, ...] = ()
        self.last_document: tuple[Hop, ...] = ()
        self.activity = 0
        self._tab = tab
        self._asked: list[Request] = []
        self._ended: set[Request] = set()
        tab.on("request", self._on_request)
        tab.on("requestfinished", self._on_end)
        tab.on("requestfailed", self._on_end)
        tab.on("framenavigated", self._on_navigation)

    @property
    def under_way(self) -> bool:
        """Whether a page, a script or a script's request has not come to an end."""
        return any(one not in self._ended for one in self._asked if one.resource_type in _WAITED_FOR)

    @property
    def page_under_way(self) -> bool:
        """Whether a page has not come to an end."""
        return any(one not in self._ended for one in self._asked if one.resource_type == "document")

    def begin(self) -> None:
        """Begin a new action; what is still under way from before is forgotten."""
        self._asked.clear()
        self._ended.clear()

    def add(self, hop: Hop) -> None:
        """Take in a request that was made beside the window."""
        self.hops = (*self.hops, hop)

    def end(self, *, posted: Pairs | None = None) -> tuple[Hop, ...]:
        """Take in the requests of this action, and return those for pages of the window itself, oldest first.

        Args:
            posted: the form that the first of them was made to carry on its way out, which the window does not know.

        Raises:
            DriverFailed: the machine's network changed under the browser, which says nothing about the portal.
        """
        documents: list[Hop] = []
        for request in [one for one in self._asked if one.resource_type in _EVIDENCE]:
            hop = self._hop(request)
            if hop is None:
                continue
            page = request.resource_type == "document" and self._is_page(request)
            if page and posted is not None and not documents:
                hop = replace(hop, method="POST", request_form=posted)
            self.add(hop)
            documents += [hop] if page else []
        if documents:
            self.last_document = (documents[-1],)
        return tuple(documents)

    def _on_request(self, request: Request) -> None:
        self.activity += 1
        self._asked.append(request)

    def _on_end(self, request: Request) -> None:
        self.activity += 1
        self._ended.add(request)

    def _on_navigation(self, _frame: object) -> None:
        self.activity += 1

    def _is_page(self, request: Request) -> bool:
        try:
            return request.frame == self._tab.main_frame
        except BrowserError:
            return True  # a page that never came has no frame yet

    def _hop(self, request: Request) -> Hop | None:
        """Return a request as evidence, or None when it was called off.

        Raises:
            DriverFailed: the browser broke it off because an interface of the machine came or went.
        """
        if request.failure is not None and request.failure.startswith(_MOVED):
            raise DriverFailed(
                "[driver] playwright : une interface réseau de cette machine est apparue ou a disparu, et Chromium a "
                "tout interrompu ; relancez quand aucun conteneur ne démarre ni ne s'arrête",
                "[driver] playwright: a network interface of this machine came or went, and Chromium broke everything "
                "off; run again while no container starts or stops",
            )
        if request.failure is not None and request.failure.startswith(_CANCELLED):
            return None
        if request.failure is not None:
            return _hop(request, None, b"", Unreachable(trouble=_trouble(request.failure), detail=request.failure))
        if request not in self._ended:
            return _hop(request, None, b"", Unreachable(trouble=Trouble.TIMEOUT))
        response = request.response()
        body = b""
        if response is not None and response.status not in _REDIRECT:
            # the body of a page that its own script left at once is gone
            with suppress(BrowserError):
                body = response.body()
        return _hop(request, response, body, None)


def _hop(request: Request, response: Response | None, body: bytes, error: Unreachable | None) -> Hop:
    # named as everywhere else in the evidence; the library gives them in lower case
    named = request.headers if response is None else request.all_headers()
    sent: Pairs = tuple((name.title(), value) for name, value in named.items())
    answered: Pairs = ()
    if response is not None:
        answered = tuple((one["name"], one["value"]) for one in response.headers_array())
    form: Pairs = ()
    if request.method == "POST" and "urlencoded" in dict(sent).get("Content-Type", ""):
        form = tuple(parse_qsl(request.post_data or "", keep_blank_values=True))
    timing = request.timing
    return Hop(
        method=request.method,
        url=request.url,
        status=response.status if response is not None else 0,
        request_headers=sent,
        request_form=form,
        response_headers=answered,
        location=next((value for name, value in answered if name.lower() == "location"), None),
        body=body,
        started_at=max(0.0, timing["startTime"] / 1000),
        seconds=max(0.0, timing["responseEnd"] / 1000),
        error=error,
    )


def _trouble(failure: str) -> Trouble:
    if "TIMED_OUT" in failure:
        return Trouble.TIMEOUT
    return Trouble.UNREACHABLE if any(one in failure for one in _UNREACHABLE) else Trouble.BROKEN


def plain_hop(
    context: BrowserContext,
    url: str,
    method: str,
    form: Pairs | None,
    *,
    limits: Limits,
    monotonic: Callable[[], float],
) -> Hop:
    """Send one request with a window's cookies but without the window, and return it as a hop; nothing is followed."""
    asked: dict[str, Any] = {"method": method, "max_redirects": 0, "timeout": limits.idle_seconds * 1000}
    if form is not None:
        asked["form"] = dict(form)
    began = monotonic()
    status, body, error = 0, b"", None
    answered: Pairs = ()
    try:
        answer = context.request.fetch(url, **asked)
        status, body = answer.status, answer.body()
        answered = tuple((one["name"], one["value"]) for one in answer.headers_array)
        answer.dispose()
    except BrowserTimeout:
        error = Unreachable(trouble=Trouble.TIMEOUT)
    except BrowserError:
        error = Unreachable(trouble=Trouble.UNREACHABLE)
    return Hop(
        method=method,
        url=url,
        status=status,
        request_form=form or (),
        response_headers=answered,
        location=next((value for name, value in answered if name.lower() == "location"), None),
        body=body,
        seconds=monotonic() - began,
        error=error,
    )
