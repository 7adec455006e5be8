"""Where `serve` remembers, tried on the command itself: a desk that lasts, and two processes that are one provider."""

from __future__ import annotations

import re
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from conformance.browser import Browser
from conformance.cli.lasting import open_store, store_for
from conformance.cli.options import UsageError
from conformance.control import Control
from conformance.miniatures.server import free_port
from conformance.origins import origin_host
from conformance.workstation import PASSWORD, Phone
from mock_idp.store import MemoryStore, StoreError
from mock_idp.store.sqlite import SqliteStore
from tests.conformance.cli.served import PATIENCE, serve
from tests.redis_server import running_redis

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.page import Page

IDNAT = "899799000015"
CALLBACK = "http://127.0.0.1:8081/callback"
QUESTION = {"response_type": "code", "client_id": "portail", "redirect_uri": CALLBACK, "scope": "openid scope_all"}
QUESTION |= {"acr_values": "eidas1", "state": "s" * 32, "nonce": "n" * 32}


def begin(browser: Browser, wallet: str) -> Page:
    """Come from the portal and ask somebody's phone."""
    page = browser.open(f"{wallet}/auth?{urlencode(QUESTION)}")
    return browser.submit(page.form("ecps"), identifiant=IDNAT)


def code_of(page: Page) -> str:
    """Return the code that the browser was sent back to the portal with."""
    assert page.stopped_at is not None, page.text
    assert page.stopped_at.startswith(CALLBACK), page.stopped_at
    return dict(parse_qsl(urlsplit(page.stopped_at).query))["code"]


def tokens(document: dict[str, Any], secret: str, **form: str) -> dict[str, Any]:
    """Ask the token endpoint."""
    answer = requests.post(document["token_endpoint"], data=form, auth=("portail", secret), timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


@pytest.mark.integration
def test_a_desk_lasts(tmp_path: Path) -> None:
    """Phone, a login that waits for it, session, tokens, keys, newcomers and portals are there after a restart."""
    kept, port = tmp_path / "desk.sqlite", str(free_port())
    arguments = ("--store", f"sqlite:{kept}", "--port", port)
    with serve(*arguments) as first:
        base, wallet, secret = f"http://127.0.0.1:{port}", f"http://localhost:{port}", first.told("client_secret")
        computer = Browser(frozenset({origin_host(wallet)}))
        with closing(Control(base)) as control:
            device = control.phone(IDNAT, PASSWORD)
            newcomer = control.person(persona="medecin-liberal", password="1234", identity_claim="SubjectNameID")
            control.register("autre", "s3cret", [CALLBACK], [])
        phone = Phone(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet).activated(device)
        waiting = begin(computer, wallet)
        early = tokens(first.discovery, secret, **minted(base))
        published = requests.get(first.discovery["jwks_uri"], timeout=PATIENCE).json()
        first.stop()
    with serve(*arguments) as second:
        document = second.discovery
        phone.approve(waiting.data("number") or "")
        code = code_of(computer.submit(waiting.form("continue")))
        late = tokens(document, secret, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        again = tokens(document, secret, grant_type="refresh_token", refresh_token=early["refresh_token"])
        known = [requests.get(f"{base}/_control/v1/{what}", timeout=PATIENCE).json() for what in ("people", "clients")]
        same = requests.get(document["jwks_uri"], timeout=PATIENCE).json()
        second.stop()
    with serve(*arguments) as third:
        # the session of the browser stands, so nobody is asked
        silent = computer.open(f"{wallet}/auth?{urlencode(QUESTION | {'prompt': 'none'})}")
        third.stop()

    assert secret == second.told("client_secret") == third.told("client_secret")
    assert {"id_token", "refresh_token"} <= late.keys() & again.keys()
    assert published == same
    assert newcomer.idnat in [person["idnat"] for person in known[0]["people"]]
    assert "autre" in [client["client_id"] for client in known[1]["clients"]]
    assert code_of(silent)
    assert 0o600 == stat.S_IMODE(kept.stat().st_mode)


def minted(base: str) -> dict[str, str]:
    """Return a request that refreshes a token that was made without a login."""
    made = requests.post(f"{base}/_control/v1/mint", json={"client_id": "portail", "idnat": IDNAT}, timeout=PATIENCE)
    return {"grant_type": "refresh_token", "refresh_token": made.json()["refresh_token"]}


@pytest.mark.integration
@pytest.mark.requires("redis-server")
def test_two_processes_are_one_provider() -> None:
    """A login that begins at one ends at the other, whose tokens the first knows; they share keys and clock."""
    ports = (free_port(), free_port())
    # a proxy in front would spread requests: here each process is called by the public name at its own port
    with running_redis() as url, serve(*shared(url, ports[0])) as one, serve(*shared(url, ports[1])) as other:
        secret = one.told("client_secret")
        device = call(ports[0], "POST", "/_control/v1/phones", json={"idnat": IDNAT, "password": PASSWORD}).json()
        moved = call(ports[0], "POST", "/_control/v1/clock", json={"advance": 86_400}).json()["now"]
        seen = call(ports[1], "GET", "/_control/v1/status").json()["now"]
        made = call(ports[0], "POST", "/_control/v1/mint", json={"client_id": "portail", "idnat": IDNAT}).json()
        refreshed = call(
            ports[1],
            "POST",
            "/auth/realms/esante-wallet/protocol/openid-connect/token",
            data={"grant_type": "refresh_token", "refresh_token": made["refresh_token"]},
            auth=("portail", secret),
        ).json()
        who = call(
            ports[0],
            "GET",
            "/auth/realms/esante-wallet/protocol/openid-connect/userinfo",
            headers={"Authorization": f"Bearer {refreshed['access_token']}"},
        ).json()
        keys = [call(port, "GET", "/auth/realms/esante-wallet/protocol/openid-connect/certs").json() for port in ports]
        page = call(ports[0], "GET", "/auth", params=QUESTION, allow_redirects=False)
        shown = call(ports[1], "GET", page.headers["Location"].removeprefix(PUBLIC))
        other.stop()

    assert secret == other.told("client_secret")
    assert device["device"]
    assert moved[:13] == seen[:13]
    assert IDNAT == who["SubjectNameID"]
    assert keys[0] == keys[1]
    assert (303, 200, True) == (page.status_code, shown.status_code, 'name="ecps"' in shown.text)


PUBLIC = "http://psc.test"


def shared(url: str, port: int) -> tuple[str, ...]:
    """Return the options of a process that shares everything with another."""
    return ("--store", url, "--port", str(port), "--public-url", PUBLIC)


def call(port: int, method: str, path: str, **rest: Any) -> requests.Response:
    """Call one of the processes by their public name."""
    headers = {"Host": "psc.test", **rest.pop("headers", {})}
    return requests.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, timeout=PATIENCE, **rest)


def test_memory_is_the_default() -> None:
    """Nothing is written."""
    with open_store("memory") as store:
        assert isinstance(store, MemoryStore)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sqlite:", "'sqlite' is no store; write memory, sqlite:FILE or redis://HOST:PORT/0"),
        ("psc.sqlite", "'psc.sqlite' is no store"),
        ("postgres://user:hunter2@db/psc", "'postgres' is no store"),
        (
            "sqlite:/no/such/folder/psc.sqlite",
            "/no/such/folder/psc.sqlite: cannot be opened (No such file or directory)",
        ),
        ("sqlite:{text}", "{text}: is no store of ours (file is not a database)"),
        ("sqlite:{other}", "{other}: was written by another version of this program; name another file"),
        ("redis://:hunter2@127.0.0.1:{port}/0", "redis://127.0.0.1:{port}/0: no Redis answers there"),
        ("redis://:hunter2@127.0.0.1:x/0", "redis://127.0.0.1:x/0: is no address"),
    ],
)
def test_a_store_that_cannot_be_used(tmp_path: Path, written: str, said: str) -> None:
    """What is wrong and what to write; a password in the address is never shown."""
    (tmp_path / "text").write_text("no database at all, however long this text is" * 50)
    with open_store(f"sqlite:{tmp_path / 'other'}") as store:
        assert isinstance(store, SqliteStore)
        store._file.execute("UPDATE about SET shape = 'of another day'")
    places = {"text": tmp_path / "text", "other": tmp_path / "other", "port": free_port()}

    with pytest.raises(UsageError, match=re.escape("--store: " + said.format(**places))) as told:
        open_store(written.format(**places))
    assert "hunter2" not in str(told.value)


def test_a_store_that_goes_away_while_serve_begins() -> None:
    """The option is named, as when it cannot be opened."""
    with pytest.raises(UsageError, match=r"^--store: r: gone; start it$"), store_for("memory"):
        raise StoreError("r : parti ; démarrez-le", "r: gone; start it")


def test_without_the_package_redis_is_not_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said."""
    monkeypatch.setitem(sys.modules, "mock_idp.store.redis", None)

    with pytest.raises(UsageError, match=r"install psc-conformance\[redis\]"):
        open_store("redis://127.0.0.1:6379/0")
