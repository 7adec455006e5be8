"""Further doors of the provider, over TLS, with a certificate that has one flaw: does a portal notice before it speaks?

All certificates but one come from one authority of this process, which a portal must be told to trust: a certificate
that is refused for want of that says nothing about its other flaw.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mock_idp.web.server_identity import HOST, ServerIdentity
from mock_idp.web.tls import TlsPort, card_holders
from mock_idp.web.tls_flaws import Flaw

if TYPE_CHECKING:
    from mock_idp.web.services import Provider

_DAY: Final = timedelta(days=1)
_LIFE: Final = timedelta(days=30)
OTHER_NAME: Final = "ailleurs.exemple.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A throw-away authority; its key is never written down."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    now: datetime

    @classmethod
    def create(cls, *, now: datetime) -> Self:
        """Make one that holds for thirty days from ``now``, aware UTC."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR AC portes TLS")])
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
        certificate = (
            _builder(name, name, key, since=now - _DAY, until=now + _LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate=certificate, key=key, now=now)

    @property
    def pem(self) -> str:
        """Return the certificate that portals are told to trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def identity(self, flaw: Flaw) -> ServerIdentity:
        """Return a server's certificate for ``localhost`` with that flaw and no other."""
        if flaw is Flaw.UNKNOWN_AUTHORITY:
            return Authority.create(now=self.now).identity(Flaw.NONE)
        host = OTHER_NAME if flaw is Flaw.OTHER_NAME else HOST
        until = self.now - timedelta(hours=1) if flaw is Flaw.EXPIRED else self.now + _LIFE
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR porte TLS")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _builder(subject, self.certificate.subject, key, since=self.now - _DAY, until=until)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return ServerIdentity(certificate=certificate, key=key, authority=self.certificate)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    numbered = builder.serial_number(x509.random_serial_number())
    return numbered.not_valid_before(since.replace(microsecond=0)).not_valid_after(until.replace(microsecond=0))


class TlsDoors:
    """The doors of one provider, each opened when it is first asked for."""

    def __init__(self, provider: Provider) -> None:
        """Open none yet."""
        self._provider = provider
        self._lock = threading.Lock()
        self._authority: Authority | None = None
        self._open: dict[Flaw, tuple[str, TlsPort]] = {}

    @property
    def authority(self) -> Authority:
        """Return the authority, made when first asked for."""
        with self._lock:
            return self._made()

    @property
    def hosts(self) -> frozenset[str]:
        """Return ``host:port`` of every open door."""
        with self._lock:
            return frozenset(host for host, _ in self._open.values())

    def address(self, flaw: Flaw) -> str:
        """Return scheme, host and port of the door with that flaw.

        Raises:
            OSError: there is no port left.
        """
        with self._lock:
            if flaw not in self._open:
                self._open[flaw] = self._opened(flaw)
            return f"https://{self._open[flaw][0]}"

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            doors, self._open = self._open, {}
        for _, port in doors.values():
            port.stop()

    def _made(self) -> Authority:
        if self._authority is None:
            now = datetime.now(UTC)  # noqa: TID251  # a throw-away certificate is made now, whatever the clock was moved to
            self._authority = Authority.create(now=now)
        return self._authority

    def _opened(self, flaw: Flaw) -> tuple[str, TlsPort]:
        listener = socket.create_server((HOST, 0))
        identity = self._made().identity(flaw)
        asking = card_holders(self._provider) if flaw is Flaw.NONE else None
        port = TlsPort(listener, self._provider, identity=identity, asking=asking)
        return f"{HOST}:{listener.getsockname()[1]}", port.__enter__()
