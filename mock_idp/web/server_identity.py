"""What a TLS port of the provider shows: a certificate under an authority that lives as long as the process."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "localhost"
LIFE = timedelta(days=30)


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
            host: the name, or the address, that browsers use.
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
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR serveur TLS")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        certificate = (
            _builder(name, authority_name, key, now)
            .add_extension(x509.SubjectAlternativeName([_subject(one) for one in (host, *others)]), critical=False)
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


def _subject(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
