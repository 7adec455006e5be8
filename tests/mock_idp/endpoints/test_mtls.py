"""A portal's certificate over real TLS, and where it is presented."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mock_idp.protocol.api_exchange import ACCESS_TOKEN_TYPE, API_SCOPE, EXCHANGE_GRANT
from mock_idp.protocol.clients import AuthPolicy
from mock_idp.protocol.tokens import Means
from mock_idp.settings import Settings
from mock_idp.web.card_by_tls import CERTIFICATE
from mock_idp.web.http import CLIENT_CERTIFICATE
from mock_idp.web.journeys import enrol
from mock_idp.web.serve import bind
from mock_idp.web.server_identity import ServerIdentity
from mock_idp.web.shortcuts import mint
from mock_idp.web.tls import Asking, TlsPort
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, PORTAL, basic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mock_idp.keys import SigningKeys

SHA256 = "a" * 64


pytestmark = pytest.mark.integration


def portal_certificate(site: Site, folder: Path) -> tuple[Path, str]:
    """Write a portal's key and self-signed certificate to a file, and return its path and its thumbprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF portail d'essai")])
    now = site.provider.clock.now()
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "portal.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path, hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()


def test_a_portal_logs_in_with_its_certificate(keys: SigningKeys, tmp_path: Path) -> None:
    """TLS proves the key, the token endpoint knows whose it is; without it there is nothing."""
    listener = bind("127.0.0.1", 0)
    base = f"https://localhost:{listener.getsockname()[1]}"
    site = Site(keys=keys, settings=Settings(mtls_base=base, card_base=base))
    pem, thumbprint = portal_certificate(site, tmp_path)
    site.provider.server.register_client(
        replace(PORTAL, client_secret="", authentication=AuthPolicy.MTLS, certificate_sha256=thumbprint)
    )
    identity = ServerIdentity.create(now=site.provider.clock.now())
    authority = tmp_path / "authority.pem"
    authority.write_bytes(identity.authority_pem)
    form = {"grant_type": "authorization_code", "client_id": "portal", "redirect_uri": CALLBACK, "code": site.code()}
    with TlsPort(listener, site.provider, identity=identity, asking=Asking()), requests.Session() as line:
        line.trust_env = False
        line.verify = str(authority)
        without = line.post(base + ENDPOINTS + "/token", data=form, timeout=20)
        line.close()
        line.cert = str(pem)
        tokens = line.post(base + ENDPOINTS + "/token", data=form, timeout=20)

    assert (401, 200) == (without.status_code, tokens.status_code)
    assert IDNAT == json_of(site.userinfo(tokens.json()["access_token"]))["SubjectNameID"]


@pytest.fixture
def secured(keys: SigningKeys, tmp_path: Path) -> Iterator[tuple[Site, str, requests.Session, str]]:
    """A provider with a port for certificates, its address, a portal's line there, and the thumbprint it shows."""
    listener = bind("127.0.0.1", 0)
    base = f"https://localhost:{listener.getsockname()[1]}"
    site = Site(keys=keys, settings=Settings(mtls_base=base))
    pem, thumbprint = portal_certificate(site, tmp_path)
    identity = ServerIdentity.create(now=site.provider.clock.now())
    authority = tmp_path / "authority.pem"
    authority.write_bytes(identity.authority_pem)
    with TlsPort(listener, site.provider, identity=identity, asking=Asking()), requests.Session() as line:
        line.trust_env = False
        line.verify, line.cert = str(authority), str(pem)
        yield site, base + ENDPOINTS, line, thumbprint


@pytest.mark.parametrize(
    ("policy", "by_certificate", "by_secret"),
    [(AuthPolicy.SECRET, 401, 200), (AuthPolicy.MTLS, 200, 401), (AuthPolicy.EITHER, 200, 200)],
)
def test_every_endpoint_heeds_the_policy(
    secured: tuple[Site, str, requests.Session, str], policy: AuthPolicy, by_certificate: int, by_secret: int
) -> None:
    """Token, introspection, revocation, CIBA and the exchange of the sample API: over real TLS, by what was proven."""
    site, endpoints, line, thumbprint = secured
    site.provider.server.register_client(
        replace(PORTAL, authentication=policy, certificate_sha256=thumbprint, ciba=True)
    )
    enrol(site.provider, IDNAT, "1234")
    tokens = mint(site.provider, PORTAL, IDNAT, scope="openid scope_all", nonce=None, means=Means.MOBILE)
    asked = {
        "/token": {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        "/token/introspect": {"token": tokens["access_token"]},
        "/ext/ciba/auth": {"scope": "openid", "login_hint": IDNAT, "binding_message": "42", "acr_values": "eidas1"},
        "/../../../api-exemple/protocol/openid-connect/token": {
            "grant_type": EXCHANGE_GRANT,
            "subject_token": tokens["access_token"],
            "subject_token_type": ACCESS_TOKEN_TYPE,
            "scope": API_SCOPE,
        },
        "/revoke": {"token": tokens["access_token"]},
    }
    named = {"client_id": "portal"}
    statuses = {
        path: (
            line.post(endpoints + path, data={**form, **named}, timeout=20).status_code,
            line.post(endpoints + path, data=form, headers=basic(), timeout=20).status_code,
        )
        for path, form in asked.items()
    }

    assert dict.fromkeys(asked, (by_certificate, by_secret)) == statuses


def test_only_the_back_channel_is_served_there(keys: SigningKeys) -> None:
    """No page of a person, no control API."""
    site = Site(keys=keys, settings=Settings(mtls_base="https://mtls.example"))
    paths = [ENDPOINTS + "/certs", "/auth", "/_control/v1/status", "/phone/"]
    statuses = [site.app.test_client().get(path, base_url="https://mtls.example").status_code for path in paths]

    assert 200 == statuses[0]
    assert [404, 404, 404] == statuses[1:]


def test_the_tls_server_and_the_routes_agree() -> None:
    """On where the certificate is left."""
    assert CERTIFICATE == CLIENT_CERTIFICATE


def test_no_header_stands_in_for_the_handshake(site: Site) -> None:
    """What a client can write is not believed."""
    site.provider.server.register_client(
        replace(PORTAL, authentication=AuthPolicy.MTLS, certificate_sha256=hashlib.sha256(b"x").hexdigest())
    )
    forged = {"psc.card_certificate": "x", "Psc-Card-Certificate": "x", "X-Client-Cert": "x"}

    assert 401 == site.redeem(site.code(), forged, client_id="portal").status_code


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"authentication": "none"}, r"authentication: write 'secret', 'mtls' or 'either'"),
        ({"authentication": []}, r"authentication: write 'secret', 'mtls' or 'either'"),
        ({"authentication": "mtls"}, r"certificate_sha256: missing; every portal needs one"),
        (
            {"authentication": "either", "certificate_sha256": "ab"},
            r"certificate_sha256: expected 64 hexadecimal digits",
        ),
        ({"authentication": "either", "certificate_sha256": 1}, r"certificate_sha256: expected 64 hexadecimal digits"),
        ({"authentication": "either", "certificate_sha256": SHA256, "client_secret": ""}, r"client_secret: expected"),
    ],
)
def test_a_bad_registration_is_told(site: Site, changes: dict[str, Any], said: str) -> None:
    """Which member, what to write."""
    body = {"client_id": "p", "client_secret": "s", "redirect_uris": ["https://p.example/"], **changes}

    assert re.match(said, json_of(site.control("POST", "/clients", body))["error"])


def test_a_portal_with_a_certificate_needs_no_secret(site: Site) -> None:
    """When the certificate is all it has."""
    body = {
        "client_id": "p",
        "redirect_uris": ["https://p.example/"],
        "authentication": "mtls",
        "certificate_sha256": SHA256,
    }

    assert 201 == site.control("POST", "/clients", body).status_code
