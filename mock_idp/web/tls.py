"""The card's own port: TLS that asks for a client certificate, accepts any, and leaves the judgement to the pages.

Python's own TLS refuses a bad client certificate inside the handshake, where a person sees only a browser's error; with
pyOpenSSL the handshake proves the key and nothing else, and the page can say what is wrong.
"""

from __future__ import annotations

import io
import logging
import socket
import struct
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from mock_idp.web.app import create_app
from mock_idp.web.card_by_tls import CERTIFICATE, CHAIN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from _typeshed import WriteableBuffer

    from mock_idp.web.services import Provider

LOG = logging.getLogger(__name__)
HOST = "localhost"
LIFE = timedelta(days=30)
PATIENCE_SECONDS = 30
_JOIN_SECONDS = 5


class TlsVersion(StrEnum):
    """The newest TLS that the card's port speaks.

    A CPS3 signs PKCS#1 v1.5 only, which TLS 1.3 has no place for: with 1.3 offered, browsers do not even ask for the
    card.  A CPS4 knows RSA-PSS and works with either.
    """

    V1_2 = "1.2"
    V1_3 = "1.3"


_NEWEST = {TlsVersion.V1_2: SSL.TLS1_2_VERSION, TlsVersion.V1_3: SSL.TLS1_3_VERSION}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerIdentity:
    """The port's certificate, its key, and the throw-away authority that browsers must be told to trust."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    authority: x509.Certificate

    @property
    def authority_pem(self) -> bytes:
        """Return the authority's certificate, PEM."""
        return self.authority.public_bytes(serialization.Encoding.PEM)

    @classmethod
    def create(cls, *, now: datetime, host: str = HOST, others: Sequence[str] = ()) -> Self:
        """Make an authority and a certificate for host names; neither key is ever written down.

        Args:
            now: aware UTC; they hold for thirty days.
            host: the name that browsers use.
            others: further names.
        """
        authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR AC locale TLS")])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        authority = (
            _builder(authority_name, authority_name, authority_key, now)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR connexion par carte")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        certificate = (
            _builder(name, authority_name, key, now)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in (host, *others)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        return cls(certificate=certificate, key=key, authority=authority)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    since = now.replace(microsecond=0)
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    return (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(since - timedelta(hours=1))
        .not_valid_after(since + LIFE)
    )


def tls_context(identity: ServerIdentity, provider: Provider, newest: TlsVersion, *, asks: bool = True) -> SSL.Context:
    """Return a TLS context that asks for a certificate of the provider's card authorities, and takes any.

    Args:
        identity: the port's own certificate.
        provider: whose card authorities are named.
        newest: version of TLS.
        asks: False for a port without card login.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_max_proto_version(_NEWEST[newest])
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    # Every login presents the card anew.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    if not asks:
        return context
    # The key is proven by the handshake in any case; whose certificate it is and whether it counts, the page says.
    context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    for der in (*provider.card_intermediates, *provider.card_anchors):
        # Browsers offer the certificates of these authorities only.
        context.add_client_ca(x509.load_der_x509_certificate(der))
    return context


class CardPort:
    """Serves the card login over a listening socket, in a thread, until stopped.

    The provider's ``settings.card_base`` must name this port, and the host of the identity.
    """

    def __init__(
        self,
        listener: socket.socket,
        provider: Provider,
        *,
        identity: ServerIdentity,
        newest: TlsVersion = TlsVersion.V1_2,
        asks: bool = True,
    ) -> None:
        """Prepare to serve; nothing is answered yet.

        Args:
            listener: bound already.
            provider: that is served.
            identity: the port's own certificate.
            newest: version of TLS.
            asks: False for a port that serves the provider over https, without card login.
        """
        host, port = listener.getsockname()[:2]
        listener.listen(128)
        app = create_app(provider)
        self._server = _Server(host, port, app, _Handler, fd=listener.fileno())
        self._server.tls = tls_context(identity, provider, newest, asks=asks)
        self._listener = listener
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self._server.serve_forever, name="psc-card-port", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and free the port."""
        self.stop()

    def stop(self) -> None:
        """Close the socket; the thread ends by itself."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join(timeout=_JOIN_SECONDS)
            self._thread = None
        self._server.server_close()
        self._listener.close()


class _Server(ThreadedWSGIServer):
    tls: SSL.Context
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        _ = request, client_address
        LOG.error("card port: a request failed", exc_info=True)  # noqa: LOG014  called while one is handled


class _Stream(io.RawIOBase):
    """A TLS connection as a file; a peer that is gone, silent or speaks nonsense is at its end."""

    def __init__(self, connection: SSL.Connection) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            return self._connection.recv_into(buffer)
        except (SSL.Error, OSError):
            return 0

    def write(self, data: Any) -> int:
        try:
            self._connection.sendall(bytes(data))
        except (SSL.Error, OSError) as gone:
            raise ConnectionResetError from gone
        return len(data)


class _Handler(WSGIRequestHandler):
    """One connection: handshake, then requests."""

    server: _Server
    tls: SSL.Connection | None = None

    def setup(self) -> None:
        self.connection = self.request
        self.request.settimeout(None)
        # A blocking socket that gives up after a while: OpenSSL does not know Python's timeouts.
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE_SECONDS, 0))
        connection = SSL.Connection(self.server.tls, self.request)
        connection.set_accept_state()
        try:
            connection.do_handshake()
        except (SSL.Error, OSError) as failed:
            LOG.info("card port: handshake failed: %s", _reason(failed))
        else:
            self.tls = connection
            self.rfile = io.BufferedReader(_Stream(connection))
            self.wfile = io.BufferedWriter(_Stream(connection))

    def handle(self) -> None:
        if self.tls is not None:
            super().handle()

    def finish(self) -> None:
        if self.tls is None:
            return
        try:
            self.wfile.flush()
            self.tls.shutdown()
        except (SSL.Error, OSError, ValueError):
            LOG.debug("card port: the browser had gone")

    def make_environ(self) -> dict[str, Any]:
        environ = super().make_environ()
        environ["wsgi.url_scheme"] = "https"
        if self.tls is not None:
            certificate = self.tls.get_peer_certificate(as_cryptography=True)
            if certificate is not None:
                chain = self.tls.get_peer_cert_chain(as_cryptography=True) or []
                environ[CERTIFICATE] = certificate.public_bytes(serialization.Encoding.DER)
                environ[CHAIN] = tuple(one.public_bytes(serialization.Encoding.DER) for one in chain[1:])
        return environ

    def version_string(self) -> str:
        return "psc"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the base class' name
        LOG.debug("card port: %s: %s", type, message % args)


def _reason(failed: Exception) -> str:
    """Return OpenSSL's reasons without the peer's bytes."""
    reasons = failed.args[0] if failed.args and isinstance(failed.args[0], list) else []
    return ", ".join(str(reason[-1]) for reason in reasons) or type(failed).__name__
