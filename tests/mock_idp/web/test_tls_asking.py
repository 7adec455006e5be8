"""Whom a TLS port asks for a certificate: everybody, nobody, or those who call it by one of its names."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from OpenSSL import SSL

from mock_idp.web.server_identity import ServerIdentity
from mock_idp.web.tls import Asking, TlsVersion, tls_context

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "auth.psc.test"
IDENTITY = ServerIdentity.create(now=NOW, host=ISSUER, others=["wallet.psc.test", "127.0.0.1"])


def asked(asking: Asking | None, name: bytes | None, newest: TlsVersion) -> bool:
    """Shake hands with a peer that has a certificate, and tell whether it was asked for it."""
    server = SSL.Connection(tls_context(IDENTITY, newest, asking), None)
    server.set_accept_state()
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.use_certificate(IDENTITY.certificate)
    context.use_privatekey(IDENTITY.key)
    peer = SSL.Connection(context, None)
    peer.set_connect_state()
    if name is not None:
        peer.set_tlsext_host_name(name)
    for _ in range(4):
        for one, other in ((peer, server), (server, peer)):
            with contextlib.suppress(SSL.WantReadError):
                one.do_handshake()
            with contextlib.suppress(SSL.WantReadError):
                other.bio_write(one.bio_read(1 << 16))
    return server.get_peer_certificate(as_cryptography=True) is not None


@pytest.mark.parametrize("newest", list(TlsVersion))
@pytest.mark.parametrize(
    ("asking", "name", "expected"),
    [
        (None, b"auth.psc.test", False),
        (Asking(), b"auth.psc.test", True),
        (Asking(), None, True),
        (Asking(only_as=frozenset({ISSUER})), b"auth.psc.test", True),
        (Asking(only_as=frozenset({ISSUER})), b"AUTH.psc.test", True),
        (Asking(only_as=frozenset({ISSUER})), b"wallet.psc.test", False),
        (Asking(only_as=frozenset({ISSUER})), None, False),
        (Asking(only_as=frozenset({"127.0.0.1"})), None, True),
        (Asking(only_as=frozenset({"127.0.0.1"})), b"localhost", False),
    ],
)
def test_who_is_asked(newest: TlsVersion, asking: Asking | None, name: bytes | None, *, expected: bool) -> None:
    """A browser on its way to the wallet is not bothered with what portals present at the issuer."""
    assert expected is asked(asking, name, newest)
