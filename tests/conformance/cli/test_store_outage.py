"""A Redis that goes away while `serve` runs, comes back, or comes back empty: what everybody is told, what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests

from conformance.workstation import PASSWORD
from mock_idp.web.typesetting import typeset
from tests.conformance.cli.served import PATIENCE, run, serve
from tests.redis_server import redis_server

if TYPE_CHECKING:
    from tests.conformance.cli.served import Served

pytestmark = [pytest.mark.integration, pytest.mark.requires("redis-server")]

IDNAT = "899799000015"
PASS = "hunter2"
REALM = "/auth/realms/esante-wallet"
PROTOCOL = REALM + "/protocol/openid-connect"
ASKED = urlencode({"response_type": "code", "client_id": "portail", "scope": "openid scope_all", "state": "s" * 32})


class Caller:
    """A portal's server, a script and a browser, before one provider."""

    def __init__(self, served: Served) -> None:
        """Know the addresses, the portal's secret, and a refresh token."""
        self.base = served.told("Discovery").partition("/auth/")[0]
        self.wallet = served.told("Simulated phone").removesuffix("/phone/")
        self.secret = served.told("client_secret")
        self.control("POST", "/phones", {"idnat": IDNAT, "password": PASSWORD})
        self.tokens = self.control("POST", "/mint", {"client_id": "portail", "idnat": IDNAT}).json()

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Call the control API."""
        return requests.request(method, f"{self.base}/_control/v1{path}", json=body, timeout=PATIENCE)

    def back(self, method: str, path: str, **form: str) -> requests.Response:
        """Call the back channel as the portal."""
        return requests.request(method, self.base + path, data=form, auth=("portail", self.secret), timeout=PATIENCE)

    def refresh(self) -> requests.Response:
        """Refresh the token."""
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        return self.back("POST", PROTOCOL + "/token", **form)

    def page(self, path: str, language: str = "en") -> requests.Response:
        """Open a page of the wallet."""
        headers = {"Accept-Language": language}
        return requests.get(self.wallet + path, headers=headers, timeout=PATIENCE, allow_redirects=False)

    def protocol(self) -> list[requests.Response]:
        """Call every endpoint that a portal calls."""
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        hint = {"login_hint": IDNAT, "binding_message": "42", "acr_values": "eidas1", "scope": "openid scope_all"}
        return [
            self.refresh(),
            self.back("POST", PROTOCOL + "/token/introspect", token=self.tokens["access_token"]),
            self.back("POST", PROTOCOL + "/revoke", token="unknown"),
            self.back("POST", PROTOCOL + "/ext/ciba/auth", **hint),
            self.back("GET", PROTOCOL + "/certs"),
            self.back("GET", REALM + "/.well-known/wallet-openid-configuration"),
            requests.get(self.base + PROTOCOL + "/userinfo", headers=bearer, timeout=PATIENCE),
        ]


def test_redis_goes_away_and_comes_back() -> None:
    """503 with the store's name and the remedy, in the form that each endpoint speaks; then everything goes on."""
    with redis_server(keeps=True, password=PASS) as redis, serve("--store", redis.url) as served:
        shown = redis.url.replace(f":{PASS}@", "")
        caller = Caller(served)
        waiting = caller.page(f"/auth?{ASKED}&redirect_uri=http://127.0.0.1:8081/callback&acr_values=eidas1")
        login_page = waiting.headers["Location"].removeprefix(caller.wallet)
        before = caller.page(login_page)
        redis.stop()
        refused = caller.protocol()
        script = caller.control("GET", "/status")
        pages = {language: caller.page(login_page, language) for language in ("fr", "en")}
        command = run("mint", IDNAT, "--client-id", "portail", "--provider", caller.base, "--lang", "fr")
        redis.start()
        back = [caller.refresh(), caller.page(login_page), caller.control("GET", "/status")]
        redis.stop()
        again = caller.refresh()
        redis.forget()
        redis.start()
        emptied = [again.text, caller.refresh().json()["error_description"], caller.page(login_page).text]
        redis.stop()
        rest = served.stop()
    gone = f"{shown}: Redis answers there no more (ConnectionError); start it again, the provider goes on by itself"
    disparu = f"{shown} : Redis n'y répond plus (ConnectionError) ; redémarrez-le, le fournisseur continuera"
    said = "".join([*(one.text for one in (*refused, script, *pages.values())), *emptied, command[1], rest])

    assert 200 == before.status_code
    assert {(503, "application/json", "no-store", "temporarily_unavailable", gone)} == {
        (one.status_code, one.headers["Content-Type"], one.headers["Cache-Control"], *one.json().values())
        for one in refused
    }
    assert (503, {"error": gone}) == (script.status_code, script.json())
    assert {(503, "text/html; charset=utf-8")} == {
        (one.status_code, one.headers["Content-Type"]) for one in pages.values()
    }
    assert all('data-error="store-out-of-reach"' in one.text for one in pages.values())
    assert (True, True) == (typeset(disparu).replace("'", "&#39;") in pages["fr"].text, gone in pages["en"].text)
    assert (3, True) == (command[0], gone in " ".join(command[1].split()))
    assert [200, 200, 200] == [one.status_code for one in back]
    assert all("this Redis was emptied" in one and "start" in one for one in emptied[1:])
    # whoever runs it reads it once each time, however many requests there were
    assert (2, 1, 1) == (rest.count(gone), rest.count("--store: answers again"), rest.count("was emptied"))
    assert [] == [word for word in (PASS, "Traceback", "redis.exceptions") if word in said]
