"""Logging in without a redirect: the portal asks PSC, the person answers on their phone, the portal polls (CIBA 7, 10).

The browser waits on a page that refreshes itself; the portal polls when it does, and not before the interval is over.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Crash
from conformance.miniatures.token_response import check_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.miniatures.answers import HttpAnswer
    from conformance.miniatures.property_defects import AnyDefect
    from conformance.miniatures.provider import Provider

CIBA_PATH: Final = "/ciba"
WAIT_PATH: Final = "/ciba/wait"
_GRANT: Final = "urn:openid:params:grant-type:ciba"
_USUAL_INTERVAL: Final = 5.0
_SLOWER: Final = 5.0
_MOST_WAITING: Final = 1_000
_OK: Final = 200

CARELESS_AS: Final[Mapping[Defect, Defect]] = MappingProxyType(
    {
        Defect.IGNORES_SIGNATURE_IN_CIBA: Defect.IGNORES_BAD_SIGNATURE,
        Defect.ACCEPTS_ALG_NONE_IN_CIBA: Defect.ACCEPTS_ALG_NONE,
        Defect.NEVER_COMPARES_ISS_IN_CIBA: Defect.NEVER_COMPARES_ISS,
        Defect.NEVER_COMPARES_AUD_IN_CIBA: Defect.NEVER_COMPARES_AUD,
        Defect.NEVER_CHECKS_EXP_IN_CIBA: Defect.NEVER_CHECKS_EXP,
        Defect.NEVER_CHECKS_ACR_IN_CIBA: Defect.NEVER_CHECKS_ACR,
        Defect.NEVER_COMPARES_USERINFO_SUB_IN_CIBA: Defect.NEVER_COMPARES_USERINFO_SUB,
    }
)
"""What a portal forgets in this flow only, and what that is called in the code flow."""

_POLLS_ON_AFTER: Final[Mapping[Defect, str]] = MappingProxyType(
    {
        Defect.POLLS_ON_AFTER_DENIAL: "access_denied",
        Defect.POLLS_ON_AFTER_EXPIRY: "expired_token",
        Defect.POLLS_ON_AFTER_INVALID_GRANT: "invalid_grant",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A question that the person has not answered yet.

    Attributes:
        typed: the identifiant national, spaces taken out.
        number: what the person compares on the phone.
        interval: seconds between two polls.
        next_at: earliest time of the next poll, on the portal's monotonic clock.
        ends_at: when the question is over.
    """

    auth_req_id: str = field(repr=False)
    typed: str
    number: str
    interval: float
    next_at: float
    ends_at: float
    shown: bool = False
    over: bool = False


class Ciba:
    """The portal's questions, each kept for the browser that asked it."""

    def __init__(self, provider: Provider, defect: AnyDefect | None, *, monotonic: Callable[[], float]) -> None:
        """Ask nothing yet."""
        self._provider = provider
        self._defect = defect if isinstance(defect, Defect) else None
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}

    @property
    def careless_as(self) -> Defect | None:
        """Return what is forgotten of an ID token's checks in this flow."""
        return CARELESS_AS.get(self._defect) if self._defect is not None else None

    def ask(self, name: str, typed: str, *, hint: str | None = None) -> None:
        """Ask PSC to ask a person (CIBA 7.1), for a browser.

        Args:
            name: of the browser's session.
            typed: identifiant national, as somebody typed it.
            hint: what is asked for in its place; a correct portal has nothing to say here.

        Raises:
            Refused: PSC refuses the question, or does not answer it properly.
        """
        hint = self._hint(typed) if hint is None else hint
        number = f"{secrets.randbelow(100):02d}"
        if self._defect is Defect.ALWAYS_SENDS_SAME_NUMBER:
            number = "42"
        if self._defect is Defect.SENDS_WORDS_AS_BINDING_MESSAGE:
            number = f"connexion-{number}"
        answer = self._provider.post("backchannel_authentication_endpoint", self._question(hint, number))
        if answer.status >= 500 and self._defect is Defect.CRASHES_WITH_CIBA_ENDPOINT:  # noqa: PLR2004  # RFC 9110 15.6
            raise Crash
        if answer.status == 400 and self._defect is Defect.CRASHES_ON_UNKNOWN_CIBA_USER:  # noqa: PLR2004  # CIBA 13
            raise Crash
        said = _said(answer)
        if answer.status != _OK:
            raise Refused(Reason.PROVIDER_DOWN if answer.status >= 500 else Reason.CIBA)  # noqa: PLR2004  # RFC 9110
        self._keep(name, self._acknowledged(said, hint, number))

    def _hint(self, typed: str) -> str:
        if self._defect is Defect.KEEPS_SPACES_IN_LOGIN_HINT:
            return typed
        hint = "".join(typed.split())
        return hint.partition("/")[0] if self._defect is Defect.CUTS_LOGIN_HINT_AT_SLASH else hint

    def _question(self, hint: str, number: str) -> dict[str, str]:
        scope = {
            Defect.ASKS_CIBA_WITHOUT_OPENID: "scope_all",
            Defect.ASKS_CIBA_WITHOUT_SCOPE_ALL: "openid",
        }.get(self._defect or Defect.FORGETS_PKCE, "openid scope_all")
        asked = {
            "scope": scope,
            "login_hint": hint,
            "binding_message": number,
            "acr_values": "eidas1",
            "channel": "SMS" if self._defect is Defect.SENDS_UNKNOWN_CHANNEL else "MOBILE",
        }
        if self._defect is Defect.ASKS_CIBA_WITHOUT_LEVEL:
            del asked["acr_values"]
        return asked

    def _acknowledged(self, said: dict[str, Any], hint: str, number: str) -> Waiting:
        """Read the acknowledgement (CIBA 7.3)."""
        for defect, member in _NEEDED:
            if member not in said and self._defect is defect:
                raise KeyError(member)
        name, lasts, interval = said.get("auth_req_id"), _number(said.get("expires_in")), _number(said.get("interval"))
        if not isinstance(name, str) or not name or lasts is None:
            raise Refused(Reason.PROVIDER_ANSWER)
        now = self._monotonic()
        return Waiting(
            auth_req_id=name,
            typed=hint,
            number=number,
            interval=_USUAL_INTERVAL if interval is None else interval,
            next_at=now,
            ends_at=now + lasts,
        )

    def waiting(self, name: str | None) -> Waiting:
        """Return the question of a browser, and remember that its number was shown.

        Raises:
            Refused: there is none.
        """
        with self._lock:
            key = self._newest() if self._defect is Defect.KEEPS_CIBA_LOGIN_IN_ONE_PLACE else name
            found = self._waiting.get(key or "")
            if found is None:
                raise Refused(Reason.CIBA_GONE)
            self._waiting[key or ""] = replace(found, shown=True)
            return found

    def poll(self, name: str | None) -> tuple[dict[str, Any], Waiting] | None:
        """Return the tokens of an answered question with the question, None as long as there is no answer (CIBA 10.1).

        Raises:
            Refused: the person declined, the time is over, or PSC says that there is nothing to wait for.
        """
        asked = self.waiting(name)
        now = self._monotonic()
        if now >= asked.ends_at and self._defect is not Defect.POLLS_BEYOND_LIFETIME:
            self._forget(asked)
            raise Refused(Reason.CIBA_EXPIRED)
        if not asked.shown or (now < asked.next_at and self._defect is not Defect.IGNORES_CIBA_INTERVAL):
            return None
        self._change(asked, next_at=now + asked.interval)
        form = {"grant_type": _GRANT, "auth_req_id": asked.auth_req_id}
        answer = self._provider.post("token_endpoint", form)
        if answer.status == _OK:
            self._forget(asked)
            if self._defect is Defect.POLLS_AGAIN_AFTER_SUCCESS:
                self._provider.post("token_endpoint", form)
            return check_tokens(_said(answer), self._defect), asked
        if answer.status >= 500:  # noqa: PLR2004  # RFC 9110 15.6: the question stands, whatever ails the provider
            raise Refused(Reason.PROVIDER_DOWN)
        self._no_answer(asked, str(_said(answer).get("error")))
        return None

    def _no_answer(self, asked: Waiting, error: str) -> None:
        """Wait longer, or give up (CIBA 11)."""
        if error == "authorization_pending" and self._defect is not Defect.GIVES_UP_WHILE_PENDING:
            return
        if error == "slow_down":
            if self._defect is not Defect.IGNORES_SLOW_DOWN:
                slower = asked.interval + _SLOWER
                self._change(asked, interval=slower, next_at=self._monotonic() + slower)
            return
        if self._defect is None or _POLLS_ON_AFTER.get(self._defect) != error:
            self._forget(asked)
        known = {"access_denied": Reason.DECLINED, "expired_token": Reason.CIBA_EXPIRED}
        raise Refused(known.get(error, Reason.CIBA))

    def number_of(self, asked: Waiting) -> str:
        """Return what the waiting page shows."""
        return "" if self._defect is Defect.HIDES_BINDING_MESSAGE else asked.number

    def accepts(self, asked: Waiting, claims: dict[str, Any]) -> bool:
        """Tell whether an answer is about the person who was asked: by this identifier, or by an earlier one."""
        others = claims.get("otherIds")
        listed = others if isinstance(others, list) else []
        known = {claims.get("SubjectNameID"), *(one.get("identifiant") for one in listed if isinstance(one, dict))}
        return asked.typed in known or self._defect is Defect.ACCEPTS_ANOTHER_PERSON_IN_CIBA

    def _newest(self) -> str | None:
        return next(reversed(self._waiting), None)

    def _keep(self, name: str, waiting: Waiting) -> None:
        with self._lock:
            self._waiting.pop(name, None)
            while len(self._waiting) >= _MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[name] = waiting

    def _change(self, asked: Waiting, **members: Any) -> None:
        with self._lock:
            for name, one in self._waiting.items():
                if one.auth_req_id == asked.auth_req_id:
                    self._waiting[name] = replace(one, **members)

    def _forget(self, asked: Waiting) -> None:
        with self._lock:
            gone = [name for name, one in self._waiting.items() if one.auth_req_id == asked.auth_req_id]
            for name in gone:
                del self._waiting[name]


_NEEDED: Final = (
    (Defect.CRASHES_WITHOUT_AUTH_REQ_ID, "auth_req_id"),
    (Defect.CRASHES_WITHOUT_CIBA_LIFETIME, "expires_in"),
    (Defect.CRASHES_WITHOUT_CIBA_INTERVAL, "interval"),
)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _said(answer: HttpAnswer) -> dict[str, Any]:
    try:
        said = answer.document
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Refused(Reason.PROVIDER_DOWN if answer.status >= 500 else Reason.PROVIDER_ANSWER)  # noqa: PLR2004  # 15.6
    return said
