"""One person's visit to the portal by way of the provider, step by step, with everything it leaves behind."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from conformance.browser import Browser
from conformance.control import LONGEST_WAIT
from conformance.evidence import Attempt, Landing, Role, Seen, Unclear
from conformance.hop import origin_host, place_of
from conformance.portal import AuthorizationRequest
from conformance.workstation import Phone, Workstation

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.agent import UserAgent
    from conformance.control import Control, Whereabouts
    from conformance.descriptor import Descriptor
    from conformance.evidence import Somebody, Whoami
    from conformance.hop import Hop, Pairs
    from conformance.masks import Masks
    from conformance.page import Page
    from conformance.portal import AuthorizationResponse, PortalDriver
    from conformance.profiles import Profile

_LATE: Final = 3.0
"""How many times longer than an honest login a call may take before it counts as not made."""


@dataclass(kw_only=True)
class Lab:
    """What every scenario of a run shares.

    Attributes:
        control: the line to the provider.
        where: where the provider stands.
        portal: the portal under test.
        profile: what outcomes mean.
        masks: keeps secrets out of evidence.
        identity_claim: the claim by which the portal names people.
        patience: seconds that an honest login may take.
        resets: ways to make the portal forget, by name, the gentlest first.
        described: the portal's descriptor, for what a driver has no word for.
        cooldown: seconds that the portal waits before it fetches keys again.
        refresh: address and method of the page on which the portal refreshes its tokens, or None.
        lateness: seconds by which the portal's own calls came after its answer to the browser, in honest logins.
    """

    control: Control = field(repr=False)
    where: Whereabouts
    portal: PortalDriver
    described: Descriptor
    profile: Profile
    masks: Masks = field(repr=False)
    identity_claim: str = "SubjectNameID"
    patience: float = 10.0
    cooldown: float = 60.0
    refresh: tuple[str, str] | None = None
    lateness: float = 0.0
    resets: tuple[tuple[str, Callable[[], None]], ...] = ()
    monotonic: Callable[[], float] = time.monotonic

    def close(self) -> None:
        """Let go of the provider and of whatever the driver started."""
        self.portal.close()
        self.control.close()


class Visit:
    """One browser, one phone, one login; steps may be left out, repeated, or done by somebody else.

    Attributes:
        request: where the portal sent the browser, None until begun, or when it did not.
        response: what the provider answered, None until approved.
        page: what the portal showed last.
        further: who called the portal's server meanwhile, in the provider's place.
    """

    def __init__(self, lab: Lab, person: Somebody, token: str, *, role: Role = Role.TRIED, browser: UserAgent | None = None, everywhere: str | None = None) -> None:  # fmt: skip  # noqa: E501
        """Sit down at a computer.

        Args:
            lab: the run.
            person: who sits there.
            token: calls up the lies armed for this login.
            role: what the login is for.
            browser: one that was used before; a fresh one if not given.
            everywhere: token of the lies that are armed for the issuer meanwhile.
        """
        self.lab = lab
        self._everywhere = everywhere
        self.person = person
        self.role = role
        self.token = token
        self.browser = browser or lab.portal.browser()
        phone = Browser(frozenset({origin_host(lab.where.wallet)}))
        self.desk = Workstation(
            computer=self.browser,
            phone=Phone(browser=phone, wallet=lab.where.wallet).activated(person.device),
            wallet=lab.where.wallet,
            scenario_cookie=lab.where.cookie,
        )
        self.request: AuthorizationRequest | None = None
        self.response: AuthorizationResponse | None = None
        self.page: Page | None = None
        self.seconds = 0.0
        self.further: list[UserAgent] = []
        self._first_hop = len(self.browser.hops)
        self._looked: Whoami | None = None

    def begin(self, more: Pairs = ()) -> AuthorizationRequest | None:
        """Click the portal's login, with parameters more; the lies of this visit are called up for what follows."""
        self.desk.carry(self.token)
        self.request = self.lab.portal.begin_login(self.browser, more)
        return self.request

    def approve(self) -> AuthorizationResponse | None:
        """Approve the login on the phone; None when the portal never came to the provider."""
        if self.request is not None:
            self.response = self.desk.approve(self.request, self.person.idnat)
        return self.response

    def decline(self) -> AuthorizationResponse | None:
        """Give the login up at the provider; None when the portal never came there."""
        if self.request is not None:
            self.response = self.desk.decline(self.request)
        return self.response

    def deliver(self, response: AuthorizationResponse | None = None) -> Page | None:
        """Take the provider's answer, or another one, to the portal."""
        answer = response or self.response
        if answer is None:
            return None
        began = self.lab.monotonic()
        # whoever was there before says nothing about who is there now
        self._looked = None
        self.page = self.lab.portal.deliver(self.browser, answer)
        self.seconds = self.lab.monotonic() - began
        return self.page

    def log_in(self, more: Pairs = ()) -> None:
        """Do all of it."""
        self.begin(more)
        self.approve()
        self.deliver()

    def log_out(self) -> AuthorizationRequest | None:
        """Click the portal's logout; return the request that it made of the provider, None when it made none."""
        page = self.lab.portal.logout(self.browser)
        self._looked = None
        if page.stopped_at is None:
            return None
        pairs = page.stopped_form or tuple(parse_qsl(urlsplit(page.stopped_at).query, keep_blank_values=True))
        return AuthorizationRequest(url=page.stopped_at, method=page.stopped_method, pairs=pairs)

    def finish_log_out(self, asked: AuthorizationRequest, *, state: str | None = "as-asked") -> Page:
        """Go on to the provider after ``log_out``, and come back to where the provider sends the browser.

        Args:
            asked: the request that the portal made of the provider.
            state: another one to come back with, None for none; as it stands, the provider is really asked.
        """
        if state == "as-asked":
            self.page = self.browser.open(asked.url, asked.method, asked.pairs if asked.method == "POST" else None)
        else:
            home = asked.get("post_logout_redirect_uri") or ""
            joint = "&" if "?" in home else "?"
            self.page = self.browser.open(home if state is None else f"{home}{joint}state={state}")
        return self.page

    def refresh(self) -> Page | None:
        """Open the page on which the portal uses its access token, and stop before the provider; None without one."""
        if self.lab.refresh is None:
            return None
        url, method = self.lab.refresh
        self._looked = None
        provider = self._provider()
        data = () if method == "POST" else None
        self.page = self.browser.open(url, method, data, stop_before=lambda place: origin_host(place) in provider)
        return self.page

    def _provider(self) -> frozenset[str]:
        return frozenset({origin_host(self.lab.where.issuer), origin_host(self.lab.where.wallet)})

    def own_hops(self) -> tuple[Hop, ...]:
        """Return the computer's requests to the portal, the provider's left out."""
        provider = self._provider()
        return tuple(hop for hop in self.browser.hops[self._first_hop :] if origin_host(hop.url) not in provider)

    def who(self) -> Whoami:
        """Ask the portal who is there, and remember the answer."""
        self._looked = self.lab.portal.whoami(self.browser)
        return self._looked

    @property
    def started(self) -> bool:
        """Tell whether the portal sent the browser to the provider."""
        return self.request is not None

    @property
    def login_id(self) -> str:
        """Return the provider's name for this login; empty until the portal came there."""
        return self.lab.control.plan(self.token).login_id or ""

    def journal(self, *, after: int = 0) -> tuple[Seen, ...]:
        """Return what the provider saw of this login."""
        login_id = self.lab.control.plan(self.token).login_id
        return self.lab.control.journal(login_id, after=after) if login_id else ()

    def attempt(self) -> Attempt:
        """Return the visit as evidence; asks the portal who is there unless that was done."""
        self._settle()
        for _, hop in self.hops():
            # what was sent teaches the masks which values are secrets, before a page's text is kept
            self.lab.masks.url(hop.url)
            self.lab.masks.pairs((*hop.request_form, *hop.request_headers, *hop.response_headers))
        return Attempt(
            role=self.role,
            person=self.person,
            landing=landing_of(self.page, self.lab.masks),
            whoami=self._looked or (self.who() if self.lab.portal.probed else Unclear(why="no-probe")),
            journal=(*self._told_everywhere(), *self.journal()),
            started=self.started,
            seconds=self.seconds,
        )

    def _told_everywhere(self) -> tuple[Seen, ...]:
        """Return the lies of the issuer that were told, as one entry before all others: no login asked for them."""
        told = self.lab.control.plan(self._everywhere).told if self._everywhere is not None else ()
        if not told:
            return ()
        place = self.lab.where.issuer
        return (Seen(seq=0, at=0.0, channel="back", endpoint="issuer", method="GET", url=place, status=200, told=told),)

    def hops(self) -> tuple[tuple[str, Hop], ...]:
        """Return every request of the computer, of the phone, and to the portal's server, each with its channel."""
        mine = self.browser.hops[self._first_hop :]
        told = (("back", hop) for agent in self.further for hop in agent.hops)
        return (*(("front", hop) for hop in mine), *told, *(("phone", hop) for hop in self.desk.phone.browser.hops))

    def _settle(self) -> None:
        """Wait for calls that the portal makes after it has answered the browser.

        How long is learnt from honest logins: a portal that asks before it answers is never waited for.
        """
        if self.page is None or self.page.status == 0:
            return
        login_id = self.lab.control.plan(self.token).login_id
        if login_id is None:
            return
        began = self.lab.monotonic()
        if self.role is not Role.TRIED:
            if not self.lab.control.journal(login_id, endpoint="token"):
                self.lab.control.journal(login_id, endpoint="token", wait=min(self.lab.patience, LONGEST_WAIT))
                self.lab.lateness = max(self.lab.lateness, self.lab.monotonic() - began)
        elif self.lab.lateness > 0:
            wait = min(_LATE * self.lab.lateness, LONGEST_WAIT)
            self.lab.control.journal(login_id, endpoint="userinfo", wait=wait)


def landing_of(page: Page | None, masks: Masks) -> Landing | None:
    """Return where a browser ended as evidence, None for nowhere."""
    if page is None:
        return None
    return Landing(
        place=place_of(page.url),
        status=page.status,
        alert=page.alert or "",
        trouble=str(page.error.trouble) if page.error else "",
        loop=page.loop,
        outside=place_of(page.stopped_at) if page.stopped_at else "",
        text=masks.text(page.text)[:400],
    )
