"""What an authorization request may ask for: its level, ``prompt``, ``max_age``, its form (OIDC-CORE 3.1.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import LoginRequiredError, RequestNotSupportedError, RequestURINotSupportedError

from mock_idp.protocol.exchange import quoted
from mock_idp.settings import Unlisted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mock_idp.protocol.sessions import PscSession

LEVEL = "eidas1"
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
ASKS_AGAIN = frozenset({"login", "select_account"})
RESPONSE_MODES = frozenset({"query", "form_post"})
LONGEST_MAX_AGE_DIGITS = 9
NOT_TAKEN = {"request": RequestNotSupportedError, "request_uri": RequestURINotSupportedError}


def may_reuse(session: PscSession | None, asked: Mapping[str, str], *, now: datetime) -> bool:
    """Tell whether a request may be answered from a PSC session, without asking the person.

    Args:
        session: what the browser shows, or None.
        asked: a request that was checked before.
        now: time of the request.

    Raises:
        LoginRequiredError: it may not, and the portal said ``prompt=none``.
    """
    prompts = set(asked.get("prompt", "").split())
    fresh = session is not None and not prompts & ASKS_AGAIN
    if session is not None and "max_age" in asked:
        fresh = fresh and (now - session.started_at).total_seconds() < int(asked["max_age"])
    if not fresh and "none" in prompts:
        raise LoginRequiredError("prompt=none, and this browser has no session that would do.")
    return fresh


class RequestRules:
    """Refuses an authorization request that is ambiguous, or asks for what cannot be given.

    One hook for all, because Authlib calls hooks in no particular order, and a request with two mistakes should be told
    the same one every time.
    """

    def __call__(self, grant: Any) -> None:
        """Hook into a grant."""
        grant.register_hook("after_validate_authorization_request_payload", self.check)

    def check(self, grant: Any, redirect_uri: str) -> None:
        """Refuse the request by a redirect back to the portal."""
        payload, settings = grant.request.payload, grant.server.settings
        asked: dict[str, str] = payload.data
        if (name := payload.repeated()) is not None:
            raise InvalidRequestError(f"The parameter {quoted(name)} stands twice.", redirect_uri=redirect_uri)
        for name, error in NOT_TAKEN.items():
            if name in asked:
                raise error(f"{name} is not taken here; send the parameters themselves.", redirect_uri=redirect_uri)
        trouble = _trouble(asked) or (None if settings.acr_values_policy == Unlisted.IGNORE else wrong_level(asked))
        if trouble:
            raise InvalidRequestError(trouble, redirect_uri=redirect_uri)


def wrong_level(asked: dict[str, str]) -> str | None:
    """Say what is wrong with the level asked.

    What PSC does then is not documented publicly; only that eidas1 is the one level a portal may ask for.
    """
    level = asked.get("acr_values")
    return None if level == LEVEL else f"acr_values must be '{LEVEL}', this request says {quoted(level)}."


def _trouble(asked: dict[str, str]) -> str | None:
    """Say what cannot be followed; whether PSC's wallet follows these is not documented, Keycloak does.

    Request objects are advertised, and no public source shows them in use: they are refused by name rather than half
    understood.
    """
    prompts = asked.get("prompt", "").split()
    if unknown := [one for one in prompts if one not in PROMPTS]:
        return f"prompt: {quoted(unknown[0])} is not known."
    if "none" in prompts and len(prompts) > 1:
        return "prompt: 'none' stands alone."
    age = asked.get("max_age", "0")
    if not (age.isascii() and age.isdigit() and len(age) <= LONGEST_MAX_AGE_DIGITS):
        return f"max_age: {quoted(age)} is no number of seconds."
    mode = asked.get("response_mode", "query")
    if mode not in RESPONSE_MODES:
        return f"response_mode: {quoted(mode)} is not supported; send 'query' or 'form_post'."
    return None
