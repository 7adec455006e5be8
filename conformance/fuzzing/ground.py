"""The ground that plans are carried out on: a lab, and people whom nobody has met."""

from __future__ import annotations

import itertools
import secrets
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from conformance.ciba_visit import ASKED, CibaVisit
from conformance.control import ControlFailed
from conformance.evidence import Role
from conformance.facts import known_facts, said_of
from conformance.families import NUMBERS, core
from conformance.fuzzing.verdict import Look
from conformance.judge import control_trouble
from conformance.reference import Reference
from conformance.trial import CONTROL_PERSONA
from conformance.visit import Visit
from conformance.workstation import PASSWORD
from mock_idp.deviations import DeviationError, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conformance.agent import UserAgent
    from conformance.evidence import Attempt, Somebody
    from conformance.families import Family
    from conformance.hop import Hop
    from conformance.visit import Lab
    from mock_idp.artefacts import Json
    from mock_idp.deviations import Deviation

_TRIES: Final = 50
PROVIDER_SESSION: Final = "psc_session"
"""The cookie by which the provider logs a computer in again without asking; people here are to be asked."""


class Ground:
    """Where plans are carried out.

    Attributes:
        patient: whether a new signing key is worth waiting for.
    """

    def __init__(self, lab: Lab) -> None:
        """Use a lab in which an honest login works."""
        self.lab = lab
        self._reference: Reference | None = None
        self._learnt: dict[str, Json] | None = None
        self._rotated: float | None = None
        self._asked = 0
        self.patient = False
        self._numbers: Iterator[int] = itertools.count(secrets.randbelow(NUMBERS))

    def person(self, persona: str = CONTROL_PERSONA, *, idnat: str | None = None) -> Somebody:
        """Make a person with an activated phone.

        Raises:
            ControlFailed: there is no provider, or somebody has that idnat already.
        """
        return self.lab.control.person(
            persona=persona, password=PASSWORD, identity_claim=self.lab.identity_claim, idnat=idnat
        )

    def named(self, family: Family, names: Callable[[str], Sequence[str]]) -> tuple[Somebody, ...]:
        """Make people named after one fresh identifier.

        Args:
            family: who issues it.
            names: all their identifiers, given the family's own part.

        Raises:
            ControlFailed: there is no provider, or nobody can have such a name.
        """
        for last in range(_TRIES, -1, -1):
            own = core(family, next(self._numbers) % NUMBERS)
            try:
                return tuple(self.person(idnat=name) for name in names(own))
            except ControlFailed:
                # most likely somebody of an earlier plan has that name; the next number is free
                if not last:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def filled(self, lies: Sequence[Deviation], person: Somebody) -> tuple[Deviation, ...]:
        """Return lies with the facts that stand in braces filled in; braces that mean nothing are told as they are.

        Args:
            lies: of a plan.
            person: who logs in.
        """
        if self._learnt is None:
            stray = {f"stray.{name}": value for name, value in self.lab.control.stray_key()}
            self._learnt = {**stray, **{f"victim.{name}": value for name, value in said_of(self.person())}}
        facts = {**known_facts(self.lab.where.issuer, person), **self._learnt}
        return tuple(_filled(lie, facts) for lie in lies)

    def reference(self) -> Reference:
        """Return the reference portal, started when first needed."""
        if self._reference is None:
            self._reference = Reference(self.lab)
        return self._reference

    def close(self) -> None:
        """Stop what was started."""
        if self._reference is not None:
            self._reference.close()
            self._reference = None

    def visit(self, person: Somebody, lies: Sequence[Deviation] = (), *, browser: UserAgent | None = None, lab: Lab | None = None) -> Visit:  # fmt: skip  # noqa: E501
        """Sit a person down at a computer, with lies armed for their login; the provider does not know the computer."""
        if browser is not None:
            self.unknown_computer(browser)
        return Visit(lab or self.lab, person, self.lab.control.arm(tuple(lies)), browser=browser)

    def log_in(self, name: str, person: Somebody, lies: Sequence[Deviation] = (), *, browser: UserAgent | None = None, lab: Lab | None = None) -> Look:  # fmt: skip  # noqa: E501
        """Log a person in, and look at what that left.

        Args:
            name: which login of the plan this is.
            person: who.
            lies: told in this login.
            browser: one that was used before.
            lab: of another portal at the same provider.

        Raises:
            WorkstationError: the provider shows something unexpected.
        """
        return self.look(name, self.enter(person, lies, browser=browser, lab=lab))

    def enter(self, person: Somebody, lies: Sequence[Deviation] = (), *, browser: UserAgent | None = None, lab: Lab | None = None) -> Visit:  # fmt: skip  # noqa: E501
        """Log a person in; whoever is in the browser already is logged out first where the portal asks for it.

        Raises:
            WorkstationError: the provider shows something unexpected.
        """
        visit = self.visit(person, lies, browser=browser, lab=lab)
        visit.log_in()
        if visit.request is None and browser is not None and self.logs_out:
            # whoever is there already is not sent to the provider again
            self.lab.portal.logout(browser)
            visit.log_in()
        return visit

    def type_in(self, person: Somebody, typed: str) -> tuple[Look, str | None]:
        """Type an identifiant into the portal's own form, for a login by CIBA that nobody answers.

        Returns:
            What that left, and the ``login_hint`` that the provider was asked with; None when it was not asked.
        """
        visit = CibaVisit(self.lab, person, self.lab.control.arm(()))
        visit.ask(typed)
        asked = self.lab.control.calls(ASKED, after=self._asked)
        self._asked = max((one.seq for one in asked), default=self._asked)
        return self.look("typed", visit), str(asked[-1].asked("login_hint") or "") if asked else None

    @property
    def logs_out(self) -> bool:
        """Whether the portal has a logout that is known here."""
        return bool(self.lab.described.logout) or "logout" in self.lab.portal.capabilities()

    def rotate(self) -> None:
        """Have the provider sign with a new key, and publish the one before beside it.

        A portal need not fetch keys again within its cool-down (``[limits] jwks_cooldown_seconds``), so there is one
        new key in that time and no more: who is not patient goes without.
        """
        if self.may_lack_key and not self.patient:
            return
        self.let_portal_fetch_keys()
        for step in ("publish", "sign") if self._rotated is None else ("retire", "publish", "sign"):
            self.lab.control.rotate(step)
        self._rotated = self.lab.monotonic()

    @property
    def may_lack_key(self) -> bool:
        """Whether the portal may still decline to fetch the newest key."""
        return self._cooldown_left() > 0

    def let_portal_fetch_keys(self) -> None:
        """Let the portal's cool-down pass, after which it has no excuse not to know the newest key."""
        if self.may_lack_key:
            # not to wait for something: what the descriptor grants the portal is time
            threading.Event().wait(self._cooldown_left())

    def _cooldown_left(self) -> float:
        if self._rotated is None:
            return 0.0
        return self._rotated + self.lab.cooldown - self.lab.monotonic()

    def look(self, name: str, visit: Visit) -> Look:
        """Return what a visit left, the portal's pages included."""
        attempt = visit.attempt()
        pages = tuple(hop.text for channel, hop in visit.hops() if channel == "front" and self._is_page(hop))
        return Look(name=name, attempt=attempt, pages=pages, visit=visit)

    def unknown_computer(self, browser: UserAgent) -> None:
        """Have the provider forget a computer, so that whoever sits there is asked."""
        browser.restore(tuple(one for one in browser.cookies() if one.name != PROVIDER_SESSION))

    @contextmanager
    def later(self, seconds: float) -> Iterator[None]:
        """Have the provider's clock run ahead for the length of a ``with`` block; 0 leaves it alone."""
        if not seconds:
            yield
            return
        self.lab.control.advance(seconds)
        try:
            yield
        finally:
            self.lab.control.advance(None)

    def control_login(self) -> str | None:
        """Log somebody in honestly; return what is wrong, as a stable word, or None."""
        trouble = self._control_login()
        if trouble is not None and self.may_lack_key:
            self.let_portal_fetch_keys()
            trouble = self._control_login()
        return trouble

    def _control_login(self) -> str | None:
        visit = Visit(self.lab, self.person(), self.lab.control.arm(()), role=Role.BEFORE)
        visit.log_in()
        return control_trouble(visit.attempt(), probed=self.lab.portal.probed)

    def _is_page(self, hop: Hop) -> bool:
        """Tell whether a browser shows this as a page of the portal."""
        shown = "html" in (hop.header("Content-Type") or "text/html")
        return shown and not hop.url.startswith((self.lab.where.issuer, self.lab.where.wallet))


def _filled(lie: Deviation, facts: Mapping[str, Json]) -> Deviation:
    try:
        return resolve(lie, facts)
    except DeviationError:
        return lie


def named_right(attempt: Attempt) -> bool:
    """Tell whether the portal names the person who logged in."""
    return getattr(attempt.whoami, "identity", None) == attempt.person.identity
