"""The ``exec`` driver: a portal driven by a program of its makers, in whatever language, over newline JSON.

The program plays the portal's part of a login; the provider's pages are the suite's own business.  docs/drivers.md
describes every verb.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from conformance.browser import Browser
from conformance.drivers.errors import DriverError, DriverFailed
from conformance.drivers.line import Line
from conformance.drivers.reply import Reply
from conformance.evidence import Anonymous, Identified, Unclear
from conformance.hop import Hop, Limits, Trouble, Unreachable, origin_host
from conformance.page import Page
from conformance.portal import AuthorizationRequest
from conformance.toml_reader import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.agent import UserAgent
    from conformance.cookies import Cookie
    from conformance.descriptor import Descriptor
    from conformance.evidence import Whoami
    from conformance.hop import Pairs
    from conformance.portal import AuthorizationResponse

PROTOCOL: Final = 1
KNOWN_ABILITIES: Final = ("claims", "logout", "reset", "whoami")
_RESETS: Final = ("session", "caches", "process")
_NO_HOPS: Final = (
    "[driver] exec : les échanges du portail sont l'affaire du programme ; un scénario qui en a besoin doit le dire",
    "[driver] exec: what the portal is sent and answers is the program's own; a scenario that needs it must say so",
)
_NO_COOKIES: Final = (
    "[driver] exec : les cookies du portail sont l'affaire du programme ; un scénario qui en a besoin doit le dire",
    "[driver] exec: the portal's cookies are the program's own; a scenario that needs them must say so",
)


class FarBrowser(Browser):
    """What the suite sees of a user agent in the program: the provider's pages are its own, the portal's are not."""

    def __init__(self, number: str, line: Line, provider_hosts: frozenset[str], limits: Limits) -> None:
        """Open one; the program learns its name with the first verb that needs it."""
        super().__init__(provider_hosts, limits=limits)
        self.number = number
        self._line: Line | None = line

    def snapshot(self) -> tuple[Cookie, ...]:
        """Refuse: a snapshot without the portal's cookies would make a verdict out of nothing.

        Raises:
            DriverFailed: always.
        """
        raise DriverFailed(*_NO_COOKIES)

    def restore(self, snapshot: tuple[Cookie, ...]) -> None:  # noqa: ARG002  # the signature is everybody's
        """Refuse, as ``snapshot`` does.

        Raises:
            DriverFailed: always.
        """
        raise DriverFailed(*_NO_COOKIES)

    def take(self, hop: Hop) -> None:
        """Keep what the program said of a request as evidence."""
        self.hops = (*self.hops, hop)

    def close(self) -> None:
        """Have the program forget this browser."""
        line, self._line = self._line, None
        if line is not None:
            line.ask("close", browser=self.number)


class ExecPortal:
    """A portal behind a program that speaks newline JSON."""

    def __init__(self, described: Descriptor, provider_hosts: frozenset[str]) -> None:
        """Start the program and agree on the protocol.

        Raises:
            DriverError: an option is wrong, the program cannot be started, or it speaks another protocol.
            DriverFailed: it does not answer.
        """
        self.described = described
        self._provider_hosts = provider_hosts
        options = Table(dict(described.driver.options), "[driver]")
        command = options.texts("command")
        if not command:
            raise DriverError(
                '[driver] command : manque ; écrivez par exemple ["java", "-jar", "driver.jar"]',
                '[driver] command: missing; write for instance ["java", "-jar", "driver.jar"]',
            )
        patience = options.number("seconds", 30.0, least=0.1)
        self._identity_claim = options.text("identity_claim", "SubjectNameID")
        options.finish()
        self._numbers = count(1)
        self._line = Line(command, patience=patience)
        try:
            self._greet()
            self._abilities = _abilities(self._line.ask("capabilities"))
        except BaseException:
            self._line.close()
            raise

    @property
    def probed(self) -> bool:
        """Whether the program can tell who is there."""
        return "whoami" in self._abilities

    @property
    def identity_claim(self) -> str:
        """Return the userinfo claim that the program's identity should equal."""
        return self._identity_claim

    @property
    def resets(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """Return the ways in which the program makes the portal forget, the gentlest first."""
        if "reset" not in self._abilities:
            return ()
        return tuple((level, self._reset_of(level)) for level in _RESETS)

    def capabilities(self) -> frozenset[str]:
        """Return what the program said that it can do."""
        return self._abilities

    def browser(self) -> FarBrowser:
        """Return a user agent that nobody used yet."""
        patience = self.described.login_seconds
        limits = Limits(idle_seconds=patience, total_seconds=3 * patience)
        return FarBrowser(f"b{next(self._numbers)}", self._line, self._provider_hosts, limits)

    def begin_login(self, browser: UserAgent, more: Pairs = ()) -> AuthorizationRequest | None:
        """Have the program start a login; None when it does not lead to the provider.

        Raises:
            DriverFailed: the program failed, or there are parameters more: it knows no such thing.
        """
        if more:
            raise DriverFailed(*_NO_HOPS)
        said = self._line.ask("begin_login", browser=_number(browser))
        if said is None:
            return None
        reply = Reply(said, "begin_login")
        url, method, form = reply.text("url"), reply.text("method", "GET"), reply.pairs("form")
        if origin_host(url) not in self._provider_hosts:
            return None
        query = urlsplit(url).query
        pairs = form or tuple(parse_qsl(query, keep_blank_values=True))
        return AuthorizationRequest(url=url, method=method, pairs=pairs, raw_query=query)

    def deliver(self, browser: UserAgent, response: AuthorizationResponse) -> Page:
        """Hand the provider's answer to the program, and return where the portal then is."""
        form = None if response.form is None else [list(pair) for pair in response.form]
        said = self._line.ask("deliver", browser=_number(browser), url=response.url, method=response.method, form=form)
        return self._page(said, "deliver", browser, response.url)

    def whoami(self, browser: UserAgent) -> Whoami:
        """Ask the program whom the portal thinks is there."""
        if not self.probed:
            return Unclear(why="no-probe")
        reply = Reply(self._line.ask("whoami", browser=_number(browser)), "whoami")
        if reply.flag("anonymous"):
            return Anonymous()
        if unclear := reply.text("unclear", ""):
            return Unclear(why=unclear)
        return Identified(
            identity=reply.text("identity"), claims=reply.mapping("claims"), shown=reply.text("shown", "")
        )

    def logout(self, browser: UserAgent) -> Page:
        """Have the program log out, up to the provider."""
        said = self._line.ask("logout", browser=_number(browser))
        return self._page(said, "logout", browser, self.described.base_url)

    def logout_as_image(self, browser: UserAgent) -> Page:  # noqa: ARG002  # the signature is everybody's
        """Refuse: there is no verb for it.

        Raises:
            DriverFailed: always.
        """
        raise DriverFailed(*_NO_HOPS)

    def close(self) -> None:
        """End the program."""
        self._line.close()

    def _greet(self) -> None:
        said = self._line.ask("start", protocol=PROTOCOL, suite=f"psc-conformance {version('psc-conformance')}")
        theirs = said.get("protocol") if isinstance(said, dict) else None
        if theirs != PROTOCOL:
            raise DriverError(
                f"[driver] command : le programme parle le protocole {theirs!r}, cette suite parle {PROTOCOL} ; "
                f'répondez à start avec {{"protocol": {PROTOCOL}}}, ou prenez une version de la suite qui convient',
                f"[driver] command: the program speaks protocol {theirs!r}, this suite speaks {PROTOCOL}; "
                f'answer start with {{"protocol": {PROTOCOL}}}, or use a version of the suite that fits',
            )

    def _reset_of(self, level: str) -> Callable[[], None]:
        def reset() -> None:
            self._line.ask("reset", level=level)

        return reset

    def _page(self, said: Any, verb: str, browser: UserAgent, url: str) -> Page:
        reply = Reply(said, verb)
        trouble = reply.text("trouble", "")
        if trouble not in {"", *Trouble}:
            known = ", ".join(Trouble)
            raise reply.wrong("trouble", f"écrivez l'un de {known}, ou rien", f"write one of {known}, or leave it out")
        hop = Hop(
            method="GET",
            url=reply.text("url", url),
            status=0 if trouble else reply.number("status"),
            response_headers=(("Content-Type", reply.text("content_type", "text/plain; charset=utf-8")),),
            body=reply.text("text", "").encode("utf-8"),
            error=Unreachable(trouble=Trouble(trouble), detail="said by the program") if trouble else None,
        )
        if isinstance(browser, FarBrowser):
            browser.take(hop)
        return Page(url=hop.url, hops=(hop,), stopped_at=reply.text("stopped_at", "") or None, loop=reply.flag("loop"))


def _abilities(said: Any) -> frozenset[str]:
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise DriverFailed(
            '[driver] exec, capabilities : écrivez une liste comme ["whoami", "logout"]',
            '[driver] exec, capabilities: write a list such as ["whoami", "logout"]',
        )
    if strange := sorted(set(said) - set(KNOWN_ABILITIES)):
        known = ", ".join(KNOWN_ABILITIES)
        raise DriverFailed(
            f"[driver] exec, capabilities : {strange[0]!r} n'est pas compris ; valeurs connues : {known}",
            f"[driver] exec, capabilities: {strange[0]!r} is not understood; known are {known}",
        )
    return frozenset(said)


def _number(browser: UserAgent) -> str:
    if not isinstance(browser, FarBrowser):
        raise DriverFailed(
            "[driver] exec : ce navigateur n'est pas l'un de ceux du pilote",
            "[driver] exec: this browser is not one of the driver's",
        )
    return browser.number
