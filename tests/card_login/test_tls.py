"""The card's port over real TLS, with a client whose key is a card's key without the card around it."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from OpenSSL import SSL, crypto

from mock_idp.web.server_identity import ServerIdentity
from mock_idp.web.tls import TlsVersion
from tests.card_login.office import CALLBACK, HOLDER, NOW, Office, certificate, igc, office
from virtual_card.certificate_shape import CertificateUse
from virtual_card.keys import simulated_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

pytestmark = pytest.mark.integration
SECONDS = 20.0


class Heard(NamedTuple):
    """What a client heard: protocol, authorities that the server named, and the whole answer."""

    protocol: str
    authorities: list[str]
    answer: str


@pytest.fixture(scope="module")
def place() -> Iterator[Office]:
    """A provider with its card port at TLS 1.2."""
    with office() as place:
        yield place


def key_of_card(use: CertificateUse = CertificateUse.AUTHENTICATION) -> RSAPrivateKey:
    """Return the private key behind one of the card's certificates."""
    return simulated_key(f"carte {HOLDER.serial} {use}")


def visit(
    place: Office,
    der: bytes | None = None,
    key: RSAPrivateKey | None = None,
    *,
    path: str = "",
    oldest: int = SSL.TLS1_2_VERSION,
    newest: int = SSL.TLS1_3_VERSION,
    trusted: bool = True,
) -> Heard:
    """Connect as a browser does, with a certificate or without, and ask for a page."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(oldest)
    context.set_max_proto_version(newest)
    store = context.get_cert_store()
    assert store is not None
    store.set_time(NOW.replace(tzinfo=None))
    if trusted:
        store.add_cert(crypto.X509.from_cryptography(place.identity.authority))
    context.set_verify(SSL.VERIFY_PEER, None)
    if der is not None and key is not None:
        context.use_certificate(x509.load_der_x509_certificate(der))
        context.use_privatekey(key)
    with socket.create_connection(("127.0.0.1", place.port), timeout=SECONDS) as line:
        line.settimeout(None)
        connection = SSL.Connection(context, line)
        connection.set_tlsext_host_name(b"localhost")
        connection.set_connect_state()
        connection.do_handshake()
        host = f"localhost:{place.port}"
        request = f"GET {path or place.path()} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b""
        try:
            while piece := connection.recv(4096):
                answer += piece
        except (SSL.ZeroReturnError, SSL.SysCallError):
            pass
        names = [str(name.CN) for name in connection.get_client_ca_list()]
        return Heard(connection.get_protocol_version_name(), names, answer.decode())


def test_a_card_logs_in(place: Office) -> None:
    """The key proven by TLS, the holder read from the certificate: back to the portal with a code."""
    heard = visit(place, certificate(), key_of_card())

    assert "HTTP/1.1 302 FOUND" == heard.answer.splitlines()[0]
    assert f"Location: {CALLBACK}?" in heard.answer
    assert "code=" in heard.answer


@pytest.mark.parametrize("version", TlsVersion)
def test_the_newest_version_is_chosen_by_the_port(version: TlsVersion) -> None:
    """1.2 for cards that cannot do PSS, 1.3 for those that can."""
    with office(version) as place:
        heard = visit(place, certificate(), key_of_card())

    assert f"TLSv{version}" == heard.protocol
    assert f"Location: {CALLBACK}?" in heard.answer


def test_old_versions_are_refused(place: Office) -> None:
    """TLS 1.1 is not spoken."""
    with pytest.raises(SSL.Error):
        visit(place, oldest=SSL.TLS1_1_VERSION, newest=SSL.TLS1_1_VERSION)


def test_browsers_are_told_whose_certificates_count(place: Office) -> None:
    """The authorities of persons and the roots, so that a person's other certificates are not offered."""
    names = visit(place).authorities

    assert 6 == len(names)
    assert all(name.startswith("FICTIF AC ") for name in names)


@pytest.mark.parametrize(
    ("kind", "use", "code"),
    [
        ("expired", CertificateUse.AUTHENTICATION, "card-expired"),
        ("to-come", CertificateUse.AUTHENTICATION, "card-not-yet-valid"),
        ("stranger", CertificateUse.AUTHENTICATION, "card-untrusted"),
        ("signature", CertificateUse.SIGNATURE, "card-wrong-certificate"),
    ],
)
def test_a_bad_card_gets_a_page_not_a_broken_handshake(
    place: Office, kind: str, use: CertificateUse, code: str
) -> None:
    """The person reads what is wrong, where Python's own TLS would only break the connection."""
    heard = visit(place, certificate(kind), key_of_card(use))

    assert "HTTP/1.1 422" == heard.answer[:12]
    assert f'data-error="{code}"' in heard.answer


def test_without_a_card_the_page_says_so(place: Office) -> None:
    """The handshake goes through without a certificate."""
    assert 'data-error="card-not-presented"' in visit(place).answer


def test_somebody_elses_certificate_does_not_connect(place: Office) -> None:
    """The certificate is public; without its key the handshake fails, whatever the page would say."""
    other = simulated_key("tests")
    with pytest.raises(SSL.Error):
        visit(place, certificate(), other)


def test_the_port_proves_itself(place: Office) -> None:
    """By a certificate of a throw-away authority, which a browser must be told to trust."""
    with pytest.raises(SSL.Error, match="certificate verify failed"):
        visit(place, trusted=False)


def test_two_identities_share_nothing() -> None:
    """Each start makes its own authority; none of the keys shows in a text."""
    one, other = (ServerIdentity.create(now=NOW) for _ in range(2))

    assert one.authority.public_key() != other.authority.public_key()
    assert "FICTIF" in one.authority.subject.rfc4514_string()
    assert b"-----BEGIN CERTIFICATE-----" == one.authority_pem.splitlines()[0]
    assert "PrivateKey" not in repr(one)


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(40), bytes(2000)])
def test_noise_is_no_handshake_and_harms_nobody(place: Office, caplog: pytest.LogCaptureFixture, noise: bytes) -> None:
    """Plain HTTP, half a handshake, nothing: closed without a trace, and the next card logs in."""
    caplog.set_level(logging.WARNING)
    # The server may hang up at the first wrong byte.
    with socket.create_connection(("127.0.0.1", place.port), timeout=SECONDS) as line, suppress(OSError):
        line.sendall(noise)
        line.shutdown(socket.SHUT_WR)
        line.recv(4096)

    assert "302" == visit(place, certificate(), key_of_card()).answer.split()[1]
    assert [] == [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_only_the_card_login_stands_there(place: Office) -> None:
    """Another page is not found, under TLS too."""
    assert "HTTP/1.1 404" == visit(place, path="/login-page").answer[:12]


def test_a_hierarchy_of_six() -> None:
    """The test above counts what the hierarchy has."""
    assert 6 == len(igc().anchors) + len(igc().intermediates)
