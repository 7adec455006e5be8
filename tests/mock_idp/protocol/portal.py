"""A portal and a provider at the level of values: requests in, replies out, a clock moved by hand."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from joserfc import jws
from joserfc.jwk import KeySet

from mock_idp.artefacts import CompactToken, Fields
from mock_idp.directory import Directory
from mock_idp.people import builtin_people
from mock_idp.protocol import Client, Exchange, PscServer, Reply
from mock_idp.protocol.exchange import FormPost
from mock_idp.protocol.tokens import Grant
from mock_idp.settings import Settings
from mock_idp.store import MemoryStore

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IDNAT = "899799000015"
CALLBACK = "https://portal.example/callback"
SECRET = "s3cr3t:with +signs%"
PORTAL = Client(
    client_id="portal",
    client_secret=SECRET,
    redirect_uris=(CALLBACK, "https://portal.example/other?kept=1"),
    post_logout_redirect_uris=("https://portal.example/bye",),
)
NEIGHBOUR = Client(client_id="neighbour", client_secret="other", redirect_uris=("https://neighbour.example/cb",))
QUESTION = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": CALLBACK,
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "st4te",
    "nonce": "n0nce",
}


class Counted:
    """Entropy that is never the same twice and the same in every run."""

    def __init__(self) -> None:
        """Start at one."""
        self._next = itertools.count(1)

    def token(self, octets: int = 32) -> str:
        """Return the next text."""
        return f"token-{next(self._next):04d}-{octets}"

    def uuid(self) -> str:
        """Return the next UUID-like text."""
        return f"00000000-0000-4000-8000-{next(self._next):012d}"


def basic(client_id: str = "portal", secret: str = SECRET) -> dict[str, str]:
    """Return a Basic header with form-encoded credentials (RFC 6749 2.3.1)."""
    text = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def body_of(reply: Reply) -> dict[str, Any]:
    """Return the members of a JSON answer."""
    if isinstance(reply.body, Fields):
        return dict(reply.body.pairs)
    assert not isinstance(reply.body, str | FormPost | CompactToken), reply
    return dict(reply.body)


def query_of(reply: Reply) -> dict[str, str]:
    """Return the parameters of a redirect, each of which stands once."""
    pairs = parse_qsl(urlsplit(reply.location or "").query, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)


@dataclass(kw_only=True)
class World:
    """A provider, its time, and what a portal does with it."""

    keys: SigningKeys
    settings: Settings = field(default_factory=Settings)
    now: datetime = NOON
    logins: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Start with two portals and the built-in people."""
        self.entropy = Counted()
        self.store = MemoryStore()
        self.server = PscServer(
            settings=self.settings, store=self.store, keys=self.keys, directory=Directory(builtin_people())
        )
        self.server.register_client(PORTAL)
        self.server.register_client(NEIGHBOUR)

    def exchange(self, **members: Any) -> Exchange:
        """Return a request of this moment."""
        moment: dict[str, Any] = {
            "method": "GET",
            "url": "http://127.0.0.1/x",
            "now": self.now,
            "entropy": self.entropy,
        }
        return Exchange(**{**moment, **members})

    def question(self, **changes: str | None) -> Exchange:
        """Return an authorization request; a change to None leaves the parameter out."""
        asked = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
        return self.exchange(query=tuple(asked.items()))

    def approve(self, idnat: str = IDNAT, *, session_id: str | None = None, **changes: str | None) -> Reply:
        """Answer an authorization request for a person who approved it."""
        number = next(self.logins)
        grant = Grant(
            login_id=f"login-{number}",
            session_id=session_id or f"session-{number}",
            client_id=changes.get("client_id") or "portal",
            idnat=idnat,
            scope="",
            nonce=None,
            auth_time=self.now,
        )
        return self.server.answer_authorization(self.question(**changes), grant)

    def code(self, idnat: str = IDNAT, **changes: str | None) -> str:
        """Return the code of a login that went well."""
        return query_of(self.approve(idnat, **changes))["code"]

    def post(self, form: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
        """Answer a token request."""
        return self.server.token(
            self.exchange(method="POST", form=tuple(form.items()), headers=basic() if headers is None else headers)
        )

    def redeem(self, code: str, headers: dict[str, str] | None = None, **changes: str) -> Reply:
        """Exchange a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
        return self.post(form, headers)

    def refresh(self, refresh_token: str, headers: dict[str, str] | None = None, **changes: str) -> Reply:
        """Use a refresh token."""
        return self.post({"grant_type": "refresh_token", "refresh_token": refresh_token, **changes}, headers)

    def tokens(self, idnat: str = IDNAT, **changes: str | None) -> dict[str, Any]:
        """Return the token response of a login that went well."""
        reply = self.redeem(self.code(idnat, **changes))
        assert reply.status == 200, reply.body
        return body_of(reply)

    def later(self, **delta: float) -> None:
        """Move the clock."""
        self.now += timedelta(**delta)

    def with_settings(self, **changes: Any) -> None:
        """Run under other settings from now on."""
        self.settings = replace(self.settings, **changes)
        self.server.settings = self.settings

    def claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature verifies with the published keys."""
        known = KeySet.import_key_set(json.loads(json.dumps(self.keys.published)))
        read: dict[str, Any] = json.loads(jws.deserialize_compact(token, known, algorithms=["RS256"]).payload)
        return read
