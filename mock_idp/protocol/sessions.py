"""PSC sessions: whoever logged in stays so for 4 hours, or until half an hour without a sign of life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.protocol.exchange import Entropy
    from mock_idp.protocol.tokens import Means
    from mock_idp.settings import Settings
    from mock_idp.store import Store

COOKIE_OCTETS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PscSession:
    """One person, logged in at the provider with one browser or one phone.

    Attributes:
        session_id: ``sid`` in the tokens; known to portals.
        cookie: what the browser shows to be known again; known to nobody else.
        means: how the person proved who they are.
        started_at: when they did, ``auth_time`` in the tokens.
        seen_at: last login or refresh.
        logins: portals that take part, with the login of each, latest last.
    """

    session_id: str
    cookie: str = field(repr=False)
    idnat: str
    means: Means
    started_at: datetime
    seen_at: datetime
    logins: tuple[tuple[str, str], ...] = ()

    def login_of(self, client_id: str | None) -> str | None:
        """Return the latest login of a portal, or of any portal if none is named."""
        mine = [login_id for known, login_id in self.logins if client_id in {None, known}]
        return mine[-1] if mine else None


class SessionBook:
    """Every PSC session that stands."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Keep sessions in a store, for as long as the settings say."""
        self._store = store
        self._settings = settings

    def open(self, *, idnat: str, means: Means, entropy: Entropy, now: datetime) -> PscSession:
        """Begin a session for a person who has just proved who they are."""
        session = PscSession(
            session_id=entropy.uuid(),
            cookie=entropy.token(COOKIE_OCTETS),
            idnat=idnat,
            means=means,
            started_at=now,
            seen_at=now,
        )
        self._store.put("sessions", session.session_id, session, expires_at=self._end(session))
        until = now + self._settings.session_lifetime
        self._store.put("session-cookies", session.cookie, session.session_id, expires_at=until)
        return session

    def find(self, session_id: str | None, *, now: datetime) -> PscSession | None:
        """Return a session that stands."""
        found: PscSession | None = self._store.get("sessions", session_id or "", now=now)
        return found

    def of_cookie(self, cookie: str | None, *, now: datetime) -> PscSession | None:
        """Return the session that a browser shows, if it stands."""
        return self.find(self._store.get("session-cookies", cookie or "", now=now), now=now)

    def join(self, session_id: str, client_id: str, login_id: str, *, now: datetime) -> None:
        """Note that a portal takes part in a session; the session has given a sign of life."""
        self._change(session_id, (client_id, login_id), now=now)

    def touch(self, session_id: str, *, now: datetime) -> None:
        """Note a sign of life; of a session that is over there is none."""
        self._change(session_id, None, now=now)

    def close(self, session_id: str, *, now: datetime) -> PscSession | None:
        """End a session and return what it was; ending it twice is no error."""
        session = self.find(session_id, now=now)
        self._store.delete("sessions", session_id)
        if session is not None:
            self._store.delete("session-cookies", session.cookie)
        return session

    def _change(self, session_id: str, login: tuple[str, str] | None, *, now: datetime) -> None:
        while (before := self.find(session_id, now=now)) is not None:
            logins = (*before.logins, login) if login else before.logins
            after = replace(before, seen_at=max(now, before.seen_at), logins=logins)
            if self._store.compare_and_set("sessions", session_id, before, after, now=now, expires_at=self._end(after)):
                return

    def _end(self, session: PscSession) -> datetime:
        return min(
            session.started_at + self._settings.session_lifetime, session.seen_at + self._settings.session_idle_lifetime
        )
