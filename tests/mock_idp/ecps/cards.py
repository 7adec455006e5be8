"""A small fictional authority and the cards it makes, good and bad, for the tests of the card's proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mock_idp.ecps.card_proof import CardProof
from tests.mock_idp.ecps.journeys import IDNAT, NOON

if TYPE_CHECKING:
    from collections.abc import Sequence

YEAR = timedelta(days=365)
LEAF_USAGE = {"digital_signature": True}
NO_USAGE = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return the key of that name; each is made once per run."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """Return a key that no card has."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate with the key to it."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        """Return the certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)


def authority(
    name: str,
    issuer: Issued | None = None,
    *,
    path_length: int | None = None,
    ca: bool = True,
    until: datetime | None = None,
) -> Issued:
    """Return an authority: a root, or one under another."""
    key = rsa_key(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"TEST AC FICTIVE {name}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOON - YEAR)
        .not_valid_after(until or NOON + 20 * YEAR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), critical=True)
        .add_extension(x509.KeyUsage(**{**NO_USAGE, "key_cert_sign": True}), critical=True)
        .sign(issuer.key if issuer else key, SHA256())
    )
    return Issued(certificate=certificate, key=key)


@cache
def root() -> Issued:
    """Return the anchor."""
    return authority("racine")


@cache
def persons() -> Issued:
    """Return the authority that makes cards."""
    return authority("personnes", root(), path_length=0)


def holder_name(*common_names: str) -> x509.Name:
    """Return a subject as on a card: given name, idnat and surname in one multi-valued RDN."""
    last = [
        x509.NameAttribute(NameOID.GIVEN_NAME, "CAMILLE"),
        *(x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common_names),
        x509.NameAttribute(NameOID.SURNAME, "ESSAI"),
    ]
    return x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]),
            x509.RelativeDistinguishedName(last),
        ]
    )


def card(
    *common_names: str,
    issuer: Issued | None = None,
    usage: dict[str, bool] | None = LEAF_USAGE,
    extended: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    start: datetime = NOON - YEAR,
    end: datetime = NOON + 2 * YEAR,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Return a card's certificate as DER; without arguments, a good one."""
    maker = issuer or persons()
    builder = (
        x509.CertificateBuilder()
        .subject_name(holder_name(*(common_names or (IDNAT,))))
        .issuer_name(maker.certificate.subject)
        .public_key((key or rsa_key("carte")).public_key())
        .serial_number(99)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(x509.KeyUsage(**{**NO_USAGE, **usage}), critical=True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    return builder.sign(maker.key, SHA256()).public_bytes(Encoding.DER)


def sign(challenge: bytes) -> bytes:
    """Return the card's signature over a challenge."""
    return rsa_key("carte").sign(challenge, PKCS1v15(), SHA256())


def proof(challenge: bytes, certificate: bytes | None = None, chain: tuple[bytes, ...] = ()) -> CardProof:
    """Return a proof; with a challenge alone, a good one."""
    return CardProof(certificate=certificate or card(), signature=sign(challenge), chain=chain)
