"""The provider behind HTTP, without a socket: the routes are called as a browser and a portal call them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from mock_idp.settings import Settings
from mock_idp.web.app import create_app
from mock_idp.web.services import Provider
from tests.mock_idp.checked_store import CheckedStore
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, NEIGHBOUR, PORTAL, QUESTION, basic

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from mock_idp.keys import SigningKeys
    from mock_idp.store import Store

REALM = "/auth/realms/esante-wallet"
ENDPOINTS = REALM + "/protocol/openid-connect"
DISCOVERY = REALM + "/.well-known/wallet-openid-configuration"
CONTROL = "/_control/v1"


def json_of(answer: TestResponse) -> dict[str, Any]:
    """Return the JSON object of an answer; anything else fails the test."""
    assert isinstance(answer.json, dict), answer.text
    return answer.json


@dataclass(kw_only=True)
class Site:
    """A provider and one browser."""

    keys: SigningKeys
    settings: Settings = Settings()  # noqa: RUF009  frozen
    store: Store | None = None

    def __post_init__(self) -> None:
        """Start with two portals."""
        self.provider = Provider(settings=self.settings, keys=self.keys, store=self.store or CheckedStore())
        self.provider.server.register_client(PORTAL)
        self.provider.server.register_client(NEIGHBOUR)
        self.app = create_app(self.provider)
        self.browser = self.app.test_client()
        self.numbers = itertools.count(1)

    def call(
        self, method: str, path: str, *, wallet: bool = False, browser: FlaskClient | None = None, **rest: Any
    ) -> TestResponse:
        """Send a request to the issuer host, or to the wallet host."""
        base = self.settings.wallet_base if wallet else self.settings.issuer_base
        return (browser or self.app.test_client()).open(path, method=method, base_url=base, buffered=True, **rest)

    def control(self, method: str, path: str, body: Any = None, **rest: Any) -> TestResponse:
        """Call the control API."""
        return self.call(method, CONTROL + path, **({} if body is None else {"json": body}), **rest)

    def ask(self, browser: FlaskClient | None = None, **changes: str | None) -> TestResponse:
        """Send a browser to the authorization endpoint."""
        asked = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
        return self.call("GET", "/auth", wallet=True, browser=browser or self.browser, query_string=asked)

    def begin(self, **changes: str | None) -> str:
        """Begin a login and return its id."""
        answer = self.ask(self.browser, **changes)
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.location).query)["login"][0]

    def code(self, idnat: str = IDNAT, **changes: str | None) -> str:
        """Return the code of a login that went well."""
        reply = self.provider.complete(self.begin(**changes), idnat, lambda _: None)
        return dict(parse_qsl(urlsplit(reply.location or "").query))["code"]

    def redeem(self, code: str, headers: dict[str, str] | None = None, **changes: str) -> TestResponse:
        """Exchange a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
        return self.call("POST", ENDPOINTS + "/token", data=form, headers=basic() if headers is None else headers)

    def tokens(self, idnat: str = IDNAT, **changes: str | None) -> dict[str, Any]:
        """Return the token response of a login that went well."""
        answer = self.redeem(self.code(idnat, **changes))
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    def userinfo(self, token: str, method: str = "GET") -> TestResponse:
        """Ask who logged in."""
        return self.call(method, ENDPOINTS + "/userinfo", headers={"Authorization": f"Bearer {token}"})
