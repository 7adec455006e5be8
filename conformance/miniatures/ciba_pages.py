"""The pages of a login without a redirect: type the identifiant national, compare the number, wait for the phone."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from conformance.miniatures.ciba import CIBA_PATH, WAIT_PATH, Ciba
from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.visitors import HOME, see

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from conformance.miniatures.provider import Provider
    from conformance.miniatures.sessions import Who
    from conformance.miniatures.slipping_sessions import SlippingSessions
    from conformance.miniatures.slips import Slips

    class Portal(Protocol):
        """What the pages need of the portal around them."""

        defect: Defect | None
        provider: Provider
        sessions: SlippingSessions
        slips: Slips
        last: Who | None

        @property
        def sid(self) -> str | None: ...  # noqa: D102
        def page(self, kind: str, status: int = 200, **values: object) -> Response: ...  # noqa: D102
        def with_session(self, answer: Response, name: str) -> Response: ...  # noqa: D102
        def vouched(self, tokens: dict[str, Any], *, nonce: str | None, defect: Defect | None) -> Who: ...  # noqa: D102


class CibaPages:
    """Two pages, and the questions behind them."""

    def __init__(self, app: Flask, portal: Portal, *, monotonic: Callable[[], float]) -> None:
        """Add the pages to a portal."""
        self._portal = portal
        self._ciba = Ciba(portal.provider, portal.defect, monotonic=monotonic)
        app.add_url_rule(CIBA_PATH, "ciba", self.form)
        app.add_url_rule(CIBA_PATH, "ask", self.ask, methods=["POST"])
        app.add_url_rule(WAIT_PATH, "wait", self.wait)

    def form(self) -> Response:
        """Ask for the identifiant national."""
        return self._portal.page("ciba")

    def ask(self) -> Response:
        """Have PSC ask the person, and wait."""
        name = self._portal.sessions.visitor(self._portal.sid)
        shown = secrets.token_urlsafe(16) if self._in_address else None
        typed = request.form.get("identifiant", "")
        self._ciba.ask(shown or name, typed, hint=self._portal.slips.typed(typed))
        where = f"{WAIT_PATH}?demande={shown}" if shown else WAIT_PATH
        return self._portal.with_session(see(where), name)

    def wait(self) -> Response:
        """Show the number, or log the person in once they have answered."""
        portal = self._portal
        name = request.args.get("demande") if self._in_address else portal.sid
        answered = self._ciba.poll(name)
        if answered is None:
            asked = self._ciba.waiting(name)
            return portal.page("wait", number=self._ciba.number_of(asked), seconds=max(1, round(asked.interval)))
        tokens, asked = answered
        who = portal.vouched(tokens, nonce=None, defect=self._ciba.careless_as)
        if not self._ciba.accepts(asked, who.claims):
            raise Refused(Reason.SUB)
        portal.last = who
        rename = portal.defect is not Defect.KEEPS_SESSION_NAME
        opened = portal.sessions.log_in(portal.sid, replace(who, by_ciba=True), rename=rename)
        return portal.with_session(see(HOME), opened)

    @property
    def _in_address(self) -> bool:
        return self._portal.defect is Defect.PUTS_CIBA_LOGIN_IN_ADDRESS
