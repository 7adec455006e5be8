"""Where the provider tells the portal that a session is over: a logout token to its server, a frame in the browser."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import Response, jsonify, make_response, request

from conformance.miniatures.defects import Defect
from conformance.miniatures.logout_tokens import read_logout_token
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.sessions import Sessions, Who
    from conformance.miniatures.signatures import Keyring

BACKCHANNEL_PATH = "/backchannel-logout"
FRONTCHANNEL_PATH = "/frontchannel-logout"
_MOST_NAMES = 10_000


class SingleLogout:
    """The two addresses that a portal registers to be logged out of (Back- and Front-Channel Logout 1.0)."""

    def __init__(
        self,
        config: PortalConfig,
        defect: AnyDefect | None,
        sessions: Sessions,
        keys: Keyring,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Have obeyed nothing yet.

        Args:
            config: of the portal.
            defect: of the portal.
            sessions: that are closed.
            keys: the provider's.
            clock: seconds since 1970.
        """
        self._config = config
        self._defect = defect
        self._sessions = sessions
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._obeyed: dict[str, None] = {}

    def backchannel(self) -> tuple[Response, int]:
        """Close what a logout token names, and answer 200; or 400, and nothing is closed (BCL 2.7, 2.8)."""
        try:
            claims = read_logout_token(
                self._sent(),
                self._keys,
                config=self._config,
                now=self._clock(),
                seen=self._obeyed,
                defect=self._defect,
            )
            self._close(claims.get("sub"), claims.get("sid"))
        except Refused as refused:
            return jsonify(error="invalid_request", error_description=refused.reason.value), 400
        self._remember(str(claims.get("jti")))
        return jsonify({}), 200

    def _sent(self) -> str:
        sent = request.form.getlist("logout_token")
        if not sent and self._defect is Defect.CRASHES_WITHOUT_LOGOUT_TOKEN:
            raise KeyError("logout_token")
        if len(sent) == 1 or (sent and self._defect is Defect.READS_FIRST_OF_TWO_LOGOUT_TOKENS):
            return sent[0]
        raise Refused(Reason.RESPONSE)

    def _close(self, sub: object, sid: object) -> None:
        """Close the session that is named, or every session of the person when only the person is.

        Raises:
            Refused: the session is somebody else's.
        """
        named = (lambda who: who.sub == sub) if sid is None else (lambda who: who.sid == sid)
        believes = self._defect is Defect.BELIEVES_SID_OF_ANOTHER_PERSON
        if sub is not None and not believes and any(who.sub != sub for who in self._sessions.inside(named)):
            raise Refused(Reason.SUB)
        if self._defect is Defect.CLOSES_EVERYBODY_ON_LOGOUT_TOKEN:
            self._sessions.close_all()
        elif self._defect is not Defect.ACKNOWLEDGES_LOGOUT_WITHOUT_CLOSING:
            self._sessions.close_of(named)

    def _remember(self, name: str) -> None:
        with self._lock:
            self._obeyed[name] = None
            while len(self._obeyed) > _MOST_NAMES:
                del self._obeyed[next(iter(self._obeyed))]

    def frontchannel(self, mine: Who | None) -> Response:
        """Close the session that the address names; the frame shows nothing (FCL 2).

        The browser may keep the portal's cookie back, because the frame is on another site: the session is found by its
        ``sid`` and not by the cookie.

        Args:
            mine: who the cookie of the request says is there.
        """
        iss, sid = request.args.get("iss"), request.args.get("sid")
        if sid is None and self._defect is Defect.CRASHES_WITHOUT_SID:
            raise KeyError("sid")
        known = iss == self._config.issuer or self._defect is Defect.CLOSES_FOR_ANY_ISSUER
        if known and sid:
            self._sessions.close_of(self._named_by_frame(sid, mine))
        return make_response("", 200)

    def _named_by_frame(self, sid: str, mine: Who | None) -> Callable[[Who], bool]:
        if self._defect is Defect.IGNORES_FRAME:
            return lambda _: False
        if self._defect is Defect.NEVER_COMPARES_SID_OF_FRAME and mine is not None:
            return lambda who: who is mine
        if self._defect is Defect.FINDS_SESSION_OF_FRAME_BY_COOKIE:
            return lambda who: who is mine and who.sid == sid
        return lambda who: who.sid == sid
