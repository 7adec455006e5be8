"""RP-initiated logout: Authlib's endpoint, with PSC's answers (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from authlib.oidc.rpinitiated import EndSessionRequest

    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.exchange import Exchange, PscRequest
    from mock_idp.protocol.server import PscServer
    from mock_idp.protocol.sessions import PscSession


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedOut:
    """A session that was ended: where the browser goes now, or None for the provider's own page.

    Attributes:
        login_id: the portal's own login in that session.
        session: what it was, if it stood until now.
    """

    session_id: str | None
    redirect_uri: str | None
    login_id: str | None = None
    session: PscSession | None = None


class LogoutRefusedError(InvalidRequestError):  # type: ignore[misc]  # Authlib ships no types
    """A logout whose return address cannot be used.

    Attributes:
        client: the portal that asked, if it said who it is.
        login_id: its login in the session that ended all the same.
    """

    def __init__(self, description: str, *, client: Client | None, login_id: str | None) -> None:
        """Carry the reason, and for whom."""
        super().__init__(description)
        self.client = client
        self.login_id = login_id


class PscEndSession(EndSessionEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Ends the session that an ID token names."""

    server: PscServer

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        """Return the claims of an ID token that was signed here, however old (RP-Initiated Logout 1.0, 2).

        Authlib's own check also compares ``iat`` with the clock of the machine, which is not the provider's, and quotes
        the token's header in its errors.

        Raises:
            InvalidRequestError: it was not signed here, or is no ID token.
        """
        try:
            known = KeySet.import_key_set(cast("Any", self.server.keys.published))
            claims = json.loads(jws.deserialize_compact(id_token_hint, known, algorithms=["RS256"]).payload)
        except (JoseError, ValueError):
            raise InvalidRequestError("id_token_hint was not signed by this provider.") from None
        if claims.get("typ") != "ID":
            raise InvalidRequestError("id_token_hint is signed by this provider but is no ID token.")
        # an ID token that was told a lie about its session or its portal names none
        return {name: value for name, value in claims.items() if name not in {"sid", "azp"} or isinstance(value, str)}

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        """Mark the session as ended: its tokens are refused from now on."""
        claims = end_session_request.id_token_claims or {}
        request = cast("PscRequest", end_session_request.request)
        if session_id := claims.get("sid"):
            self.server.end_session(session_id, now=request.exchange.now)


def log_out(server: PscServer, exchange: Exchange) -> LoggedOut:
    """End the session named by ``id_token_hint`` and say where the browser goes.

    Raises:
        InvalidRequestError: the hint was not signed here.
        LogoutRefusedError: the return address was not registered for the client.  Nobody is sent anywhere then
            (RP-Initiated Logout 1.0, 3 and 4), and the session still ends if the hint was good.
    """
    request = server.create_oauth2_request(exchange)
    checked = server.validate_endpoint_request("end_session", request)
    claims = checked.id_token_claims or {}
    session = server.sessions.find(claims.get("sid"), now=exchange.now)
    server.create_endpoint_response("end_session", checked)
    wanted = request.payload.data.get("post_logout_redirect_uri")
    login_id = session.login_of(claims.get("azp")) if session else None
    if wanted and not checked.redirect_uri:
        hinted = checked.id_token_claims is not None
        why = "is not registered for this client." if hinted else "needs an id_token_hint beside it."
        raise LogoutRefusedError(f"post_logout_redirect_uri {why}", client=checked.client, login_id=login_id)
    return LoggedOut(
        session_id=claims.get("sid"),
        redirect_uri=checked.redirect_uri,
        login_id=login_id,
        session=session,
    )
