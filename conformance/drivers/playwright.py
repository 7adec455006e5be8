"""The ``playwright`` driver: a portal in a real Chromium, for pages that live by their scripts."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from conformance.drivers.chromium import ChromiumBrowser
from conformance.drivers.errors import DriverError, DriverFailed
from conformance.evidence import Anonymous, Unclear
from conformance.form import FormError
from conformance.hop import Limits, origin_host
from conformance.page import Page
from conformance.portal import AuthorizationRequest, identity_claim_of, read_whoami, with_pairs
from conformance.toml_reader import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Playwright

    from conformance.agent import UserAgent
    from conformance.descriptor import Descriptor
    from conformance.evidence import Whoami
    from conformance.hop import Pairs
    from conformance.portal import AuthorizationResponse

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_REDIRECT: Final = range(300, 400)


class PlaywrightPortal:
    """A portal driven by a real browser."""

    def __init__(self, described: Descriptor, provider_hosts: frozenset[str]) -> None:
        """Drive the described portal; Chromium starts with the first browser that is asked for.

        Raises:
            DriverError: an option is wrong, or there is no Chromium.
        """
        self.described = described
        self._provider_hosts = provider_hosts
        self._allow_hosts = frozenset(described.allow_hosts) | provider_hosts
        options = Table(dict(described.driver.options), "[driver]")
        self._executable = _executable(options.text("executable", ""))
        self._settle_seconds = options.number("settle_seconds", 2.0, least=0.1)
        options.finish()
        self._playwright: Playwright | None = None
        self._chromium: Browser | None = None

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
        """Return what this driver can do: scripts run, and the portal's cookies and answers are seen."""
        return frozenset({"cookies", "hops", "js"})

    def browser(self) -> ChromiumBrowser:
        """Return a window that nobody used yet.

        Raises:
            DriverError: Chromium does not start.
            DriverFailed: it ended meanwhile.
        """
        chromium = self._chromium or self._start()
        patience = self.described.login_seconds
        try:
            context = chromium.new_context(locale="fr-FR", service_workers="block")
        except BrowserError:
            raise DriverFailed(
                "[driver] playwright : Chromium n'est plus là ; cherchez ce qui l'a arrêté (mémoire ?), et relancez",
                "[driver] playwright: Chromium is no longer there; look for what ended it (memory?), and run again",
            ) from None
        return ChromiumBrowser(
            context,
            self._allow_hosts,
            quiet_hosts=self._provider_hosts,
            limits=Limits(idle_seconds=patience, total_seconds=3 * patience),
            settle_seconds=self._settle_seconds,
        )

    def begin_login(self, browser: UserAgent, more: Pairs = ()) -> AuthorizationRequest | None:
        """Open the login address, with parameters more, or what starts the login on it, up to the provider."""
        described = self.described
        page = browser.open(with_pairs(described.login, more), stop_before=self._at_provider)
        if described.login_form and page.stopped_at is None:
            page = self._start_login(browser, page)
        if page.stopped_at is None or not self._at_provider(page.stopped_at):
            return None
        query = urlsplit(page.stopped_at).query
        pairs = page.stopped_form or tuple(parse_qsl(query, keep_blank_values=True))
        return AuthorizationRequest(url=page.stopped_at, method=page.stopped_method, pairs=pairs, raw_query=query)

    def deliver(self, browser: UserAgent, response: AuthorizationResponse) -> Page:
        """Take the provider's answer to the portal, from the provider's page where there is one."""
        if response.method == "GET" and isinstance(browser, ChromiumBrowser):
            return browser.arrive(response.url, stop_before=self._at_provider)
        return browser.open(response.url, response.method, response.form, stop_before=self._at_provider)

    def whoami(self, browser: UserAgent) -> Whoami:
        """Open the who-am-I page as a person would, scripts and all; its cookies are put back."""
        probe = self.described.probe
        if probe is None:
            return Unclear(why="no-probe")
        kept = browser.snapshot()
        page = browser.open(probe.url, stop_before=self._at_provider)
        browser.restore(kept)
        if page.hops and page.hops[0].status in _REDIRECT:
            page = Page(url=page.url, hops=page.hops[:1])
        elif page.stopped_at is not None and self._at_provider(page.stopped_at):
            # a script sent the browser to log in
            return Anonymous() if "redirect-to-provider" in probe.anonymous else Unclear(why="redirect")
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

    def close(self) -> None:
        """Stop Chromium."""
        if self._chromium is not None:
            self._chromium.close()
        if self._playwright is not None:
            self._playwright.stop()
        self._chromium = self._playwright = None

    def _start_login(self, browser: UserAgent, page: Page) -> Page:
        """Submit the form, or click the element with that id."""
        wanted = self.described.login_form.removeprefix("*")
        try:
            return browser.submit(page.form(wanted), stop_before=self._at_provider)
        except FormError:
            if isinstance(browser, ChromiumBrowser) and page.element(wanted) is not None:
                return browser.click(wanted, stop_before=self._at_provider)
            raise

    def _at_provider(self, url: str) -> bool:
        return origin_host(url) in self._provider_hosts

    def _start(self) -> Browser:
        try:
            self._playwright = sync_playwright().start()
        except BrowserError:
            raise DriverError(
                "[driver] name : un autre Playwright, ou une boucle d'événements, tourne déjà dans ce processus ; "
                "lancez la suite dans un processus à elle",
                "[driver] name: another Playwright, or an event loop, runs in this process already; "
                "run the suite in a process of its own",
            ) from None
        # Whatever a page asks for, no name outside the list is even resolved.
        names = sorted({host.rpartition(":")[0] for host in self._allow_hosts})
        walls = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {name}" for name in names)])
        options: dict[str, Any] = {
            "executable_path": self._executable,
            "args": [f"--host-resolver-rules={walls}"],
            # Chromium's sandbox does not work for root, as in most containers
            "chromium_sandbox": os.geteuid() != 0,
        }
        try:
            self._chromium = self._playwright.chromium.launch(**options)
        except BrowserError:
            self.close()
            raise DriverError(
                f"[driver] executable : {self._executable} ne démarre pas ; nommez un Chromium qui marche",
                f"[driver] executable: {self._executable} does not start as a browser; name a working Chromium",
            ) from None
        return self._chromium


def _executable(wanted: str) -> str:
    """Return the browser to start: as the descriptor says, else the first that is on the PATH."""
    found = shutil.which(wanted) if wanted else next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        fr = f"{wanted!r} ne s'exécute pas" if wanted else "pas de Chromium dans le PATH"
        en = f"{wanted!r} cannot be run" if wanted else "there is no Chromium on the PATH"
        raise DriverError(
            f"[driver] executable : {fr} ; installez chromium (Debian : apt-get install chromium) ou nommez-le",
            f"[driver] executable: {en}; install chromium (Debian: apt-get install chromium) or name it",
        )
    return found
