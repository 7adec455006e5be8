"""Logins under way and people met before: what a portal remembers between two requests, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from conformance.miniatures.provider import Pending
    from conformance.miniatures.sessions import Sessions, Who


_REMEMBER_NONCES: Final = frozenset({Defect.ACCEPTS_NONCE_OF_EARLIER_LOGIN, Defect.ACCEPTS_NONCE_OF_ANOTHER_BROWSER})


class Logins:
    """Which login an answer belongs to: the one that this browser began, and no other."""

    def __init__(self, sessions: Sessions, defect: Defect | None) -> None:
        """Remember nothing yet; what follows is only ever filled by a defect."""
        self._sessions = sessions
        self._defect = defect
        self._newest: Pending | None = None
        self._nonces: set[tuple[str, str]] = set()
        self._by_email: dict[str, str] = {}
        self._remembered: dict[str, Who] = {}

    def former_nonces(self, sid: str | None) -> frozenset[str]:
        """Return the nonces of logins begun in this browser, or in others; a correct portal keeps none."""
        here = self._defect is Defect.ACCEPTS_NONCE_OF_EARLIER_LOGIN
        return frozenset(nonce for owner, nonce in self._nonces if (owner == sid) is here)

    def expect(self, sid: str | None, pending: Pending) -> str:
        """Note a login that was started and return the name of the session it belongs to."""
        if self._defect is Defect.KEEPS_LOGIN_IN_ONE_PLACE:
            self._newest = pending
        name = self._sessions.expect(sid, pending, alone=self._defect is Defect.KEEPS_ONE_LOGIN_PER_BROWSER)
        if self._defect in _REMEMBER_NONCES and pending.nonce is not None:
            self._nonces.add((name, pending.nonce))
        return name

    def take(self, sid: str | None, state: str | None) -> Pending:
        """Consume the login that a response belongs to, before anything else of the response is looked at.

        Raises:
            Refused: it belongs to none of this browser's.
        """
        if state is None and self._defect is Defect.ACCEPTS_MISSING_STATE:
            state = self._sessions.newest(sid)
        latest = self._sessions.newest(sid)
        pending = self._sessions.take(sid, state) if state is not None else None
        if pending is not None and latest not in {None, state} and self._defect is Defect.CHECKS_AGAINST_NEWEST_LOGIN:
            return self._sessions.take(sid, latest or "") or pending
        if pending is None and state is not None:
            pending = self._take_another(sid, state)
        if pending is None:
            raise Refused(Reason.STATE)
        return self._newest or pending

    def _take_another(self, sid: str | None, state: str) -> Pending | None:
        if self._defect is Defect.ACCEPTS_WRONG_STATE:
            newest = self._sessions.newest(sid)
            return self._sessions.take(sid, newest) if newest else None
        if self._defect is Defect.ACCEPTS_STATE_OF_ANOTHER_BROWSER:
            return self._sessions.take(self._sessions.holder(state), state)
        return None

    def account(self, identifier: str, claims: dict[str, Any]) -> str:
        """Return whose account a person gets: their own."""
        email = claims.get("email")
        if self._defect is Defect.FINDS_ACCOUNT_BY_EMAIL and isinstance(email, str) and email:
            return self._by_email.setdefault(email, identifier)
        return identifier

    def remember(self, sid: str, who: Who) -> None:
        """Keep who has just logged out; a correct portal forgets them."""
        if self._defect is Defect.REMEMBERS_AFTER_LOGOUT:
            self._remembered[sid] = who

    def remembered(self, sid: str | None) -> Who | None:
        """Return whom this browser was logged in as, None at a correct portal."""
        return self._remembered.pop(sid or "", None)
