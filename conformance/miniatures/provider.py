"""The portal's side of the protocol: Authlib's Flask client, told what PSC wants and to trust nothing else."""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.hop import trusted
from conformance.miniatures.answers import USERINFO_WHIMS, HttpAnswer
from conformance.miniatures.certificate import redeem
from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused
from conformance.miniatures.rules import suffer
from conformance.miniatures.signatures import read_object
from conformance.miniatures.token_response import ANSWER_WHIMS, check_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from conformance.miniatures.config import PortalConfig

_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint")


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
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_at = 0.0
        self._keys: tuple[RSAKey, ...] = ()
        self._refetched_at: float | None = None
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
                "verify": trusted(),
                "max_redirects": 0,
            },
        )

    def begin(self, leads_to: str = "/") -> tuple[str, Pending]:
        """Return the address of an authorization request (OIDC-CORE 3.1.2.1) and what its answer must fit.

        Args:
            leads_to: where the person goes once logged in.

        Raises:
            Refused: the provider cannot be discovered.
        """
        self._discover()
        # Authlib's own nonce has 119 bits; the recommendation is at least 128.
        fresh = secrets.token_hex if self._config.hexadecimal else secrets.token_urlsafe
        state = secrets.token_hex(4) if self._defect is Defect.SENDS_SHORT_STATE else fresh(32)
        nonce = hashlib.sha256(state.encode()).hexdigest() if self._defect is Defect.DERIVES_NONCE else fresh(32)
        request = self._client.create_authorization_url(
            self._config.callback_url, state=state, nonce=nonce, **self._more()
        )
        url, sent = request["url"], nonce
        if self._defect is Defect.FORGETS_NONCE:
            url, sent = _without(url, "nonce"), ""
        return url, Pending(
            state=state, nonce=sent or None, code_verifier=request.get("code_verifier"), leads_to=leads_to
        )

    def _more(self) -> dict[str, str]:
        """Return what an authorization request carries besides what OAuth knows."""
        level = {} if self._defect is Defect.FORGETS_ACR_VALUES else {"acr_values": "eidas1"}
        prompt = {"prompt": "login"} if self._config.asks_to_prompt else {}
        secret = {"client_secret": self._config.client_secret} if self._defect is Defect.SENDS_SECRET_BY_BROWSER else {}
        return {**level, **prompt, **secret}

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
        answer = self._ask(
            lambda: self._client.fetch_access_token(redirect_uri=self._config.callback_url, code=code, **proof)
        )
        return check_tokens(answer, self._defect)

    def userinfo(self, access_token: str) -> Userinfo:
        """Return the userinfo answer (OIDC-CORE 5.3).

        Raises:
            Refused: the provider answers anything but a JSON object, or not at all.
        """
        endpoint = self._discover()["userinfo_endpoint"]
        if self._defect is Defect.SENDS_TOKEN_IN_ADDRESS:
            endpoint += "?" + urlencode({"access_token": access_token})
        # Without its lifetime: Authlib takes a token of 60 s, as PSC gave them once, for one that has expired already.
        token = {"access_token": access_token, "token_type": "Bearer"}
        ask = self._client.post if self._config.userinfo_by_post else self._client.get
        answer = self._answer(lambda: ask(endpoint, token=token))
        suffer(USERINFO_WHIMS, answer, self._defect)
        self._good(answer)
        claims, twice = self._ask(lambda: read_object(answer.body.decode()))
        return Userinfo(claims=claims, twice=twice)

    def keys(self) -> Sequence[RSAKey]:
        """Return the provider's RS256 keys, fetched if there are none yet (RFC 7517 5)."""
        with self._lock:
            known = () if self._config.keys_every_time else self._keys
        return known or self._fetch_keys()

    def refetched_keys(self) -> Sequence[RSAKey]:
        """Return the keys fetched anew, unless that was done a moment ago: random kids must not become a flood."""
        with self._lock:
            now, last = self._monotonic(), self._refetched_at
            if last is not None and now - last < self._config.jwks_cooldown_seconds:
                return self._keys
            self._refetched_at = now
        return self._fetch_keys()

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
                auth = session.client_auth(session.token_endpoint_auth_method)
                answer: requests.Response = session.request("POST", address, withhold_token=True, data=form, auth=auth)
                return answer

        return self._answer(send)

    def _watch(self, session: Any) -> None:
        def look(response: requests.Response) -> requests.Response:
            suffer(ANSWER_WHIMS, HttpAnswer.of(response), self._defect)
            return response

        session.register_compliance_hook("access_token_response", look)

    def _discover(self) -> dict[str, Any]:
        """Return the discovery document of the configured issuer and of no other (OIDC Discovery 4.3)."""
        with self._lock:
            fresh = self._metadata and self._monotonic() - self._metadata_at < self._config.metadata_seconds
            if fresh:
                return self._metadata
        document = self._json(lambda: self._fetch(self._config.discovery_url))
        if document.get("issuer") != self._config.issuer or any(
            not isinstance(document.get(key), str) for key in _NEEDED
        ):
            raise Refused(Reason.PROVIDER_ANSWER)
        with self._lock:
            self._metadata, self._metadata_at = document, self._monotonic()
            # Only what is needed: Authlib passes every member on to its HTTP session.
            self._client.server_metadata = {key: document[key] for key in _NEEDED}
        return document

    def keys_from(self, address: str) -> Sequence[RSAKey]:
        """Return the keys published at an address, whoever named it; a correct portal does not call this."""
        listed = self._json(lambda: self._fetch(address)).get("keys")
        if not isinstance(listed, list):
            raise Refused(Reason.PROVIDER_ANSWER)
        return tuple(key for one in listed if (key := _signing_key(one)) is not None)

    def _fetch_keys(self) -> Sequence[RSAKey]:
        keys = self.keys_from(self._discover()["jwks_uri"])
        with self._lock:
            self._keys = tuple(keys)
        return keys

    def _fetch(self, url: str) -> requests.Response:
        with self._client._get_session() as session:  # noqa: SLF001  # Authlib's own way to fetch without a token
            response: requests.Response = session.request("GET", url, withhold_token=True)
            return response

    def _json(self, request: Callable[[], requests.Response]) -> dict[str, Any]:
        answer = self._good(self._answer(request))
        document = self._ask(lambda: answer.document)
        if not isinstance(document, dict):
            raise Refused(Reason.PROVIDER_ANSWER)
        return document

    def _answer(self, request: Callable[[], requests.Response]) -> HttpAnswer:
        return HttpAnswer.of(self._ask(request))

    @staticmethod
    def _good(answer: HttpAnswer) -> HttpAnswer:
        if answer.status >= 500:  # noqa: PLR2004  # RFC 9110 15.6
            raise Refused(Reason.PROVIDER_DOWN)
        if answer.status != 200:  # noqa: PLR2004  # RFC 9110 15.3.1
            raise Refused(Reason.PROVIDER_ANSWER)
        return answer

    @staticmethod
    def _ask(call: Callable[[], Any]) -> Any:
        """Turn every way in which a provider can fail into a refusal; Authlib lets most of them through."""
        try:
            return call()
        except OAuthError as error:
            raise Refused(Reason.CODE) from error
        except (requests.exceptions.JSONDecodeError, requests.TooManyRedirects) as error:
            raise Refused(Reason.PROVIDER_ANSWER) from error
        except requests.RequestException as error:
            raise Refused(Reason.PROVIDER_DOWN) from error
        except (AuthlibBaseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Refused(Reason.PROVIDER_ANSWER) from error


def _signing_key(member: object) -> RSAKey | None:
    """Read one key of the set; keys for other purposes, and keys that are none, are left aside (RFC 7517 5)."""
    if not isinstance(member, dict) or member.get("kty") != "RSA":
        return None
    if member.get("use", "sig") != "sig" or member.get("alg", "RS256") != "RS256":
        return None
    try:
        return RSAKey.import_key(member)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _without(url: str, name: str) -> str:
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), parts.fragment))
