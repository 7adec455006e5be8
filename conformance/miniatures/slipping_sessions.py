"""How the property defects go wrong over several logins; without one they are a correct portal's."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from conformance.miniatures.portal_time import lifetimes_of
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Refused
from conformance.miniatures.sessions import Sessions, Who

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from joserfc.jwk import RSAKey

    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.provider import Pending

_MOST_REFUSALS: Final = 3


class SlippingSessions(Sessions):
    """The sessions of a portal that gets the order of things wrong in one way, or in none."""

    def __init__(self, defect: AnyDefect | None, *, monotonic: Callable[[], float]) -> None:
        """Start with nobody."""
        super().__init__(monotonic=monotonic, lasting=lifetimes_of(defect))
        self._defect = defect if isinstance(defect, PropertyDefect) else None
        self._last: Pending | None = None
        self._taken: set[str] = set()
        self._answered: dict[str, Who] = {}
        self._refusals: Counter[str] = Counter()

    def began(self, url: str, pending: Pending) -> tuple[str, Pending]:
        """Return an authorization request and what its answer must fit."""
        first = self._last
        if first is None or self._defect not in _REUSES:
            self._last = pending
            return url, pending
        if self._defect is PropertyDefect.REUSES_STATE:
            return _with(url, "state", first.state), replace(pending, state=first.state)
        if self._defect is PropertyDefect.REUSES_NONCE:
            return _with(url, "nonce", first.nonce or ""), replace(pending, nonce=first.nonce)
        verifier = first.code_verifier or ""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return _with(url, "code_challenge", digest), replace(pending, code_verifier=verifier)

    def expect(self, sid: str | None, pending: Pending, *, alone: bool = False) -> str:
        """Note a login that was started."""
        self._last = pending if self._defect is PropertyDefect.SHARES_PENDING_LOGIN else self._last
        return super().expect(sid, pending, alone=alone)

    def take(self, sid: str | None, state: str) -> Pending | None:
        """Return the login that a state belongs to."""
        if self._defect is PropertyDefect.SHARES_PENDING_LOGIN:
            last, self._last = self._last, None
            return last if last is not None and last.state == state else None
        if self._defect is PropertyDefect.TAKES_FOREIGN_CALLBACK:
            owner = next((name for name in list(self._kept) if self._waits(name, state)), sid)
            return super().take(owner, state)
        if self._defect is PropertyDefect.MIXES_TWO_TABS:
            # whatever the answer says, the tab opened last counts
            newest = self.newest(sid)
            return super().take(sid, newest) if newest is not None else None
        if self._defect is PropertyDefect.LOCKS_OUT_AFTER_REFUSALS and self._refusals[sid or ""] >= _MOST_REFUSALS:
            return None
        found = super().take(sid, state)
        if found is None and self._defect is PropertyDefect.CRASHES_ON_REPETITION and state in self._taken:
            raise KeyError(state)
        self._taken.add(state)
        return found

    def refused(self, sid: str | None) -> None:
        """Note a login that came to nothing."""
        self._refusals[sid or ""] += 1

    def redeemed(self, call: Callable[[], dict[str, Any]]) -> None:
        """Note that a code was redeemed, and everything about it worked."""
        if self._defect is PropertyDefect.REDEEMS_AGAIN:
            with suppress(Refused):
                call()

    def remembered(self, state: str | None) -> Who | None:
        """Return whom an answer logged in before; a correct portal never asks."""
        return self._answered.get(state or "")

    def log_in(
        self, sid: str | None, who: Who, *, again: Pending | None = None, rename: bool = True, state: str = ""
    ) -> str:
        """Open a session for a person."""
        if self._defect is PropertyDefect.REMEMBERS_CALLBACK:
            self._answered[state] = who
        if self._defect is PropertyDefect.KEEPS_SESSION_NAME:
            with self._lock:
                name, session = self._find_or_start(sid)
                self._kept[name] = replace(session, who=who, opened=self._monotonic())
                return name
        return super().log_in(sid, who, again=again, rename=rename)

    def close(self, sid: str | None) -> None:
        """End a session."""
        if self._defect is PropertyDefect.LOGS_EVERYBODY_OUT:
            with self._lock:
                self._kept.clear()
        super().close(sid)

    def close_of(self, chosen: Callable[[Who], bool]) -> None:
        """End the sessions that a logout token names."""
        if self._defect is PropertyDefect.IGNORES_LOGOUT_TOKENS:
            return
        if self._defect is PropertyDefect.CRASHES_ON_LATE_LOGOUT_TOKEN and not self.inside(chosen):
            raise KeyError("sid")
        if self._defect is PropertyDefect.CLOSES_NEWEST_SESSION:
            newest = self.inside(lambda _: True)[-1:]
            super().close_of(lambda who: who in newest)
            return
        super().close_of(chosen)

    def look_for_key(self, fetch: Callable[[], Sequence[RSAKey]]) -> Sequence[RSAKey]:
        """Return the provider's keys, fetched anew because a token names another one."""
        if self._defect is PropertyDefect.KEEPS_FIRST_KEYS:
            return ()
        if self._defect is PropertyDefect.FORGETS_SESSIONS_WITH_KEYS:
            self.close_all()
        keys = fetch()
        if self._defect is PropertyDefect.CRASHES_ON_NEW_KEY:
            raise KeyError("kid")
        return keys

    def _waits(self, name: str, state: str) -> bool:
        return any(one.state == state for _, one in self._kept[name].pending)


_REUSES: Final = frozenset(
    {PropertyDefect.REUSES_STATE, PropertyDefect.REUSES_NONCE, PropertyDefect.REUSES_VERIFIER},
)


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    pairs = [(known, value if known == name else old) for known, old in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(pairs), parts.fragment))
