"""What `serve` can be asked for, tried on the command itself: dates, names, certificates, tokens without a login."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.cli import main
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.miniatures.server import free_port
from mock_idp.artefacts import encode_segment
from mock_idp.protocol import Client
from tests.conformance.cli.served import PATIENCE, run, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.cli.seat import Seat

pytestmark = pytest.mark.integration

IDNAT = "899799000015"


@pytest.fixture(scope="module")
def seat() -> Iterator[Seat]:
    """A provider in this process, with one portal."""
    with running_seat(SUITE_SETTINGS) as one:
        one.provider.server.register_client(
            Client(client_id="portail", client_secret="s", redirect_uris=("http://p/",))
        )
        yield one


def claims(token: str) -> dict[str, Any]:
    """Read what a signed token says."""
    middle = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return read


def minted(base: str, *more: str) -> dict[str, Any]:
    """Return the tokens that the command makes."""
    code, said = run("mint", IDNAT, "--client-id", "portail", "--provider", base, *more, "--lang", "en")
    assert code == 0, said
    tokens: dict[str, Any] = json.loads(said)
    return tokens


@pytest.mark.parametrize(
    ("profile", "acr", "announced"),
    [("2021", "eidas3", False), ("2022-23", None, True)],
)
def test_psc_of_a_date_and_tokens_without_a_login(profile: str, acr: str | None, *, announced: bool) -> None:
    """Discovery and tokens are that date's; tokens come for a person who never logged in."""
    with serve("--psc-profile", profile) as served:
        document = served.discovery
        base = document["issuer"].partition("/auth/")[0]
        tokens = minted(base, "--nonce", "n0nce", "--means", "MOBILE", "--scope", "openid scope_all")
        who = requests.get(
            document["userinfo_endpoint"],
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
            timeout=PATIENCE,
        ).json()

    assert announced is ("backchannel_authentication_endpoint" in document)
    assert (acr, "n0nce", "portail") == tuple(claims(tokens["id_token"]).get(name) for name in ("acr", "nonce", "aud"))
    assert IDNAT == who["SubjectNameID"]


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (("899799999999", "--client-id", "portail"), 3, "idnat: nobody in the directory has it"),
        ((IDNAT, "--client-id", "inconnu"), 3, "client_id: no portal is registered under it"),
        (
            (IDNAT, "--client-id", "portail", "--control-token-env", "NO_SUCH"),
            2,
            "--control-token-env: NO_SUCH is not set",
        ),
    ],
)
def test_tokens_that_cannot_be_made(
    seat: Seat, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], code: int, told: str
) -> None:
    """What is wrong is named, none of it with a trace."""
    assert code == main(["mint", *asked, "--provider", seat.url, "--lang", "en"])
    assert told in " ".join(capsys.readouterr().out.split())


def test_one_public_url() -> None:
    """Everything announced is under it, and only that host name is answered."""
    with serve("--public-url", "http://psc.test:8080") as served:
        assert "http://psc.test:8080/auth/realms/esante-wallet/.well-known" in served.told("Discovery")
        # the socket is the process's own; the name is what a portal in a container would use
        port = listening_port(served.process.pid)
        answers = {
            host: requests.get(
                f"http://127.0.0.1:{port}/auth/realms/esante-wallet/.well-known/wallet-openid-configuration",
                headers={"Host": host},
                timeout=PATIENCE,
            )
            for host in ("psc.test:8080", f"127.0.0.1:{port}")
        }
        asked = urlencode({"client_id": "portail", "response_type": "code"})
        wallet = requests.get(
            f"http://127.0.0.1:{port}/auth?{asked}", headers={"Host": "psc.test:8080"}, timeout=PATIENCE
        )
    document = answers["psc.test:8080"].json()

    assert 421 == answers[f"127.0.0.1:{port}"].status_code
    assert "http://psc.test:8080/auth" == document["authorization_endpoint"]
    assert {"http://psc.test:8080"} == {
        "/".join(value.split("/")[:3]) for value in document.values() if isinstance(value, str)
    }
    assert (400, True) == (wallet.status_code, "redirect_uri" in wallet.text)


def listening_port(pid: int) -> int:
    """Return the port that a process of ours listens on, as the system knows it."""
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:  # noqa: PTH123  no file of anybody's
        rows = [line.split() for line in table][1:]
    inodes = {row[9]: int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A"}
    found = subprocess.run(
        ["ls", "-l", f"/proc/{pid}/fd"],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return next(port for inode, port in inodes.items() if f"socket:[{inode}]" in found)


@pytest.fixture
def portal_pem(tmp_path: Path) -> Path:
    """A portal's key and self-signed certificate in one file, as OpenSSL makes them."""
    key, certificate, both = (tmp_path / name for name in ("key.pem", "certificate.pem", "portal.pem"))
    wanted = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    program = shutil.which("openssl")
    assert program is not None
    subprocess.run(
        [program, *wanted, "-subj", "/CN=FICTIF portail", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


@pytest.mark.requires("openssl")
@pytest.mark.parametrize(("form", "own_port"), [("rfc", True), ("ans", False)])
def test_a_portal_with_a_certificate(tmp_path: Path, portal_pem: Path, form: str, *, own_port: bool) -> None:
    """At a port of its own or, with everything over TLS, at the issuer, as at PSC; bound to it, both `cnf` forms."""
    config = tmp_path / "psc.toml"
    config.write_text(f'[provider]\ncnf_form = "{form}"\n', encoding="utf-8")
    port, authority = free_port(), tmp_path / "authority.pem"
    base = f"https://{'localhost' if own_port else '127.0.0.1'}:{port}"
    where = ("--mtls-port", str(port)) if own_port else ("--tls", "--mtls", "--port", str(port))
    known = ("--client-certificate", str(portal_pem), "--client-auth", "mtls", "--https-authority", str(authority))
    with (
        serve("--config", str(config), *where, *known) as served,
        requests.Session() as line,
    ):
        line.trust_env = False
        line.verify = str(authority)
        document = line.get(served.told("Discovery"), timeout=PATIENCE).json()
        endpoint = document["mtls_endpoint_aliases"]["token_endpoint"]
        asked = {
            "grant_type": "refresh_token",
            "client_id": "portail",
            "refresh_token": refresh_of(served.told("Discovery"), authority),
        }
        without = line.post(endpoint, data=asked, timeout=PATIENCE)
        line.close()
        line.cert = str(portal_pem)
        tokens = line.post(endpoint, data=asked, timeout=PATIENCE)
    der = x509.load_pem_x509_certificate(portal_pem.read_bytes()).public_bytes(Encoding.DER)
    digest = hashlib.sha256(der)
    expected = (
        encode_segment(digest.digest()) if form == "rfc" else base64.b64encode(digest.hexdigest().encode()).decode()
    )

    assert endpoint.startswith(base)
    assert "client_secret" not in served.said
    assert (401, "invalid_client") == (without.status_code, without.json()["error"])
    assert (200, {"x5t#S256": expected}) == (tokens.status_code, claims(tokens.json()["access_token"]).get("cnf"))


def refresh_of(discovery: str, authority: Path) -> str:
    """Return a refresh token of the portal's, from the control API."""
    answer = requests.post(
        discovery.partition("/auth/")[0] + "/_control/v1/mint",
        json={"client_id": "portail", "idnat": IDNAT},
        verify=str(authority) if discovery.startswith("https") else True,
        timeout=PATIENCE,
    )
    token: str = answer.json()["refresh_token"]
    return token


def test_pscs_own_names_in_a_closed_network(tmp_path: Path) -> None:
    """Only when meant: the names are answered over https, with a warning that nobody overlooks."""
    port, authority = free_port(), tmp_path / "authority.pem"
    chosen = ("--https-port", str(port), "--https-authority", str(authority))
    with serve("--impersonate", "bas", *chosen) as served:
        trusting = ssl.create_default_context(cafile=authority)
        answers = {}
        for host in ("auth.bas.psc.esante.gouv.fr", "wallet.bas.psc.esante.gouv.fr"):
            line = Named("127.0.0.1", port, host, trusting)
            line.request("GET", "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration")
            answer = line.getresponse()
            answers[host] = (answer.status, answer.read())
            line.close()
    refused = run("serve", "--impersonate", "bas", "--host", "8.8.8.8", "--port", "0", *chosen, "--lang", "en")
    unmeant = run("serve", "--issuer-base", "https://auth.bas.psc.esante.gouv.fr", "--port", "0", "--lang", "en")

    assert "WARNING: this simulator answers under host names of Pro Santé Connect" in served.said
    assert {"auth.bas.psc.esante.gouv.fr": 200, "wallet.bas.psc.esante.gouv.fr": 404} == {
        host: status for host, (status, _) in answers.items()
    }
    assert "https://wallet.bas.psc.esante.gouv.fr/auth" == json.loads(
        answers["auth.bas.psc.esante.gouv.fr"][1]
    )["authorization_endpoint"]  # fmt: skip
    assert (2, True) == (refused[0], "--host 8.8.8.8: 8.8.8.8 is a public address" in refused[1])
    assert (2, True) == (unmeant[0], "write --impersonate bas or --impersonate prod" in unmeant[1])


class Named(http.client.HTTPSConnection):
    """A connection to this machine under another name."""

    def __init__(self, address: str, port: int, name: str, context: ssl.SSLContext) -> None:
        """Note where to go and under which name."""
        super().__init__(name, context=context, timeout=PATIENCE)
        self._where, self._context_of_name = (address, port), context

    def connect(self) -> None:
        """Connect there."""
        plain = self._create_connection(self._where, self.timeout)  # type: ignore[attr-defined]  # what the class uses
        self.sock = self._context_of_name.wrap_socket(plain, server_hostname=self.host)
