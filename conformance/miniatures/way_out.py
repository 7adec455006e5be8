"""Where a person who logs out is sent (RPINIT 2): by way of the provider, whose session ends too."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Refused
from conformance.miniatures.rules import Crash

if TYPE_CHECKING:
    from conformance.miniatures.provider import Provider
    from conformance.miniatures.sessions import Who

LOGGED_OUT: Final = "/logged-out"


class WayOut:
    """The way out of one portal."""

    def __init__(self, provider: Provider, defect: Defect | None) -> None:
        """Lead out by way of that provider."""
        self._provider = provider
        self._defect = defect
        self._first_tokens: dict[str, str] = {}

    def of(self, who: Who, state: str) -> str:
        """Return where the browser goes to log out; with the provider down, the local session ends all the same."""
        if self._defect is Defect.LOGS_OUT_LOCALLY_ONLY:
            return LOGGED_OUT
        if who.by_ciba:
            # no browser took part in the login, and none is sent through the logout
            if self._defect is not Defect.FORGETS_PSC_SESSION_OF_CIBA:
                with suppress(Refused):
                    self._provider.post("end_session_endpoint", {"id_token_hint": who.id_token})
            return LOGGED_OUT
        hint = who.id_token
        if self._defect is Defect.HINTS_WITH_FIRST_ID_TOKEN:
            hint = self._first_tokens.setdefault(who.identifier, hint)
        try:
            return self._provider.logout_url(hint, state)
        except Refused:
            if self._defect is Defect.CRASHES_ON_LOGOUT_WITHOUT_PROVIDER:
                raise Crash from None
            return LOGGED_OUT
