"""Authlib's authorization server over values: exchanges in, replies out, every answer through the voice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)

from mock_idp.artefacts import Fields, Pairs, Seam, pairs_of
from mock_idp.protocol.api_exchange import PscExchangeEndpoint
from mock_idp.protocol.ciba import CibaBook, CibaQuestion, PscCibaEndpoint
from mock_idp.protocol.ciba_grant import PscCibaGrant
from mock_idp.protocol.client_authentication import (
    authenticate_basic,
    authenticate_post,
    authenticate_tls,
    why_refused,
)
from mock_idp.protocol.documents import scopes_supported
from mock_idp.protocol.exchange import Exchange, FormPost, PscRequest, Reply, quoted
from mock_idp.protocol.grants import CODE_EXTENSIONS, REFRESH_EXTENSIONS, PscCodeGrant, PscRefreshGrant
from mock_idp.protocol.issuance import Issuance
from mock_idp.protocol.logout import PscEndSession
from mock_idp.protocol.profiles import traits
from mock_idp.protocol.remedies import with_remedy
from mock_idp.protocol.sessions import SessionBook
from mock_idp.protocol.token_endpoints import PscIntrospection, PscRevocation
from mock_idp.settings import Unlisted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_idp.directory import Directory
    from mock_idp.keys import SigningKeys
    from mock_idp.people import Person
    from mock_idp.protocol.ciba import CibaRequest
    from mock_idp.protocol.clients import Client
    from mock_idp.protocol.tokens import Grant
    from mock_idp.settings import Settings
    from mock_idp.store import Store

OK = 200
UNAUTHORIZED = 401
FORM = "application/x-www-form-urlencoded"


class PscServer(Issuance, AuthorizationServer):  # type: ignore[misc]  # Authlib ships no types
    """The provider's protocol, without a socket, a clock or a page."""

    def __init__(self, *, settings: Settings, store: Store, keys: SigningKeys, directory: Directory) -> None:
        """Build the server from its parts; portals are made known later.

        Args:
            settings: where it stands and how long things last.
            store: what it remembers.
            keys: its signing keys, unless the store has some already.
            directory: who may log in.
        """
        super().__init__(scopes_supported=scopes_supported(settings))
        self.settings = settings
        self.sessions = SessionBook(store, settings)
        self.ciba = CibaBook(self)
        # the shell tells portals, because only the shell can send anything
        self.on_session_end = lambda _: None
        self.store = store
        self.start_registry(keys)
        self.directory = directory
        self.register_client_auth_method("client_secret_basic", authenticate_basic)
        self.register_client_auth_method("client_secret_post", authenticate_post)
        self.register_client_auth_method("tls_client_auth", authenticate_tls)
        self.register_grant(PscCodeGrant, CODE_EXTENSIONS)
        self.register_grant(PscRefreshGrant, REFRESH_EXTENSIONS)
        self.register_endpoint(PscEndSession(self))
        self.register_grant(PscCibaGrant, REFRESH_EXTENSIONS)
        self.register_endpoint(PscCibaEndpoint(self))
        self.register_endpoint(PscExchangeEndpoint(self))
        self.register_endpoint(PscIntrospection(self))
        self.register_endpoint(PscRevocation(self))

    # -- authorization endpoint

    def check_authorization(self, exchange: Exchange) -> Client:
        """Check an authorization request before anybody is asked to log in.

        Returns:
            The portal that asks.

        Raises:
            OAuth2Error: with ``redirect_uri`` set when the error may be sent back to the portal, without it when it
                must be shown to the person (RFC 6749 4.1.2.1).
        """
        client: Client = self.get_consent_grant(exchange).client
        return client

    def get_authorization_grant(self, request: PscRequest) -> Any:
        """Return the code grant, the only one offered to portals.

        Raises:
            UnsupportedResponseTypeError: sent back to the portal when its address is registered.  Authlib's own error
                quotes the request, which fails on what RFC 6749 4.1.2.1 does not allow there.
        """
        asked, wanted = request.payload.response_type, request.payload.redirect_uri
        if asked not in PscCodeGrant.RESPONSE_TYPES:
            client = self.query_client(request.payload.client_id or "")
            back = wanted if client is not None and wanted and client.check_redirect_uri(wanted) else None
            if asked is None:
                raise InvalidRequestError("response_type is missing; send 'code'.", redirect_uri=back)
            said = f"response_type={quoted(asked)} is not supported; send 'code'."
            raise UnsupportedResponseTypeError(asked, said, redirect_uri=back)
        return super().get_authorization_grant(request)

    def answer_authorization(self, exchange: Exchange, grant: Grant | None) -> Reply:
        """Answer an authorization request that was checked before.

        Args:
            exchange: the authorization request, with the time of the answer.
            grant: who approved; None when the person declined, which the portal is told as ``access_denied``.
        """
        request = self.create_oauth2_request(exchange)
        reply: Reply = self.create_authorization_response(
            request, grant_user=grant, grant=self.get_authorization_grant(request)
        )
        return reply

    def authorization_redirect(self, exchange: Exchange, redirect_uri: str, pairs: Pairs) -> Reply:
        """Return the redirect that carries an authorization response, after it passed its seam (RFC 6749 4.1.2).

        ``iss`` stands in every response, errors included (RFC 9207 2), if the date's discovery announces it.  With
        ``response_mode=form_post`` it is a form that the browser sends on (OAuth 2.0 Form Post Response Mode).
        """
        announced = "authorization_response_iss_parameter_supported" not in traits(self.settings.psc_profile).absent
        issuer: Pairs = (("iss", self.settings.issuer),) if announced else ()
        said = exchange.voice.fields(Fields(seam=Seam.AUTHORIZATION_RESPONSE, pairs=(*pairs, *issuer)))
        if PscRequest(exchange).payload.data.get("response_mode") == "form_post":
            return Reply(status=200, body=FormPost(action=redirect_uri, said=said))
        joint = "&" if "?" in redirect_uri else "?"
        # a lie may say what no UTF-8 holds; it is sent all the same
        shown = [(name, "" if value is None else str(value)) for name, value in said.pairs]
        query = urlencode(shown, errors="surrogatepass")
        return Reply(status=302, body="", headers=(("Location", f"{redirect_uri}{joint}{query}"),))

    def validate_requested_scope(self, scope: str | None) -> None:
        """Refuse a scope that discovery does not list, as Keycloak does, unless the settings say to ignore it.

        Raises:
            InvalidScopeError: sent back to the portal.
        """
        unknown = next((name for name in (scope or "").split() if name not in self.scopes_supported), None)
        if self.settings.scope_policy == Unlisted.REJECT and unknown is not None:
            raise InvalidScopeError(f"scope: {quoted(unknown)} is not listed in discovery.")

    def granted_scope(self, asked: str | None) -> str:
        """Return the scopes granted of those asked, in the order asked, each once, without those nobody lists."""
        return " ".join(dict.fromkeys(name for name in (asked or "").split() if name in self.scopes_supported))

    # -- token endpoint

    def token(self, exchange: Exchange) -> Reply:
        """Answer a token request (RFC 6749 3.2)."""
        request = PscRequest(exchange)
        if (name := request.payload.repeated()) is not None:
            return self.handle_error_response(request, InvalidRequestError(f"{quoted(name)} stands twice."))
        if request.payload.grant_type is None:
            return self.handle_error_response(request, InvalidRequestError(_no_grant_type(exchange)))
        reply: Reply = self.create_token_response(request)
        if reply.status != OK or not isinstance(reply.body, dict):
            return reply
        said = exchange.voice.fields(Fields(seam=Seam.TOKEN_RESPONSE, pairs=pairs_of(reply.body)))
        return replace(reply, body=said)

    def begin_ciba(self, exchange: Exchange, *, login_id: str, reach: Callable[[CibaRequest], bool]) -> Reply:
        """Answer a CIBA request (CIBA 7).

        Args:
            exchange: the request.
            login_id: the login that it begins.
            reach: brings the question to the person's device and tells whether that could be done.
        """
        request = CibaQuestion(exchange, login_id=login_id, reach=reach)
        if (name := request.payload.repeated()) is not None:
            return self.handle_error_response(request, InvalidRequestError(f"{quoted(name)} stands twice."))
        reply: Reply = self.create_endpoint_response("backchannel_authentication", request)
        return reply

    def about_token(self, endpoint: str, exchange: Exchange) -> Reply:
        """Answer a request about a token: ``introspection``, ``revocation`` or ``token_exchange``."""
        request = PscRequest(exchange)
        if (name := request.payload.repeated()) is not None:
            return self.handle_error_response(request, InvalidRequestError(f"{quoted(name)} stands twice."))
        reply: Reply = self.create_endpoint_response(endpoint, request)
        return reply

    def get_token_grant(self, request: PscRequest) -> Any:
        """Return the grant that a token request names.

        Raises:
            UnsupportedGrantTypeError: it names one that is not offered.
        """
        try:
            return super().get_token_grant(request)
        except UnsupportedGrantTypeError:
            # Authlib's own error has no description
            error = UnsupportedGrantTypeError(request.payload.grant_type)
            error.description = f"grant_type={quoted(request.payload.grant_type)} is not supported."
            raise error from None

    def save_token(self, token: dict[str, Any], request: PscRequest) -> None:
        """Do nothing: :meth:`issue` remembers what it makes."""

    # -- who is who

    def holder(self, grant: Grant) -> Person | None:
        """Return the person of a grant."""
        return self.directory.find(grant.idnat)

    # -- Authlib's framework hooks

    def authenticate_client(self, request: PscRequest, methods: list[str], endpoint: str = "token") -> Client:
        """Return the portal that a back-channel request comes from.

        Raises:
            InvalidClientError: with what was wrong; Authlib's own only lists methods.
        """
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            error.description = why_refused(request)
            raise
        return client

    def create_oauth2_request(self, request: Exchange | PscRequest) -> PscRequest:
        """Return the exchange in Authlib's shape."""
        return request if isinstance(request, PscRequest) else PscRequest(request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Reply:
        """Return Authlib's answer as a value."""
        return Reply(status=status, body=body if body is not None else "", headers=tuple(headers or ()))

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Reply:
        """Return an OAuth error: a redirect when it may go to the portal, JSON otherwise (RFC 6749 4.1.2.1, 5.2)."""
        error = with_remedy(error)
        if error.redirect_uri and isinstance(request, PscRequest):
            state = request.payload.state
            pairs: Pairs = (*error.get_body(), *((("state", state),) if state and not error.state else ()))
            return self.authorization_redirect(request.exchange, error.redirect_uri, pairs)
        reply: Reply = super().handle_error_response(request, error)
        if isinstance(error, InvalidClientError) and reply.status == UNAUTHORIZED:
            # in place of Authlib's challenge, which lacks the realm that RFC 7617 2 requires
            kept = [pair for pair in reply.headers if pair[0] != "WWW-Authenticate"]
            reply = replace(reply, headers=(*kept, ("WWW-Authenticate", 'Basic realm="psc"')))
        return reply

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody: the shell keeps the journal."""


def _no_grant_type(exchange: Exchange) -> str:
    """Say that ``grant_type`` is missing, and why it may be: only a form is read (RFC 6749 3.2, appendix B)."""
    kind = exchange.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in {"", FORM}:
        return "grant_type is missing in the body."
    return f"grant_type is missing in the body: send it as {FORM}, not as {quoted(kind)}."
