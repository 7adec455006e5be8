"""How a portal is driven: begin a login, stop at the provider, deliver the provider's answer, ask who is there.

The cut between ``begin_login`` and ``deliver``, at the provider, is where every lie about a response lives.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from conformance.browser import Browser
from conformance.evidence import Anonymous, Identified, Unclear
from conformance.form import FormError
from conformance.hop import Limits, origin_host
from conformance.toml_reader import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.agent import UserAgent
    from conformance.descriptor import Descriptor, Lookup, Probe
    from conformance.evidence import Whoami
    from conformance.hop import Pairs
    from conformance.page import Page

_REDIRECT: Final = range(300, 400)
_SERVER_ERROR: Final = 500
_SUCCESS: Final = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """Where the portal sent the browser: the provider's authorization endpoint, with parameters (OIDC-CORE 3.1.2.1).

    Attributes:
        pairs: the parameters in order, repeated ones kept.
        raw_query: the query as the portal wrote it, for checks of its encoding.
    """

    url: str = field(repr=False)
    method: str = "GET"
    pairs: Pairs = field(default=(), repr=False)
    raw_query: str = field(default="", repr=False)

    def get(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next((value for known, value in self.pairs if known == name), None)

    @property
    def place(self) -> str:
        """Return scheme, host, port and path."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationResponse:
    """Where the provider sends the browser back to, and with what (RFC 6749 4.1.2)."""

    url: str = field(repr=False)
    method: str = "GET"
    form: Pairs | None = field(default=None, repr=False)

    @property
    def pairs(self) -> Pairs:
        """Return the response's parameters, wherever they stand."""
        return (
            self.form if self.form is not None else tuple(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))
        )

    def get(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next((value for known, value in self.pairs if known == name), None)

    def having(self, name: str, value: str | None) -> AuthorizationResponse:
        """Return the same response with one parameter set, or taken out with None."""
        kept = tuple((known, old) for known, old in self.pairs if known != name)
        pairs = kept if value is None else (*kept, (name, value))
        if self.form is not None:
            return AuthorizationResponse(url=self.url, method=self.method, form=pairs)
        parts = urlsplit(self.url)
        url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(pairs), ""))
        return AuthorizationResponse(url=url, method=self.method)


class PortalDriver(Protocol):
    """What the suite needs of a portal, however it is reached."""

    @property
    def probed(self) -> bool:
        """Whether it can be asked who is there."""
        ...

    @property
    def identity_claim(self) -> str:
        """Return the userinfo claim that the portal's name for people should equal."""
        ...

    @property
    def resets(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """Return the driver's own ways to make the portal forget, the gentlest first; most have none."""
        ...

    def capabilities(self) -> frozenset[str]:
        """Return what it can do beyond logging in.

        ``cookies``: the portal's cookies can be seen and put back; ``hops``: its answers are seen as they came, its
        login takes parameters more, and its logout can be fetched as an image; ``parallel``: two browsers may be on
        their way at once; ``logout`` and ``claims``: as if the descriptor said where they are.
        """
        ...

    def browser(self) -> UserAgent:
        """Return a browser that nobody used yet."""
        ...

    def begin_login(self, browser: UserAgent, more: Pairs = ()) -> AuthorizationRequest | None:
        """Start a login and stop at the provider, with parameters more; None when the portal does not go there."""
        ...

    def deliver(self, browser: UserAgent, response: AuthorizationResponse) -> Page:
        """Take the provider's answer to the portal."""
        ...

    def whoami(self, browser: UserAgent) -> Whoami:
        """Ask the portal who is there, leaving no trace in the browser's cookies."""
        ...

    def logout(self, browser: UserAgent) -> Page:
        """Click the portal's logout, and stop at the provider."""
        ...

    def close(self) -> None:
        """Let go of whatever it started."""
        ...

    def logout_as_image(self, browser: UserAgent) -> Page:
        """Fetch the logout address the way an image on another site would."""
        ...


class HttpPortal:
    """A portal driven by plain HTTP."""

    def __init__(self, described: Descriptor, provider_hosts: frozenset[str]) -> None:
        """Drive the described portal; a browser may visit it and the provider, and nothing else.

        Raises:
            DescriptorError: the driver is given an option, and it has none.
        """
        if described.driver.name == "http":
            Table(dict(described.driver.options), "[driver]").finish()
        self.described = described
        self._provider_hosts = provider_hosts

    @property
    def probed(self) -> bool:
        """Whether the descriptor names a who-am-I page."""
        return self.described.probe is not None

    @property
    def identity_claim(self) -> str:
        """Return the claim that the descriptor names."""
        return identity_claim_of(self.described)

    @property
    def resets(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """Return none: what there is stands in the descriptor."""
        return ()

    def capabilities(self) -> frozenset[str]:
        """Return that the portal's cookies and answers are seen, and that two browsers may be on their way at once."""
        return frozenset({"cookies", "hops", "parallel"})

    def close(self) -> None:
        """Let go of nothing: plain HTTP keeps no connection."""

    def browser(self) -> Browser:
        """Return a browser that nobody used yet."""
        patience = self.described.login_seconds
        return Browser(
            frozenset(self.described.allow_hosts) | self._provider_hosts,
            limits=Limits(idle_seconds=patience, total_seconds=3 * patience),
        )

    def begin_login(self, browser: UserAgent, more: Pairs = ()) -> AuthorizationRequest | None:
        """Open the login address, with parameters more, or submit its form, up to the provider."""
        described = self.described
        page = browser.open(with_pairs(described.login, more), stop_before=self._at_provider)
        if described.login_form and page.stopped_at is None:
            try:
                form = page.form(described.login_form.removeprefix("*"))
            except FormError:
                # a portal that shows something else here does not begin a login; what it shows is in the evidence
                return None
            page = browser.submit(form, stop_before=self._at_provider)
        if page.stopped_at is None or not self._at_provider(page.stopped_at):
            return None
        query = urlsplit(page.stopped_at).query
        pairs = page.stopped_form or tuple(parse_qsl(query, keep_blank_values=True))
        return AuthorizationRequest(url=page.stopped_at, method=page.stopped_method, pairs=pairs, raw_query=query)

    def deliver(self, browser: UserAgent, response: AuthorizationResponse) -> Page:
        """Take the provider's answer to the portal and follow where it leads, but not back to the provider."""
        return browser.open(response.url, response.method, response.form, stop_before=self._at_provider)

    def whoami(self, browser: UserAgent) -> Whoami:
        """Fetch the who-am-I page once; its cookies are put back, so that looking changes nothing."""
        probe = self.described.probe
        if probe is None:
            return Unclear(why="no-probe")
        kept = browser.snapshot()
        page = browser.step(probe.url)
        browser.restore(kept)
        return read_whoami(page, probe, at_provider=self._at_provider)

    def logout(self, browser: UserAgent) -> Page:
        """Go to the logout address the way the descriptor says."""
        described = self.described
        if described.logout_method == "POST":
            return browser.open(described.logout, "POST", (), stop_before=self._at_provider)
        return browser.open(described.logout, stop_before=self._at_provider)

    def logout_as_image(self, browser: UserAgent) -> Page:
        """Fetch the logout address once, with GET; nothing is followed."""
        return browser.step(self.described.logout)

    def _at_provider(self, url: str) -> bool:
        return origin_host(url) in self._provider_hosts


def with_pairs(url: str, more: Pairs) -> str:
    """Return an address with parameters more."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}" if more else url


def identity_claim_of(described: Descriptor) -> str:
    """Return the userinfo claim by which a descriptor says that the portal names people."""
    return described.probe.identity_claim if described.probe is not None else "SubjectNameID"


def read_whoami(page: Page, probe: Probe, *, at_provider: Callable[[str], bool]) -> Whoami:
    """Return whom a who-am-I page names.

    Args:
        page: as fetched, redirects not followed.
        probe: how the page is read.
        at_provider: tells whether an address is the provider's.
    """
    if page.error is not None:
        return Unclear(why="unreachable")
    if page.status >= _SERVER_ERROR:
        return Unclear(why="server-error")
    if str(page.status) in probe.anonymous:
        return Anonymous()
    if page.status in _REDIRECT:
        away = at_provider(page.hops[-1].location or "")
        signs = {"redirect", "redirect-to-provider"} if away else {"redirect"}
        return Anonymous() if signs & set(probe.anonymous) else Unclear(why="redirect")
    return _named(page, probe)


def _named(page: Page, probe: Probe) -> Whoami:
    if page.status not in _SUCCESS:
        # a page that is missing, or too many requests: who is there was not said
        return Unclear(why="unexpected-status")
    found = look_up(page, probe.identity)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        return Anonymous() if "no-identity" in probe.anonymous else Unclear(why="no-identity")
    claims = look_up(page, probe.claims) if probe.claims is not None else None
    return Identified(identity=str(found), claims=claims if isinstance(claims, dict) else None, shown=page.text)


def look_up(page: Page, lookup: Lookup) -> Any:
    """Return what stands at a place of a page, or None when nothing does."""
    if lookup.how == "header":
        return page.header(lookup.where)
    if lookup.how == "css":
        element = page.element(lookup.where.removeprefix("#"))
        return element.text if element is not None else None
    if lookup.how == "regex":
        found = re.search(lookup.where, page.hops[-1].text if page.hops else "")
        return found.group(1) if found else None
    return _pointed(page, lookup.where)


def _pointed(page: Page, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901)."""
    try:
        value = json.loads(page.body)
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            value = value[int(name) if name.isdecimal() else len(value)] if isinstance(value, list) else value[name]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return value
