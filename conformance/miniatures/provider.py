"""The portal's side of the protocol: Authlib's Flask client, told what PSC wants and to trust nothing else."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from authlib.integrations.flask_client import OAuth

from conformance.hop import trusted
from conformance.miniatures.answers import USERINFO_WHIMS, HttpAnswer
from conformance.miniatures.certificate import redeem
from conformance.miniatures.defects import Defect
from conformance.miniatures.fetching import Fetcher
from conformance.miniatures.published import Published
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import Crash, suffer
from conformance.miniatures.signatures import Keyring, read_object
from conformance.miniatures.signed_userinfo import read_signed_userinfo
from conformance.miniatures.token_response import ANSWER_WHIMS, check_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests
    from flask import Flask

    from conformance.miniatures.config import PortalConfig

_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
)
_HASTY_SECONDS: Final = 0.7
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PASSED: Final = ("scope", "acr_values", "prompt", "login_hint")
_LOOKUP: Final = re.compile(r"\$\{[a-z]+:(http[^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A login that was started and waits for its answer: what the answer must fit, and where it leads."""

    state: str = field(repr=False)
    nonce: str | None = field(repr=False)
    code_verifier: str | None = field(repr=False)
    leads_to: str = "/"
    by_certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Userinfo:
    """A userinfo answer, and the names that stand in it more than once."""

    claims: dict[str, Any] = field(repr=False)
    twice: frozenset[str] = frozenset()


class Provider:
    """The provider as the portal sees it: discovery and keys fetched when first needed, so that it may start later."""

    def __init__(
        self, app: Flask, config: PortalConfig, defect: Defect | None, *, monotonic: Callable[[], float]
    ) -> None:
        """Register with Authlib; nothing is fetched yet."""
        self._config = config
        self._defect = defect
        self._client: Any = OAuth(app).register(
            "psc",
            client_id=config.client_id,
            client_secret=config.client_secret,
            compliance_fix=self._watch,
            client_kwargs={
                "scope": "openid" if defect is Defect.FORGETS_SCOPE_ALL else "openid scope_all",
                "code_challenge_method": None if defect is Defect.FORGETS_PKCE else "S256",
                "token_endpoint_auth_method": "client_secret_post" if config.secret_in_body else "client_secret_basic",
                "default_timeout": 2.0 if defect is Defect.GIVES_UP_AFTER_TWO_SECONDS else config.provider_seconds,
                # Neither a proxy nor a .netrc of the machine has a say, and no endpoint moves the code elsewhere.
                "trust_env": False,
                "verify": config.authority_file or trusted(),
                "max_redirects": 5 if defect is Defect.FOLLOWS_REDIRECT_OF_TOKEN_ENDPOINT else 0,
            },
        )
        session = self._client._get_session  # noqa: SLF001  # Authlib's own way to fetch without a token
        self._fetcher = Fetcher(session, config, defect)
        self.published = Published(self._fetcher, config, defect, monotonic=monotonic)

    @property
    def keyring(self) -> Keyring:
        """Return the provider's keys as those see them who verify tokens."""
        return Keyring(
            known=self.published.keys,
            refetched=self.published.refetched_keys,
            fetched_from=self.published.keys_from,
            client_secret=self._config.client_secret,
            shared=self.published.shared_secrets,
            short=self.published.short_keys,
            certificate_at=lambda address: self._fetcher.get(address).body,
            neighbour=self._config.issuer + "/protocol/openid-connect/stray-certs",
        )

    def begin(self, leads_to: str = "/", given: Mapping[str, str] = _NOTHING) -> tuple[str, Pending]:
        """Return the address of an authorization request (OIDC-CORE 3.1.2.1) and what its answer must fit.

        Args:
            leads_to: where the person goes once logged in.
            given: parameters that came with the click; a correct portal passes none of them on.

        Raises:
            Refused: the provider cannot be discovered.
        """
        announced = self._discover().get("code_challenge_methods_supported") or ()
        self.published.fetch_early()
        # Authlib's own nonce has 119 bits; the recommendation is at least 128.
        fresh = secrets.token_hex if self._config.hexadecimal else secrets.token_urlsafe
        state = secrets.token_hex(4) if self._defect is Defect.SENDS_SHORT_STATE else fresh(32)
        nonce = hashlib.sha256(state.encode()).hexdigest() if self._defect is Defect.DERIVES_NONCE else fresh(32)
        request = self._client.create_authorization_url(
            self._config.callback_url, state=state, nonce=nonce, **self._more(given)
        )
        url, sent, verifier = request["url"], nonce, request.get("code_verifier")
        if self._defect is Defect.DROPS_PKCE_WHEN_UNANNOUNCED and "S256" not in announced:
            url, verifier = _without(_without(url, "code_challenge"), "code_challenge_method"), None
        if self._defect is Defect.FORGETS_NONCE:
            url, sent = _without(url, "nonce"), ""
        return url, Pending(state=state, nonce=sent or None, code_verifier=verifier, leads_to=leads_to)

    def _more(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return what an authorization request carries besides what OAuth knows."""
        level = {} if self._defect is Defect.FORGETS_ACR_VALUES else {"acr_values": "eidas1"}
        prompt = {"prompt": "login"} if self._config.asks_to_prompt else {}
        secret = {"client_secret": self._config.client_secret} if self._defect is Defect.SENDS_SECRET_BY_BROWSER else {}
        passed = {name: given[name] for name in _PASSED if name in given}
        return {**level, **prompt, **secret, **(passed if self._defect is Defect.PASSES_PARAMETERS_ON else {})}

    def advertises_issuer(self) -> bool:
        """Tell whether the provider says that its responses carry ``iss`` (RFC 9207 3)."""
        return self._discover().get("authorization_response_iss_parameter_supported") is True

    def redeem(self, code: str, pending: Pending) -> dict[str, Any]:
        """Return the token response for a code (OIDC-CORE 3.1.3).

        Raises:
            Refused: the provider refuses the code, answers something else, or not at all.
        """
        document = self._discover()
        proof = {"code_verifier": pending.code_verifier} if pending.code_verifier else {}
        if pending.by_certificate and self._defect is not Defect.SENDS_SECRET_FOR_CERTIFICATE:
            return check_tokens(redeem(self._config, document, {"code": code, **proof}, self._defect), self._defect)
        if self._defect is Defect.SENDS_SECRET_TWICE:
            proof["client_secret"] = self._config.client_secret
        try:
            answer = self._fetcher.ask(
                lambda: self._client.fetch_access_token(redirect_uri=self._config.callback_url, code=code, **proof)
            )
        except Refused as refusal:
            if refusal.reason is Reason.CODE and self._defect is Defect.CRASHES_ON_LATE_CODE:
                raise Crash from None
            raise
        return check_tokens(answer, self._defect)

    def renew(self, refresh_token: str) -> dict[str, Any]:
        """Return the token response for a refresh token (RFC 6749 6).

        Raises:
            Refused: the provider refuses it, answers something else, or not at all.
        """
        endpoint = self._discover()["token_endpoint"]

        def refresh() -> Any:
            with self._client._get_oauth_client() as session:  # noqa: SLF001  # Authlib's client refreshes only by itself
                return session.refresh_token(endpoint, refresh_token=refresh_token)

        answer = self._fetcher.ask(refresh)
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise Refused(Reason.PROVIDER_ANSWER)
        return answer

    def userinfo(self, access_token: str) -> Userinfo:
        """Return the userinfo answer (OIDC-CORE 5.3).

        Raises:
            Refused: the provider answers anything but a JSON object or a token that holds, or not at all.
        """
        answer = self.asked(access_token)
        suffer(USERINFO_WHIMS, answer, self._defect)
        self._fetcher.good(answer)
        if answer.is_token:
            claims, twice = read_signed_userinfo(answer.body, self.keyring, config=self._config, defect=self._defect)
        else:
            claims, twice = self._fetcher.ask(lambda: read_object(answer.body.decode()))
        if self._defect is Defect.RESOLVES_LOOKUPS:
            for address in _LOOKUP.findall(str(claims.get("family_name"))):
                self._fetcher.get(address)
        return Userinfo(claims=claims, twice=twice)

    def asked(self, access_token: str) -> HttpAnswer:
        """Return what userinfo answers to an access token, whatever that is.

        Raises:
            Refused: nothing.
        """
        endpoint = self._discover()["userinfo_endpoint"]
        if self._defect is Defect.SENDS_TOKEN_IN_ADDRESS:
            endpoint += ("&" if "?" in endpoint else "?") + urlencode({"access_token": access_token})
        # Without its lifetime: Authlib takes a token of 60 s, as PSC gave them once, for one that has expired already.
        token = {"access_token": access_token, "token_type": "Bearer"}
        ask = self._client.post if self._config.userinfo_by_post else self._client.get
        hasty = self._defect is Defect.HAS_NO_PATIENCE_FOR_USERINFO
        limits = {"timeout": _HASTY_SECONDS} if hasty else {}
        try:
            return self._fetcher.answer(lambda: ask(endpoint, token=token, **limits))
        except Refused:
            if hasty:
                raise Crash from None
            raise

    def logout_url(self, id_token: str, state: str) -> str:
        """Return the address that ends the session at the provider (RP-Initiated Logout 1.0, 2).

        Raises:
            Refused: the provider cannot be discovered.
        """
        self._discover()
        home = self._config.logged_out_url
        request = self._client.create_logout_url(
            post_logout_redirect_uri=home + "-elsewhere" if self._defect is Defect.LOGS_OUT_TO_UNREGISTERED else home,
            id_token_hint=id_token,
            state=state,
        )
        url = str(request["url"])
        if self._defect is Defect.LOGS_OUT_WITHOUT_RETURN:
            return _without(_without(url, "post_logout_redirect_uri"), "state")
        return url

    def post(self, endpoint: str, form: dict[str, str]) -> HttpAnswer:
        """Return what an endpoint of the discovery document answers to a form, the portal authenticated.

        Raises:
            Refused: there is no such endpoint, or no answer.
        """
        address = self._discover().get(endpoint)
        if not isinstance(address, str):
            raise Refused(Reason.PROVIDER_ANSWER)

        def send() -> requests.Response:
            with self._client._get_oauth_client() as session:  # noqa: SLF001  # Authlib's way to fetch as this client
                self._fetcher.bound(session)
                auth = session.client_auth(session.token_endpoint_auth_method)
                answer: requests.Response = session.request("POST", address, withhold_token=True, data=form, auth=auth)
                return answer

        return self._fetcher.answer(send)

    def _watch(self, session: Any) -> None:
        def look(response: requests.Response) -> requests.Response:
            suffer(ANSWER_WHIMS, HttpAnswer.of(response), self._defect)
            return response

        self._fetcher.bound(session)
        session.register_compliance_hook("access_token_response", look)

    def _discover(self) -> dict[str, Any]:
        """Return the discovery document of the configured issuer and of no other (OIDC Discovery 4.3)."""
        document = self.published.metadata()
        # Only what is needed: Authlib passes every member on to its HTTP session.
        self._client.server_metadata = {key: document[key] for key in _ENDPOINTS}
        return document


def _without(url: str, name: str) -> str:
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), parts.fragment))
