"""A provider of a hundred lines, honest unless a test asks for a lie: enough for a portal to log in (FICTIF)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENT, SECRET = "portail-fictif", "secret-fictif"
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "k1"})

Change = dict[str, Any]


def _leave(_: Change) -> None:
    """Change nothing."""


def segment(value: Change) -> str:
    """Return one part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(token: str, alg: str = "none") -> str:
    """Return the token with another algorithm in its header and no signature (RFC 7518 3.6)."""
    return f"{segment({'alg': alg, 'kid': 'k1'})}.{token.split('.')[1]}."


@dataclass(kw_only=True)
class Lie:
    """What is changed on the way out; nothing by default."""

    response: Callable[[Change], None] = _leave
    header: Callable[[Change], None] = _leave
    claims: Callable[[Change], None] = _leave
    signed: Callable[[str], str] = str
    key: RSAKey = field(default_factory=lambda: KEY)
    tokens: Callable[[Change], None] = _leave
    userinfo: Callable[[Change], None] = _leave
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)


@dataclass(kw_only=True)
class TinyProvider:
    """What it says, and what it was asked."""

    base: str = ""
    lie: Lie = field(default_factory=Lie)
    published: list[RSAKey] = field(default_factory=lambda: [KEY])
    requests: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    people: int = 0

    @property
    def discovery_url(self) -> str:
        """Address of the discovery document."""
        return self.base + "/.well-known/wallet-openid-configuration"

    def authorize(self, url: str) -> str:
        """Approve an authorization request as a fresh person and return the callback address."""
        asked = dict(parse_qsl(urlsplit(url).query))
        self.requests.append(asked)
        self.people += 1
        code = f"code-{self.people}"
        self.codes[code] = {**asked, "idnat": f"8997{self.people:08d}"}
        response = {"code": code, "state": asked.get("state", ""), "iss": self.base}
        self.lie.response(response)
        return asked["redirect_uri"] + "?" + urlencode(response)

    def respond(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Change]:
        """Answer a back-channel request."""
        if path.startswith("/.well-known/"):
            endpoints = ("authorization", "token", "userinfo", "end_session")
            document = {f"{name}_endpoint": f"{self.base}/{name}" for name in endpoints}
            return 200, {
                "issuer": self.base,
                **document,
                "jwks_uri": self.base + "/certs",
                "authorization_response_iss_parameter_supported": True,
            }
        if path == "/certs":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
        if path == "/token":
            return self._redeem(form, authorization)
        if path == "/userinfo" and authorization.startswith("Bearer at-"):
            return 200, self._userinfo(self.codes[authorization.removeprefix("Bearer at-")])
        return 404, {}

    def _redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Change]:
        self.redeemed.append(form)
        asked = self.codes.get(form.get("code", ""))
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if asked is None or authorization != f"Basic {basic}" or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if asked.get("code_challenge") not in {None, verifier.rstrip("=")}:
            return 400, {"error": "invalid_grant"}
        answer = {
            "access_token": "at-" + form["code"],
            "token_type": "Bearer",
            "expires_in": 120,
            "scope": "openid scope_all",
            "session_state": "s-" + form["code"],
            "refresh_token": "rt-" + form["code"],
            "id_token": self._id_token(asked),
        }
        self.lie.tokens(answer)
        return 200, answer

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        header: Change = {"alg": "RS256", "typ": "JWT", "kid": "k1"}
        claims: Change = {
            "iss": self.base,
            "aud": CLIENT,
            "azp": CLIENT,
            "sub": "f:fictif:" + asked["idnat"],
            "iat": now,
            "exp": now + 120,
            "acr": "eidas1",
        }
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        self.lie.header(header)
        self.lie.claims(claims)
        registry = jws.JWSRegistry(algorithms=["RS256", "HS256", "RS512"], strict_check_header=False)
        return self.lie.signed(jws.serialize_compact(header, json.dumps(claims), self.lie.key, registry=registry))

    def _userinfo(self, asked: dict[str, str]) -> Change:
        claims: Change = {
            "sub": "f:fictif:" + asked["idnat"],
            "SubjectNameID": asked["idnat"],
            "given_name": "CAMILLE",
            "family_name": "ESSAI <b>FICTIF</b>",
            "codeCivilite": "M",
            "authMode": "MOBILE",
            "otherIds": [{"identifiant": asked["idnat"], "origine": "RPPS", "qualite": 1}],
            "SubjectRefPro": {"exercices": [{"codeProfession": "10", "activities": [{"codeModeExercice": "L"}]}]},
        }
        self.lie.userinfo(claims)
        return claims


@contextmanager
def running_provider(port: int = 0) -> Iterator[TinyProvider]:
    """Serve a tiny provider on loopback."""
    provider = TinyProvider()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.calls.append(path)
            form = dict(parse_qsl(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()))
            if path in provider.lie.answers:
                status, body = provider.lie.answers[path]
            else:
                status, answer = provider.respond(path, form, self.headers.get("Authorization", ""))
                body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the base class looks for this name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    provider.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
