"""The scene of a plan about the order of things: browsers, logins, answers, and I1 to I8 after every step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.browser import Browser
from conformance.control import ControlFailed
from conformance.evidence import Identified, Role, Unclear
from conformance.fuzzing.plan import ACTS_ON_LOGIN, Act, Step
from conformance.fuzzing.verdict import SERVER_ERROR, Look, Violation

if TYPE_CHECKING:
    from conformance.agent import UserAgent
    from conformance.fuzzing.ground import Ground
    from conformance.page import Page
    from conformance.portal import AuthorizationRequest, AuthorizationResponse
    from conformance.visit import Visit

MOST_BROWSERS: Final = 3
AGE_SECONDS: Final = 3600.0
"""How far the provider's clock is moved: every code is out of date then, and no portal's own clock has moved."""


@dataclass(kw_only=True)
class Try:
    """One login that was begun.

    Attributes:
        browser: number of the browser it was begun in.
        answer: what the provider answered, None until approved or declined.
        approved: whether the person approved.
        delivered: how often its whole answer was delivered to its own browser.
        stale: whether the clock moved after the answer.
        undisturbed: whether nothing else happened in its browser since it was begun.
        calls: how many token calls the provider has seen of it.
        login_id: the provider's name for it, once it is known.
    """

    visit: Visit
    browser: int
    request: AuthorizationRequest | None = None
    answer: AuthorizationResponse | None = None
    approved: bool = False
    delivered: int = 0
    stale: bool = False
    undisturbed: bool = True
    calls: int = 0
    login_id: str = ""


@dataclass(kw_only=True)
class Scene:
    """A portal, some browsers, and what is expected of each: nobody, or somebody.

    Attributes:
        expected: identity by number of the browser; None for nobody.
        inside: by number of the browser, the login that opened the session there.
        broken: what was broken, in order; the first ends the plan.
    """

    ground: Ground
    browsers: dict[int, UserAgent] = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)
    expected: dict[int, str | None] = field(default_factory=dict)
    inside: dict[int, Try] = field(default_factory=dict)
    broken: list[Violation] = field(default_factory=list)
    page: Page | None = None

    def browser(self, number: int) -> UserAgent:
        """Return a browser, opened when first used."""
        if number not in self.browsers:
            self.expected[number] = None
            self.browsers[number] = self.ground.lab.portal.browser()
        return self.browsers[number]

    def play(self, step: Step) -> None:
        """Carry one step out; one that does not fit is left out."""
        number = min(step.browser, MOST_BROWSERS - 1)
        self.page = None
        if step.act is Act.BEGIN:
            self._begin(number, self.browser(number))
        elif step.act in ACTS_ON_LOGIN:
            if step.attempt < len(self.tries):
                self._on(self.tries[step.attempt], step, number)
        else:
            self._alone(step.act, number)

    def _alone(self, act: Act, number: int) -> None:
        """Do what is about no login in particular."""
        if act is Act.ROTATE:
            self.ground.rotate()
        elif act is Act.AGE:
            for one in self.tries:
                one.stale = one.stale or one.answer is not None
        elif act is Act.RELOAD:
            self.browser(number)
            self._check(number, allowed={self.expected[number]}, why="I1.changed")
        elif self.ground.logs_out:
            self._disturb(number)
            self.page = self.ground.lab.portal.logout(self.browser(number))
            self._check(number, allowed={None}, why="I5.still-there")

    def _begin(self, number: int, browser: UserAgent) -> None:
        self._disturb(number)
        visit = self.ground.visit(self.ground.person(), browser=browser)
        request = visit.begin()
        self.page = browser.page
        self.tries.append(Try(visit=visit, browser=number, request=request))
        if request is None and self.expected[number] is None:
            self.breaks("I8", "no-login")
        for name, what in (("state", "state"), ("nonce", "nonce"), ("code_challenge", "verifier")):
            sent = [one.request.get(name) for one in self.tries if one.request is not None]
            if any(value is not None and sent.count(value) > 1 for value in sent):
                self.breaks("I3", f"{what}-reused")
        # starting over may end what was there before; it logs nobody in
        self._check(number, allowed={self.expected[number], None}, why="I1.changed", others=False)

    def _on(self, one: Try, step: Step, number: int) -> None:
        if step.act in {Act.APPROVE, Act.DECLINE}:
            if one.answer is None and one.request is not None:
                self._answer(one, approve=step.act is Act.APPROVE)
        elif one.answer is not None and step.act is Act.LOGOUT_TOKEN:
            self._tell(one)
        elif one.answer is not None:
            cut = step.act is Act.DELIVER_CUT
            self._deliver(one, one.answer.having("code", None) if cut else one.answer, number, cut=cut)

    def _answer(self, one: Try, *, approve: bool) -> None:
        # another login in this browser may have taken the provider's cookies over
        self.ground.unknown_computer(one.visit.browser)
        one.visit.desk.carry(one.visit.token)
        one.answer = one.visit.approve() if approve else one.visit.decline()
        one.approved = approve and one.answer is not None

    def _deliver(self, one: Try, answer: AuthorizationResponse, number: int, *, cut: bool) -> None:
        browser = self.browser(number)
        whole_at_home = number == one.browser and not cut
        fits = whole_at_home and one.delivered == 0 and one.approved and not one.stale
        self._disturb(number, but=one if fits else None)
        before, cookies = self.expected[number], _names(browser)
        # only the provider grows older, and only for this: afterwards its clock agrees with the portal's again
        with self.ground.later(AGE_SECONDS if one.stale else 0.0):
            self.page = self.ground.lab.portal.deliver(browser, answer)
        one.delivered += whole_at_home
        calls = self._calls(one)
        made, one.calls = calls - one.calls, calls
        mine = one.visit.person.identity
        if calls > 1:
            self.breaks("I2", "code-twice")
        elif made and not fits and not one.stale:
            self.breaks("I4", "token-call")
        who = self._check(number, allowed={before, None} | ({mine} if fits else set()), why="I1.stranger")
        if who == mine:
            self.inside[number] = one
        elif fits and one.undisturbed and not self.ground.may_lack_key:
            self.breaks("I8", "refused")
        changed = who is not None and who != before
        if changed and cookies and cookies == _names(browser):
            self.breaks("I7", "session-kept")

    def _tell(self, one: Try) -> None:
        """Tell the portal's server, in the provider's place, that the session of a login is over (BCL 2.5 to 2.7)."""
        lab = self.ground.lab
        if not lab.described.backchannel_logout or not one.approved:
            return
        try:
            token = lab.control.logout_token(one.visit.login_id)
        except ControlFailed:
            # the provider knows of no such session: nobody took its code yet
            return
        line = Browser(frozenset(lab.described.allow_hosts))
        one.visit.further.append(line)
        self.page = line.step(lab.described.backchannel_logout, "POST", (("logout_token", token.value),))
        inside = next((number for number, held in self.inside.items() if held is one), None)
        if inside is not None:
            self._disturb(inside)
        # a portal that may lack the key that signed the token may refuse it
        before = self.expected[inside] if inside is not None and self.ground.may_lack_key else None
        self._check(inside, allowed={None, before}, why="I5.told-still-there")

    def _disturb(self, number: int, *, but: Try | None = None) -> None:
        """Note that something happens in a browser: a portal may give up the other logins that were begun there."""
        for one in self.tries:
            if one.browser == number and one is not but:
                one.undisturbed = False

    def _calls(self, one: Try) -> int:
        one.login_id = one.login_id or one.visit.login_id
        seen = self.ground.lab.control.journal(one.login_id, endpoint="token") if one.login_id else ()
        return sum(entry.channel == "back" for entry in seen)

    def _check(self, number: int | None, *, allowed: set[str | None], why: str, others: bool = True) -> str | None:
        """Ask the portal who is in every browser, or in one; only the acting one may have changed."""
        self._answered()
        for other, browser in self.browsers.items():
            if other != number and not others:
                continue
            who = self.ground.lab.portal.whoami(browser)
            if isinstance(who, Unclear):
                self.breaks("I6", "probe-crashed")
                continue
            found = who.identity if isinstance(who, Identified) else None
            if other != number and found != self.expected[other]:
                self.breaks("I5" if found is None else "I1", "others-changed")
            elif other == number and found not in allowed:
                broke, _, symptom = why.partition(".")
                self.breaks(broke, symptom)
            self.expected[other] = found
            if found is None:
                self.inside.pop(other, None)
        return self.expected[number] if number is not None else None

    def _answered(self) -> None:
        """Note whether the portal broke down over what it was just sent."""
        if self.page is not None and self.page.status >= SERVER_ERROR:
            self.breaks("I6", "crashed")
        if self.page is not None and self.page.error is not None:
            self.breaks("I6", "no-answer")

    def breaks(self, broke: str, symptom: str) -> None:
        """Note a broken invariant."""
        fr, en = _SEEN.get(symptom, ("", ""))
        self.broken.append(Violation(broke=broke, symptom=symptom, seen_fr=fr, seen_en=en))

    def ends(self) -> tuple[Look, ...]:
        """Log somebody new in in the busiest browser and in a new one (I8); return every login when anything broke."""
        if not self.broken:
            begun = [one.browser for one in self.tries]
            busiest = [self.browsers[max(begun, key=begun.count)]] if begun else []
            if not all(self._logs_in(browser) for browser in (*busiest, self.ground.lab.portal.browser())):
                self.breaks("I8", "locked-out")
        shown = self.tries if self.broken else ()
        for one in shown:
            one.visit.role = Role.TRIED
        return tuple(self.ground.look(f"login {number}", one.visit) for number, one in enumerate(shown))

    def _logs_in(self, browser: UserAgent) -> bool:
        """Tell whether one of two honest logins succeeds, and once the portal must know the newest key if need be."""
        if any(self._honest(browser) for _ in range(2)):
            return True
        if not self.ground.may_lack_key:
            return False
        self.ground.let_portal_fetch_keys()
        return self._honest(browser) or self._honest(browser)

    def _honest(self, browser: UserAgent) -> bool:
        visit = self.ground.enter(self.ground.person(), browser=browser)
        return getattr(visit.who(), "identity", None) == visit.person.identity


def _names(browser: UserAgent) -> frozenset[tuple[str, str]]:
    """Return the portal's cookies: those that no script can read, which a session's is."""
    return frozenset((one.name, one.value) for one in browser.cookies() if one.http_only and one.name != "psc_session")


_SEEN: Final = {
    "stranger": (
        "Une réponse livrée connecte quelqu'un qui n'a pas approuvé dans ce navigateur.",
        "A delivered answer logs in somebody who did not approve in this browser.",
    ),
    "changed": ("La personne connectée change sans connexion.", "Who is logged in changes without a login."),
    "others-changed": ("Un autre navigateur change.", "Another browser changes."),
    "still-there": ("Après la déconnexion, quelqu'un est encore là.", "After logout somebody is still there."),
    "told-still-there": (
        "Un jeton de déconnexion arrive, et la session reste ouverte.",
        "A logout token arrives, and the session stays open.",
    ),
    "code-twice": ("Un code est présenté deux fois.", "A code is presented twice."),
    "token-call": (
        "Une réponse étrangère, répétée ou tronquée cause un appel de jeton.",
        "A foreign, repeated or cut answer causes a token call.",
    ),
    "session-kept": ("La session garde son nom.", "The session keeps its name."),
    "locked-out": ("Deux connexions honnêtes de suite échouent.", "Two honest logins in a row fail."),
    "refused": (
        "Une connexion approuvée, livrée à temps et que rien n'a dérangée n'ouvre pas de session.",
        "A login that was approved, delivered in time and disturbed by nothing opens no session.",
    ),
    "no-login": ("Le portail ne commence plus de connexion.", "The portal no longer starts a login."),
    "crashed": ("Le portail répond par une erreur de serveur.", "The portal answers with a server error."),
    "no-answer": ("Le portail ne répond pas.", "The portal does not answer."),
    "probe-crashed": ("La page « qui suis-je » tombe en panne.", "The who-am-I page breaks down."),
    "state-reused": ("Le même state sert deux fois.", "The same state is used twice."),
    "nonce-reused": ("Le même nonce sert deux fois.", "The same nonce is used twice."),
    "verifier-reused": ("Le même vérificateur sert deux fois.", "The same verifier is used twice."),
}
