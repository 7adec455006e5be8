"""Who is at the portal: sessions kept on the server, the browser holds nothing but a random name."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.portal_time import Lifetimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.provider import Pending

_LOGIN_SECONDS: Final = 600.0
_MOST_PENDING: Final = 8
_MOST_SESSIONS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The person who is logged in.

    Attributes:
        identifier: idNat, from ``SubjectNameID``.
        claims: the userinfo answer.
        situation: profession as a code, or None: not everybody has a professional situation.
        structure: role and name of the structure of one activity, or None.
        id_token: kept for logout.
        access_token: for userinfo.
        refresh_token: for the next access token, empty for none.
        sub: of the ID token; logout tokens name people by it.
        sid: of the ID token, the PSC session; logout tokens and frames name sessions by it.
        by_ciba: whether they answered on their phone while the browser waited here.
    """

    identifier: str
    claims: dict[str, Any] = field(repr=False)
    situation: str | None = None
    structure: tuple[str, str] | None = None
    id_token: str = field(repr=False, default="")
    access_token: str = field(repr=False, default="")
    refresh_token: str = field(repr=False, default="")
    sub: str = field(repr=False, default="")
    sid: str = field(repr=False, default="")
    by_ciba: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the portal knows about one browser."""

    touched: float
    opened: float = 0.0
    who: Who | None = None
    pending: tuple[tuple[float, Pending], ...] = ()
    logout_state: str | None = field(repr=False, default=None)


class Sessions:
    """All sessions of one portal; every step is taken whole, so that two deliveries of one answer cannot both win."""

    def __init__(self, *, monotonic: Callable[[], float], lasting: Lifetimes | None = None) -> None:
        """Start with nobody."""
        self._monotonic = monotonic
        self._lasting = lasting or Lifetimes()
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}
        self._timed_out: dict[str, Who] = {}

    def who(self, sid: str | None) -> Who | None:
        """Return who is logged in, None for nobody."""
        with self._lock:
            session = self._find(sid)
            if session is None or sid is None:
                return None
            self._kept[sid] = replace(session, touched=self._monotonic())
            return session.who

    def expect(self, sid: str | None, pending: Pending, *, alone: bool = False) -> str:
        """Note a login that was started and return the name of the session it belongs to.

        Args:
            sid: the session of the browser, if it has one.
            pending: the login.
            alone: forget the logins that other tabs have started; a correct portal does not.
        """
        with self._lock:
            name, session = self._find_or_start(sid)
            others = () if alone else session.pending[1 - _MOST_PENDING :]
            waiting = (*others, (self._monotonic() + _LOGIN_SECONDS, pending))
            self._kept[name] = replace(session, pending=waiting)
            return name

    def drop_pending(self, sid: str | None) -> None:
        """Forget the logins that a browser began; a correct portal keeps them until they are answered or too old."""
        with self._lock:
            session = self._find(sid)
            if session is not None and sid is not None:
                self._kept[sid] = replace(session, pending=())

    def visitor(self, sid: str | None) -> str:
        """Return the name of a browser's session; a new one unless it has one."""
        with self._lock:
            return self._find_or_start(sid)[0]

    def take(self, sid: str | None, state: str) -> Pending | None:
        """Return the login that a state belongs to, once; afterwards it is unknown."""
        with self._lock:
            session = self._find(sid)
            if session is None or sid is None:
                return None
            alive = [(ends, one) for ends, one in session.pending if ends > self._monotonic()]
            found = next((one for _, one in alive if secrets.compare_digest(one.state.encode(), state.encode())), None)
            self._kept[sid] = replace(session, pending=tuple(one for one in alive if one[1] is not found))
            return found

    def newest(self, sid: str | None) -> str | None:
        """Return the state of the login started last; a correct portal has no use for it."""
        with self._lock:
            session = self._find(sid)
            return session.pending[-1][1].state if session and session.pending else None

    def holder(self, state: str) -> str | None:
        """Return the session in which a login was started, whoever asks; a correct portal has no use for it."""
        with self._lock:
            return next((sid for sid, one in self._kept.items() if any(p.state == state for _, p in one.pending)), None)

    def resembling(self, sid: str | None, signs: int) -> str | None:
        """Return a session whose name begins like another; a correct portal has no use for it."""
        with self._lock:
            return next((known for known in self._kept if known[:signs] == (sid or "")[:signs]), sid)

    def log_in(self, sid: str | None, who: Who, *, again: Pending | None = None, rename: bool = True) -> str:
        """Open a session for a person under a new name; the old name dies (session fixation, CWE-384).

        Args:
            sid: the session the login was started in.
            who: the person.
            again: a login that stays open although it was answered; a correct portal has none.
            rename: give the session a new name; a correct portal always does.
        """
        with self._lock:
            before = self._find(sid)
            self._kept.pop(sid or "", None)
            waiting = before.pending if before else ()
            if again is not None:
                waiting = (*waiting, (self._monotonic() + _LOGIN_SECONDS, again))
            now = self._monotonic()
            session = Session(touched=now, opened=now, who=who, pending=waiting)
            return self._keep(session, None if rename else sid)

    def renew(self, sid: str, who: Who) -> None:
        """Note what is new about somebody who stays logged in; whoever has left stays away."""
        with self._lock:
            session = self._find(sid)
            if session is not None and session.who is not None:
                self._kept[sid] = replace(session, who=who)

    def timed_out(self, sid: str | None) -> Who | None:
        """Return who was there last until too much time had passed, once; a correct portal has no use for it."""
        with self._lock:
            self._find(sid)
            return self._timed_out.pop(sid or "", None)

    def close(self, sid: str | None) -> None:
        """End a session on the server: its name is worth nothing from now on."""
        with self._lock:
            self._kept.pop(sid or "", None)

    def close_all(self) -> None:
        """End every session; a correct portal never does."""
        with self._lock:
            self._kept.clear()

    def inside(self, chosen: Callable[[Who], bool]) -> tuple[Who, ...]:
        """Return the people who are logged in and for whom something holds."""
        with self._lock:
            return tuple(one.who for one in self._kept.values() if one.who is not None and chosen(one.who))

    def close_of(self, chosen: Callable[[Who], bool]) -> None:
        """End the sessions of the people for whom something holds."""
        with self._lock:
            gone = [name for name, one in self._kept.items() if one.who is not None and chosen(one.who)]
            for name in gone:
                del self._kept[name]

    def leave(self, logout_state: str) -> str:
        """Start an anonymous session that waits for the return from the provider's logout."""
        with self._lock:
            return self._keep(Session(touched=self._monotonic(), logout_state=logout_state))

    def expect_back(self, sid: str | None, logout_state: str) -> None:
        """Have a session wait for the return from the provider's logout and stay open; a correct portal closes it."""
        with self._lock:
            session = self._find(sid)
            if session is not None and sid is not None:
                self._kept[sid] = replace(session, logout_state=logout_state)

    def came_back(self, sid: str | None, state: str | None) -> bool:
        """Tell whether a return from logout was waited for; once."""
        with self._lock:
            session = self._find(sid)
            if session is None or sid is None:
                return False
            self._kept[sid] = replace(session, logout_state=None)
            return state is not None and state == session.logout_state

    def _find(self, sid: str | None) -> Session | None:
        session, now = self._kept.get(sid or ""), self._monotonic()
        if session is None:
            return None
        idle, whole = session.touched + self._lasting.idle < now, session.opened + self._lasting.whole < now
        if not idle and not (session.who is not None and whole):
            return session
        del self._kept[sid or ""]
        if session.who is not None:
            self._timed_out = {sid or "": session.who}
        return None

    def _find_or_start(self, sid: str | None) -> tuple[str, Session]:
        session = self._find(sid)
        if session is not None and sid is not None:
            return sid, session
        # Never under a name that the browser brought along.
        session = Session(touched=self._monotonic())
        return self._keep(session), session

    def _keep(self, session: Session, name: str | None = None) -> str:
        while len(self._kept) >= _MOST_SESSIONS:
            del self._kept[next(iter(self._kept))]
        name = name or secrets.token_urlsafe(32)
        self._kept[name] = session
        return name
