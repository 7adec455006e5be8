"""The ground that plans are carried out on: a lab, and people whom nobody has met."""

from __future__ import annotations

import itertools
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from conformance.control import ControlFailed
from conformance.evidence import Role
from conformance.families import NUMBERS, core
from conformance.fuzzing.verdict import Look
from conformance.judge import control_trouble
from conformance.reference import Reference
from conformance.trial import CONTROL_PERSONA
from conformance.visit import Visit
from conformance.workstation import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.agent import UserAgent
    from conformance.evidence import Attempt, Somebody
    from conformance.families import Family
    from conformance.hop import Hop
    from conformance.visit import Lab
    from mock_idp.deviations import Deviation

_TRIES: Final = 50
PROVIDER_SESSION: Final = "psc_session"
"""The cookie by which the provider logs a computer in again without asking; people here are to be asked."""


class Ground:
    """Where plans are carried out."""

    def __init__(self, lab: Lab) -> None:
        """Use a lab in which an honest login works."""
        self.lab = lab
        self._reference: Reference | None = None
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
        visit = self.visit(person, lies, browser=browser, lab=lab)
        visit.log_in()
        return self.look(name, visit)

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
        visit = Visit(self.lab, self.person(), self.lab.control.arm(()), role=Role.BEFORE)
        visit.log_in()
        return control_trouble(visit.attempt(), probed=self.lab.portal.probed)

    def _is_page(self, hop: Hop) -> bool:
        """Tell whether a browser shows this as a page of the portal."""
        shown = "html" in (hop.header("Content-Type") or "text/html")
        return shown and not hop.url.startswith((self.lab.where.issuer, self.lab.where.wallet))


def named_right(attempt: Attempt) -> bool:
    """Tell whether the portal names the person who logged in."""
    return getattr(attempt.whoami, "identity", None) == attempt.person.identity
