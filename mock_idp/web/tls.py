"""The provider's TLS ports: they may ask for a client certificate, accept any, and leave the judgement to others.

Python's own TLS refuses a bad client certificate inside the handshake, where a person sees only a browser's error; with
pyOpenSSL the handshake proves the key and nothing else, and the page can say what is wrong.
"""

from __future__ import annotations

import io
import ipaddress
import logging
import socket
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from mock_idp.web.app import create_app
from mock_idp.web.card_by_tls import CERTIFICATE, CHAIN

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed import WriteableBuffer

    from mock_idp.web.server_identity import ServerIdentity
    from mock_idp.web.services import Provider

LOG = logging.getLogger(__name__)
PATIENCE_SECONDS = 30
_LOOK_EVERY = 0.05
"""Seconds after which the port sees that it is to stop."""
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
class Asking:
    """Whom a port asks for a certificate.  Whoever has none is served all the same.

    Attributes:
        authorities: DER authorities whose certificates browsers offer; none for any certificate.
        only_as: host names, as the peer calls the port, under which it asks; none for every name.  A peer that calls a
            number says no name in its handshake (RFC 6066 3): with an IP address here, whoever says none is asked.
    """

    authorities: tuple[bytes, ...] = ()
    only_as: frozenset[str] = frozenset()


def tls_context(identity: ServerIdentity, newest: TlsVersion, asking: Asking | None) -> SSL.Context:
    """Return a TLS context that asks for a certificate and takes any, or asks for none.

    Args:
        identity: the port's own certificate.
        newest: version of TLS.
        asking: whom to ask; None for nobody.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_max_proto_version(_NEWEST[newest])
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    # Every login presents the card anew.
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    if asking is None:
        return context
    for der in asking.authorities:
        context.add_client_ca(x509.load_der_x509_certificate(der))
    if not asking.only_as:
        context.set_verify(SSL.VERIFY_PEER, _accept)
        return context
    names = {b"" if _is_number(name) else name.encode("ascii") for name in asking.only_as}

    def ask(connection: SSL.Connection) -> None:
        if (connection.get_servername() or b"").lower() in names:
            connection.set_verify(SSL.VERIFY_PEER, _accept)

    context.set_tlsext_servername_callback(ask)
    return context


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def card_holders(provider: Provider) -> Asking:
    """Return whom a port for cards asks: holders of what the provider's card authorities issued."""
    return Asking(authorities=(*provider.card_intermediates, *provider.card_anchors))


def _accept(*_: object) -> bool:
    # The key is proven by the handshake in any case; whose certificate it is and whether it counts, others say.
    return True


class TlsPort:
    """Serves the provider over TLS on a listening socket, in a thread, until stopped.

    The provider's settings must name this port and the host of the identity: ``card_base`` for the card login,
    ``mtls_base`` for portals' certificates, ``issuer_base`` and ``wallet_base`` for everything over https.
    """

    def __init__(
        self,
        listener: socket.socket,
        provider: Provider,
        *,
        identity: ServerIdentity,
        newest: TlsVersion = TlsVersion.V1_3,
        asking: Asking | None = None,
    ) -> None:
        """Prepare to serve; nothing is answered yet.

        Args:
            listener: bound already.
            provider: that is served.
            identity: the port's own certificate.
            newest: version of TLS.
            asking: whom it asks for a certificate; None for nobody.
        """
        host, port = listener.getsockname()[:2]
        listener.listen(128)
        app = create_app(provider)
        self._server = _Server(host, port, app, _Handler, fd=listener.fileno())
        self._server.tls = tls_context(identity, newest, asking)
        self._listener = listener
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Serve in a thread."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_EVERY,), name="psc-tls-port", daemon=True
        )
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
        LOG.error("TLS port: a request failed", exc_info=True)  # noqa: LOG014  called while one is handled


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
            LOG.info("TLS port: handshake failed: %s", _reason(failed))
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
            LOG.debug("TLS port: the browser had gone")

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
        LOG.debug("TLS port: %s: %s", type, message % args)


def _reason(failed: Exception) -> str:
    """Return OpenSSL's reasons without the peer's bytes."""
    reasons = failed.args[0] if failed.args and isinstance(failed.args[0], list) else []
    return ", ".join(str(reason[-1]) for reason in reasons) or type(failed).__name__
