"""Refreshing: a page that asks userinfo with the access token, and gets a new one when it is refused (RFC 6749 6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, make_response

from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Rule, enforce
from conformance.miniatures.signatures import take_apart, verify

if TYPE_CHECKING:
    from conformance.miniatures.provider import Provider
    from conformance.miniatures.sessions import Sessions, Who

_REFUSED: Final = 401
SIGN_IN: Final = "/sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewedFacts:
    """The claims of a refreshed ID token, and those of the first one (OIDC-CORE 12.2)."""

    new: dict[str, Any] = field(repr=False)
    first: dict[str, Any] = field(repr=False)

    def differs(self, name: str) -> bool:
        """Tell whether a claim is not what it was."""
        return self.new.get(name) != self.first.get(name)


RULES: Final[tuple[Rule[RenewedFacts], ...]] = (
    Rule(Reason.ISS, lambda it: it.differs("iss"), Defect.NEVER_COMPARES_REFRESHED_ISS),
    Rule(Reason.SUB, lambda it: it.differs("sub"), Defect.NEVER_COMPARES_REFRESHED_SUB),
    Rule(Reason.AUD, lambda it: it.differs("aud"), Defect.NEVER_COMPARES_REFRESHED_AUD),
    Rule(
        Reason.NONCE,
        lambda it: it.new.get("nonce") is not None and it.differs("nonce"),
        Defect.NEVER_COMPARES_REFRESHED_NONCE,
    ),
)


class Renewal:
    """The page, and what becomes of the session behind it."""

    def __init__(self, provider: Provider, sessions: Sessions, defect: Defect | None) -> None:
        """Refresh with this provider."""
        self._provider = provider
        self._sessions = sessions
        self._defect = defect
        self._former: dict[str, str] = {}

    def page(self, sid: str | None) -> Response:
        """Answer whoever asks: with their name, or with the way to log in again.

        Raises:
            Refused: the provider does not answer, or gives what must not be believed.
        """
        who = self._sessions.who(sid)
        if sid is None or who is None:
            return make_response(jsonify(error="anonymous"), _REFUSED)
        try:
            self._sessions.renew(sid, self._renewed(sid, who))
        except Refused as refusal:
            down = refusal.reason is Reason.PROVIDER_DOWN
            if (not down and not self._stays(refusal)) or (down and self._defect is Defect.LOGS_OUT_ON_OUTAGE):
                self._sessions.close(sid)
            if refusal.reason is Reason.CODE:
                return Response("", 303, {"Location": SIGN_IN})
            raise
        return jsonify(identifier=who.identifier)

    def _stays(self, refusal: Refused) -> bool:
        return refusal.reason is Reason.CODE and self._defect is Defect.KEEPS_SESSION_AFTER_REFUSED_REFRESH

    def _renewed(self, sid: str, who: Who) -> Who:
        if self._provider.asked(who.access_token).status != _REFUSED:
            return who
        tokens = self._tokens(sid, who)
        if "id_token" in tokens:
            self._check(str(tokens["id_token"]), who)
        new = replace(who, access_token=str(tokens["access_token"]))
        about = self._provider.userinfo(new.access_token).claims.get("sub")
        if about != who.claims.get("sub"):
            raise Refused(Reason.USERINFO_SUB)
        kept = who.access_token if self._defect is Defect.NEVER_USES_NEW_ACCESS_TOKEN else new.access_token
        given = str(tokens.get("refresh_token", who.refresh_token))
        self._former[sid] = who.refresh_token
        if self._defect is Defect.KEEPS_FIRST_REFRESH_TOKEN:
            given = who.refresh_token
        return replace(new, access_token=kept, refresh_token=given)

    def _tokens(self, sid: str, who: Who) -> dict[str, Any]:
        try:
            return self._provider.renew(who.refresh_token)
        except Refused:
            if self._defect is not Defect.TRIES_FORMER_REFRESH_TOKEN or sid not in self._former:
                raise
            return self._provider.renew(self._former[sid])

    def _check(self, token: str, who: Who) -> None:
        parts = take_apart(token, self._defect)
        verify(parts, self._provider.keyring, self._defect)
        first = take_apart(who.id_token, self._defect).claims
        enforce(RULES, RenewedFacts(new=parts.claims, first=first), self._defect)
