"""Making the tokens of a grant, and taking them back: by login, by session, by the end of the session's time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mock_idp.protocol.logout_tokens import logout_token_draft
from mock_idp.protocol.registry import Registry
from mock_idp.protocol.tokens import Bearer, Grant, access_token_draft, id_token_draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mock_idp.protocol.exchange import Exchange
    from mock_idp.protocol.sessions import PscSession, SessionBook
    from mock_idp.settings import Settings


class Issuance(Registry):
    """What the provider remembers of the tokens it gave."""

    settings: Settings
    sessions: SessionBook
    on_session_end: Callable[[PscSession], None]

    def issue(
        self, grant: Grant, exchange: Exchange, *, refresh: bool, certificate: bytes | None = None
    ) -> dict[str, Any]:
        """Make the tokens of a grant, remember them, and return the token response without its ID token.

        Args:
            grant: what the tokens stand for.
            exchange: the token request.
            refresh: whether a refresh token is given.
            certificate: what the access token is bound to, if the portal authenticated with it (RFC 8705 3).
        """
        now, end = exchange.now, self.session_end(grant)
        until = min(now + self.settings.access_token_lifetime, end)
        kept = Bearer(
            grant=grant,
            kind="Bearer",
            jti=exchange.entropy.uuid(),
            issued_at=now,
            expires_at=until,
            bound_to=hashlib.sha256(certificate).hexdigest() if certificate else None,
        )
        draft = access_token_draft(kept, settings=self.settings, keys=self.keys)
        access = self.keys.sign(draft).value
        self.store.put("access", access, kept, expires_at=until)
        body: dict[str, Any] = {
            "access_token": access,
            "expires_in": int((until - now).total_seconds()),
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "session_state": grant.session_id,
            "scope": grant.scope,
        }
        if refresh:
            secret = exchange.entropy.token()
            end = min(now + self.settings.refresh_token_lifetime, end)
            again = Bearer(grant=grant, kind="Refresh", jti=exchange.entropy.uuid(), issued_at=now, expires_at=end)
            self.store.put("refresh", secret, again, expires_at=end)
            body["refresh_token"] = secret
            body["refresh_expires_in"] = int((end - now).total_seconds())
        return body

    def id_token(self, grant: Grant, exchange: Exchange, access_token: str) -> str:
        """Return the ID token of a grant, past its seam before it is signed, and past the one behind."""
        draft = id_token_draft(
            grant,
            settings=self.settings,
            keys=self.keys,
            now=exchange.now,
            jti=exchange.entropy.uuid(),
            access_token=access_token,
        )
        portal = self.query_client(grant.client_id)
        secret = portal.client_secret if portal is not None else ""
        return exchange.voice.compact(self.keys.sign(exchange.voice.token(draft), client_secret=secret)).value

    # -- the end of things

    def revoke_login(self, login_id: str, *, now: datetime) -> None:
        """Take back every token of a login: a later use of one finds nothing (RFC 6749 4.1.2)."""
        self.store.put("revoked", login_id, value=True, expires_at=now + self.settings.session_lifetime)

    def end_session(self, session_id: str, *, now: datetime) -> None:
        """End a PSC session: the browser is asked again, tokens that name the session are refused, portals are told."""
        session = self.sessions.close(session_id, now=now)
        self.store.put("ended", session_id, value=True, expires_at=now + self.settings.session_lifetime)
        if session is not None:
            self.on_session_end(session)

    def logout_token(self, session: PscSession, client_id: str, exchange: Exchange) -> str:
        """Return a logout token for one portal of a session, past its seam before and after it is signed."""
        draft = logout_token_draft(
            session,
            client_id,
            settings=self.settings,
            keys=self.keys,
            now=exchange.now,
            jti=exchange.entropy.uuid(),
        )
        return exchange.voice.compact(self.keys.sign(exchange.voice.token(draft))).value

    def stands(self, grant: Grant, *, now: datetime) -> bool:
        """Tell whether a grant still stands: not taken back, and its session not ended."""
        return not (
            self.store.get("revoked", grant.login_id, now=now) or self.store.get("ended", grant.session_id, now=now)
        )

    def session_end(self, grant: Grant) -> datetime:
        """Return when the PSC session of a grant is over at the latest, however often its tokens are refreshed."""
        return grant.auth_time + self.settings.session_lifetime
