"""CIBA as PSC offers it: a portal's server asks, the person answers on another device, the server polls.

Poll mode only, whatever discovery says (confirmed: ANS page on CIBA).  Errors are Keycloak's (inferred for PSC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from authlib.consts import default_json_headers
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, OAuth2Error, TokenEndpoint
from authlib.oauth2.rfc6749.errors import UnauthorizedClientError

from mock_idp.artefacts import Fields, Seam, pairs_of
from mock_idp.people import ACTIVE
from mock_idp.protocol.exchange import PscRequest, quoted
from mock_idp.protocol.grants import AUTH_METHODS
from mock_idp.protocol.request_rules import wrong_level
from mock_idp.protocol.tokens import Means
from mock_idp.settings import Unlisted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mock_idp.artefacts import Json
    from mock_idp.people import Person
    from mock_idp.protocol.exchange import Exchange
    from mock_idp.protocol.server import PscServer

CIBA_GRANT = "urn:openid:params:grant-type:ciba"
BINDING_MESSAGE = re.compile(r"[A-Za-z0-9\-._+/!?#]{1,50}")
NOT_TAKEN = ("user_code", "client_notification_token", "login_hint_token", "id_token_hint", "request")
KEPT_AFTERWARDS = timedelta(minutes=10)
"""How long a request that is over is remembered, so that a late poll is told ``expired_token``."""


class Decision(StrEnum):
    """What the person said."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


class InvalidBindingMessageError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """A binding message that no device could show (CIBA 13)."""

    error = "invalid_binding_message"


class ChannelError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """The person's device cannot be reached."""

    error = "server_error"
    status_code = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class CibaRequest:
    """One question to one person, on behalf of one portal.

    Attributes:
        channel: the e-CPS on the phone, or the card in the workstation's reader.
        polled_at: when the portal last asked for the answer.
        spent: whether the portal had its answer; it gets only one.
    """

    auth_req_id: str = field(repr=False)
    client_id: str
    login_id: str
    idnat: str
    scope: str
    binding_message: str
    channel: Means
    requested_at: datetime
    expires_at: datetime
    decision: Decision = Decision.PENDING
    decided_at: datetime | None = None
    polled_at: datetime | None = None
    spent: bool = False

    def check_client(self, client: object) -> bool:
        """Tell whether it was made by this client."""
        return getattr(client, "client_id", None) == self.client_id


class CibaQuestion(PscRequest):
    """A CIBA request on its way in.

    Attributes:
        login_id: the login that it begins.
        reach: brings the question to the person's device and tells whether that could be done.
    """

    def __init__(self, exchange: Exchange, *, login_id: str, reach: Callable[[CibaRequest], bool]) -> None:
        """Wrap the exchange."""
        super().__init__(exchange)
        self.login_id = login_id
        self.reach = reach


class PscCibaEndpoint(TokenEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """The backchannel authentication endpoint (CIBA 7)."""

    ENDPOINT_NAME = "backchannel_authentication"
    CLIENT_AUTH_METHODS = AUTH_METHODS
    server: PscServer

    def create_endpoint_response(self, request: CibaQuestion) -> tuple[int, Fields, Any]:
        """Ask the person, and acknowledge (CIBA 7.3).

        Raises:
            OAuth2Error: with Keycloak's status and code for each mistake.
        """
        client = self.authenticate_endpoint_client(request)
        if not client.ciba:
            raise UnauthorizedClientError("CIBA is not activated for this client; register it with ciba = true.")
        settings, exchange = self.server.settings, request.exchange
        asked: dict[str, str] = request.form
        check(asked, level=settings.acr_values_policy != Unlisted.IGNORE)
        if "openid" not in asked["scope"].split():
            raise InvalidScopeError("scope must hold 'openid'.")
        self.server.validate_requested_scope(asked["scope"])
        person = self._person(asked)
        made = CibaRequest(
            auth_req_id=".".join(exchange.entropy.token(octets) for octets in (24, 32, 12, 48, 16)),
            client_id=client.client_id,
            login_id=request.login_id,
            idnat=person.idnat,
            scope=self.server.granted_scope(asked["scope"]),
            binding_message=asked["binding_message"],
            channel=Means(asked.get("channel", Means.MOBILE)),
            requested_at=exchange.now,
            expires_at=exchange.now + settings.ciba_lifetime,
        )
        if not request.reach(made):
            raise ChannelError("This person has no activated phone; activate one first, or use channel=CARD.")
        self.server.ciba.keep(made)
        body: dict[str, Json] = {
            "auth_req_id": made.auth_req_id,
            "expires_in": int(settings.ciba_lifetime.total_seconds()),
            "interval": int(settings.ciba_interval.total_seconds()),
        }
        said = exchange.voice.fields(Fields(seam=Seam.CIBA_RESPONSE, pairs=pairs_of(body)))
        return 200, said, default_json_headers

    def _person(self, asked: dict[str, str]) -> Person:
        person = self.server.directory.find(asked["login_hint"])
        if person is None or person.status != ACTIVE:
            raise InvalidRequestError("login_hint: invalid user; nobody has that identifiant national.")
        return person


def check(asked: dict[str, str], *, level: bool) -> None:
    """Refuse a CIBA request whose parameters cannot be followed.

    Args:
        asked: the parameters.
        level: whether ``acr_values`` must be eidas1.

    Raises:
        InvalidRequestError: a parameter is missing, or is not taken in poll mode.
        InvalidBindingMessageError: over 50 characters, or one outside letters, digits and ``- . _ + / ! ? #``.
    """
    for name in NOT_TAKEN:
        if name in asked:
            raise InvalidRequestError(f"{name} is not taken here: poll mode, login_hint only.")
    for name in ("login_hint", "scope", "binding_message"):
        # that PSC insists on a binding message is not documented; the phone has nothing to compare without one
        if name not in asked:
            raise InvalidRequestError(f"{name} is missing.")
    if not BINDING_MESSAGE.fullmatch(asked["binding_message"]):
        raise InvalidBindingMessageError("binding_message: 1 to 50 of letters, digits and - . _ + / ! ? #")
    if asked.get("channel", Means.MOBILE) not in set(Means):
        raise InvalidRequestError(f"channel: {quoted(asked['channel'])} is not known; send CARD or MOBILE.")
    if level and (trouble := wrong_level(asked)):
        raise InvalidRequestError(trouble)


class CibaBook:
    """Every CIBA request, by its ``auth_req_id``."""

    def __init__(self, server: PscServer) -> None:
        """Keep requests in the server's store."""
        self._server = server

    def keep(self, made: CibaRequest) -> None:
        """Remember a new request."""
        self._server.store.put("ciba", made.auth_req_id, made, expires_at=made.expires_at + KEPT_AFTERWARDS)

    def find(self, auth_req_id: str | None, *, now: datetime) -> CibaRequest | None:
        """Return a request, over or not."""
        found: CibaRequest | None = self._server.store.get("ciba", auth_req_id or "", now=now)
        return found

    def everything(self, *, now: datetime) -> list[CibaRequest]:
        """Return every request that is remembered, oldest first."""
        return self._server.store.values("ciba", now=now)

    def change(self, before: CibaRequest, *, now: datetime, **members: Any) -> CibaRequest | None:
        """Change a request, and return it; None if somebody else was faster."""
        after = replace(before, **members)
        until = before.expires_at + KEPT_AFTERWARDS
        done = self._server.store.compare_and_set("ciba", before.auth_req_id, before, after, now=now, expires_at=until)
        return after if done else None
