"""`serve --tls`: everything over https at one port, to clients that trust nothing but the file it shows."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from conformance.browser import Browser
from conformance.control import Control
from conformance.origins import origin_host
from conformance.workstation import PASSWORD
from tests.conformance.cli.served import PATIENCE, serve

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

IDNAT = "899799000015"
CALLBACK = "http://127.0.0.1:8081/callback"


def test_a_login_over_https_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Browser, portal's server and the small portal reach everything over TLS, under the authority that is shown."""
    asked = ("--tls", "--demo-portal", "--https-authority", str(tmp_path / "ca.pem"))
    with serve(*asked) as served, OAuth2Session("portail", served.told("client_secret"), scope="openid") as session:
        authority = served.said.partition("authority to trust: ")[2].splitlines()[0]
        monkeypatch.setenv("PSC_AUTHORITY_FILE", authority)
        session.trust_env, session.verify, session.redirect_uri = False, authority, CALLBACK
        document = session.request("GET", served.told("Discovery"), withhold_token=True, timeout=PATIENCE).json()
        issuer, wallet = (urlsplit(document[name]) for name in ("issuer", "authorization_endpoint"))
        base = f"https://{issuer.netloc}"
        with closing(Control(base)) as control:
            control.phone(IDNAT, PASSWORD)
            control.ask("POST", "/habits", {"idnat": IDNAT, "habit": "approve"})
        small = urlsplit(served.told("Small portal"))
        browser = Browser(frozenset({origin_host(f"https://{wallet.netloc}"), origin_host(small.geturl())}))
        url, state = session.create_authorization_url(document["authorization_endpoint"], acr_values="eidas1")
        back = browser.submit(browser.open(url).form("ecps"), identifiant=IDNAT).stopped_at
        tokens = session.fetch_token(
            document["token_endpoint"], authorization_response=back, state=state, timeout=PATIENCE
        )
        keys = KeySet.import_key_set(session.request("GET", document["jwks_uri"], withhold_token=True).json())
        who = session.get(document["userinfo_endpoint"], timeout=PATIENCE).json()
        known = browser.open(f"{small.geturl()}login")
        unknown_authority = refused(document["issuer"])
        plain = plain_http(issuer.port or 0)

    assert {"https"} == {urlsplit(value).scheme for value in document.values() if isinstance(value, str)}
    assert issuer.port == wallet.port
    assert (IDNAT, issuer.geturl()) == (
        who["SubjectNameID"],
        jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims["iss"],
    )
    # the session's cookie goes back over https, and the small portal's server trusted the provider
    assert (small.geturl(), True) == (known.url, IDNAT in known.text)
    assert "certificate verify failed" in unknown_authority
    assert b"200" not in plain


def refused(url: str) -> str:
    """Return why a client that trusts the usual authorities does not connect."""
    context, where = ssl.create_default_context(), urlsplit(url)
    with (
        socket.create_connection((where.hostname, where.port), timeout=PATIENCE) as line,
        pytest.raises(ssl.SSLCertVerificationError) as told,
    ):
        context.wrap_socket(line, server_hostname=where.hostname)
    return str(told.value)


def plain_http(port: int) -> bytes:
    """Return what answers plain HTTP at the port, if anything does."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            return line.recv(1 << 10)
        except ConnectionError:
            return b""
