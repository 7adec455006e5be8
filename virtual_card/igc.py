"""A fictional certificate authority shaped like the IGC-Santé: three ranges, a root and an authority of persons each.

Every name says FICTIF and SIMULATEUR.  No key is ever written anywhere: a hierarchy lives as long as its process.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID, ObjectIdentifier

from virtual_card.certificate_shape import (
    EXAMPLE_POLICY,
    CertificateUse,
    Range,
    Subject,
    Validity,
    key_usage,
    private_extensions,
    rdn,
    subject_name,
    usage,
)
from virtual_card.keys import simulated_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

NOWHERE = "http://igc.invalid"
"""A host of the domain that is reserved for names that never resolve (RFC 2606)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One authority: its certificate, and the key that signs."""

    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        """Return its certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Igc:
    """The whole fictional hierarchy."""

    roots: Mapping[Range, Authority]
    persons: Mapping[Range, Authority]
    base_url: str = NOWHERE

    @classmethod
    def create(
        cls,
        *,
        now: datetime,
        name: str = "",
        keys: Callable[[str], RSAPrivateKey] = simulated_key,
        base_url: str = NOWHERE,
    ) -> Self:
        """Make the hierarchy, as it stands at a moment.

        Args:
            now: aware UTC; the authorities are five years old and hold for ten more.
            name: tells one hierarchy from another with the same shape, to make one that nobody trusts.
            keys: gives a key pair by name; by default one per process and name.
            base_url: where certificates say that lists and OCSP answers are found; by default nowhere.
        """
        since = now.replace(microsecond=0) - timedelta(days=5 * 365)
        validity = Validity(since=since, until=since + timedelta(days=15 * 365))
        roots, persons = {}, {}
        for level in Range:
            label = f"{level} {name}".strip()
            root_name = _authority_name(f"FICTIF AC RACINE IGC SIMULATEUR {label}")
            root = _authority(root_name, keys(f"racine {label}"), None, validity)
            person_name = _authority_name(f"FICTIF AC IGC SIMULATEUR {label} PERSONNES")
            roots[level] = root
            persons[level] = _authority(person_name, keys(f"personnes {label}"), root, validity)
        return cls(roots=roots, persons=persons, base_url=base_url)

    @property
    def anchors(self) -> tuple[bytes, ...]:
        """Return the root certificates, DER: what a provider trusts."""
        return tuple(one.der for one in self.roots.values())

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """Return the certificates of the authorities of persons, DER."""
        return tuple(one.der for one in self.persons.values())

    def issue(
        self,
        subject: Subject,
        public_key: RSAPublicKey,
        *,
        use: CertificateUse,
        validity: Validity,
        level: Range,
        serial: int | None = None,
    ) -> bytes:
        """Return a person's certificate, DER.

        ``serial`` is the certificate's serial number, 16 bytes at most; by default it follows from what is certified,
        so that the same card personalised twice is the same card.
        """
        authority = self.persons[level]
        number = _serial(f"{subject.token_id} {use} {validity.since.isoformat()}") if serial is None else serial
        builder = _builder(subject_name(subject, use), public_key, authority.certificate.subject, validity, number)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        for extension, critical in usage(subject, use):
            builder = builder.add_extension(extension, critical=critical)
        policy = x509.PolicyInformation(EXAMPLE_POLICY, None)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        for pointer in self._pointers(level):
            builder = builder.add_extension(pointer, critical=False)
        for oid, value in private_extensions(subject):
            builder = builder.add_extension(x509.UnrecognizedExtension(ObjectIdentifier(oid), value), critical=False)
        return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _pointers(self, level: Range) -> tuple[x509.ExtensionType, ...]:
        """Return the extensions that say where lists, deltas, OCSP answers and the authority's certificate are."""
        whole, delta = (f"{self.base_url}/{kind}/{level.lower()}.crl" for kind in ("crl", "delta"))
        methods = AuthorityInformationAccessOID
        access = (
            (methods.OCSP, f"{self.base_url}/ocsp"),
            (methods.CA_ISSUERS, f"{self.base_url}/ac/{level.lower()}.cer"),
        )
        descriptions = [x509.AccessDescription(method, _uri(where)) for method, where in access]
        return (
            x509.CRLDistributionPoints([_point(whole)]),
            x509.FreshestCRL([_point(delta)]),
            x509.AuthorityInformationAccess(descriptions),
        )


def _uri(where: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(where)


def _point(where: str) -> x509.DistributionPoint:
    return x509.DistributionPoint(full_name=[_uri(where)], relative_name=None, reasons=None, crl_issuer=None)


def _authority(name: x509.Name, key: RSAPrivateKey, issuer: Authority | None, validity: Validity) -> Authority:
    issuer_name = issuer.certificate.subject if issuer else name
    issuer_key = issuer.key if issuer else key
    number = _serial(name.rfc4514_string())
    constraints = x509.BasicConstraints(ca=True, path_length=0 if issuer else None)
    builder = (
        _builder(name, key.public_key(), issuer_name, validity, number)
        .add_extension(constraints, critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return Authority(certificate=builder.sign(issuer_key, hashes.SHA256()), key=key)


def _builder(
    subject: x509.Name, key: RSAPublicKey, issuer: x509.Name, validity: Validity, serial: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key, serial_number=serial)
    return builder.not_valid_before(validity.since).not_valid_after(validity.until)


def _authority_name(common_name: str) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, "FICTIF SIMULATEUR psc-conformance"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "IGC FICTIVE TEST"),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([rdn(part) for part in parts])


def _serial(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:15], "big") | 1 << 120
