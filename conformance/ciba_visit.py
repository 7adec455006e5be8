"""A login without a redirect, step by step: type the identifiant, answer on the phone, wait at the portal (CIBA).

The browser is refreshed the way a waiting page refreshes itself.  A portal may poll when it is, or by itself: what
counts is what the provider's journal saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.evidence import Identified, Role
from conformance.form import FormError
from conformance.hop import place_of
from conformance.visit import Visit

if TYPE_CHECKING:
    from conformance.evidence import Seen, Somebody
    from conformance.hop import Pairs
    from conformance.page import Page
    from conformance.visit import Lab

ASKED: Final = "backchannel_authentication"
POLLED: Final = "token"
GOING_ON: Final = frozenset({"authorization_pending", "slow_down"})
_A_LITTLE: Final = 0.2
"""Seconds by which a wait for the next poll is longer than the interval."""
_OK: Final = 200
_REFUSED: Final = 400


class CibaVisit(Visit):
    """One person at the portal's page for logins by CIBA, their phone beside them."""

    def __init__(self, lab: Lab, person: Somebody, token: str, *, role: Role = Role.TRIED) -> None:
        """Sit down at a computer; the lies of the token are told to whoever asks for this person."""
        super().__init__(lab, person, token, role=role)
        self._asked = False

    @property
    def started(self) -> bool:
        """Tell whether the portal had a form for the identifiant."""
        return self._asked

    def ask(self, typed: str | None = None) -> Page | None:
        """Type the identifiant national and send it; None when the portal has no such form.

        Args:
            typed: what is typed; the person's own identifiant if not given.
        """
        form = self.lab.described.ciba
        if form is None:
            return None
        page = self.browser.open(form.url)
        try:
            shown = page.form(form.form) if form.form else page.form()
            self.page = self.browser.submit(shown, {form.field: typed or self.person.idnat})
        except FormError:
            self.page = page
            return None
        self._asked = True
        return self.page

    def refresh(self) -> Page:
        """Have the browser look again whether the phone has answered."""
        form = self.lab.described.ciba
        here = self.page.url if self.page is not None else ""
        away = form is not None and form.wait and place_of(here) != place_of(form.wait)
        self._looked = None
        self.page = self.browser.open(form.wait if form is not None and away else here)
        return self.page

    def question(self) -> Seen | None:
        """Return the portal's question as the provider saw it, None when none came (CIBA 7.1)."""
        return next((one for one in reversed(self.lab.control.calls(ASKED)) if self._is_mine(one)), None)

    def _is_mine(self, seen: Seen) -> bool:
        # a portal may send it with spaces, or cut short: that is for a scenario to say
        hint = "".join(str(seen.asked("login_hint") or "").split())
        return bool(hint) and "".join(self.person.idnat.split()).startswith(hint)

    def polls(self, *, after: int = 0) -> tuple[Seen, ...]:
        """Return the portal's polls behind a place in the journal, oldest first (CIBA 10.1)."""
        login_id = self.login_id
        return self.lab.control.journal(login_id, after=after, endpoint=POLLED) if login_id else ()

    @property
    def newest(self) -> int:
        """Return the place of the latest poll in the journal, 0 for none."""
        return max((poll.seq for poll in self.polls()), default=0)

    def answer(self, *, approve: bool = True) -> None:
        """Answer on the phone, if a request came there."""
        asked = self.question()
        if asked is None or asked.status != _OK:
            return
        if approve:
            self.desk.phone.approve(str(asked.asked("binding_message")))
        else:
            self.desk.phone.refuse()

    def wait(self, seconds: float, *, after: int | None = None) -> tuple[Seen, ...]:
        """Return the next polls of the portal, without a word to it, as soon as there is one or the time is over."""
        behind = self.newest if after is None else after
        return self.lab.control.journal(self.login_id, after=behind, endpoint=POLLED, wait=seconds)

    def watch(self, seconds: float) -> tuple[Seen, ...]:
        """Refresh the page every second for a while, and return the polls of that while; the first one ends it."""
        behind, began = self.newest, self.lab.monotonic()
        while (left := began + seconds - self.lab.monotonic()) > 0:
            self.refresh()
            if found := self.wait(min(left, 1.0), after=behind):
                return found
        return ()

    @property
    def over(self) -> bool:
        """Tell whether a poll brought an answer, or a lie in place of one: the journal's error is the honest one."""
        return any(_ends(poll) for poll in self.polls())

    def finish(self) -> None:
        """Refresh the page until the portal has the answer, or no patience is left."""
        began = self.lab.monotonic()
        while True:
            page = self.refresh()
            if self.over or page.status >= _REFUSED or self.lab.monotonic() > began + self.lab.patience:
                break
            self.wait(self._interval + _A_LITTLE)
        if self.over and not isinstance(self.who(), Identified):
            # a portal that polls by itself shows what it heard at the next look
            self.refresh()

    def log_in(self, more: Pairs = ()) -> None:
        """Do all of it; there is no address that could take parameters more."""
        _ = more
        self.ask()
        self.answer()
        self.finish()

    def _settle(self) -> None:
        """Wait for nothing: the polls were waited for."""

    @property
    def _interval(self) -> float:
        asked = self.question()
        said = dict(asked.response).get("interval") if asked is not None else None
        return float(said) if isinstance(said, int | float) else 1.0


def _ends(poll: Seen) -> bool:
    return poll.status == _OK or bool(poll.told) or dict(poll.response).get("error") not in GOING_ON
