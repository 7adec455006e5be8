"""What stands in the certificates of a CPS card: subject, key usages, private extensions.

Shape: certificates published with the open-source proof of concept of Pro Santé Connect.  The product category says
TEST; hosts stand in the reserved domain ``.invalid``; the policy stands in the arc reserved for examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Self

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from virtual_card.tlv import encode

SMARTCARD_LOGON = ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")
USER_PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
EXAMPLE_POLICY = ObjectIdentifier("2.999.1")
"""A policy in the arc reserved for examples (ITU-T X.660 A.5)."""
EXAMPLE_TECHNICAL_USE = ObjectIdentifier("2.999.2")
"""An extended key usage in the same arc: what stands in real technical certificates is not known."""
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Range(StrEnum):
    """The three ranges of the hierarchy."""

    ELEMENTAIRE = "ELEMENTAIRE"
    STANDARD = "STANDARD"
    FORT = "FORT"


class CertificateUse(StrEnum):
    """What a card's certificate is for."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"
    TECHNICAL = "technical"
    """The card itself, without its holder, through its contactless interface: no login, no signature."""


class ProductCategory(IntEnum):
    """Private extension 5, nomenclature TRE_G01; 80 and above mean TEST."""

    TEST_CPX = 0x80


class PrivateExtension(StrEnum):
    """Private extensions of a person's certificate (arc 1.2.250.1.71.1.2); the last is inferred from TRE_G16's OID."""

    CARD_TYPE = "1.2.250.1.71.1.2.2"
    TOKEN_ID = "1.2.250.1.71.1.2.3"  # noqa: S105 - not a secret: issuer and number of the card
    PRODUCT_CATEGORY = "1.2.250.1.71.1.2.5"
    PROFESSION = "1.2.250.1.71.1.2.7"
    PROFESSION_IN_TRAINING = "1.2.250.1.71.1.2.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when to when a certificate holds; aware UTC, whole seconds."""

    since: datetime
    until: datetime

    @classmethod
    def running(cls, now: datetime) -> Self:
        """Return three years (the life of a CPS) that began yesterday."""
        return cls._around(now, timedelta(days=-1))

    @classmethod
    def expired(cls, now: datetime) -> Self:
        """Return three years that ended yesterday."""
        return cls._around(now, timedelta(days=-3 * 365 - 1))

    @classmethod
    def to_come(cls, now: datetime) -> Self:
        """Return three years that begin in a month."""
        return cls._around(now, timedelta(days=30))

    @classmethod
    def _around(cls, now: datetime, offset: timedelta) -> Self:
        since = now.replace(microsecond=0) + offset
        return cls(since=since, until=since + timedelta(days=3 * 365))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a certificate says about a person and a card.

    Attributes:
        idnat: identifiant national, the CN.
        given_name: exercise name, first part.
        family_name: exercise name, second part.
        title: label of the profession, or of the status for staff.
        card_type: private extension 2 (0 CPS, 1 CPF, 2 CPE, 3 CPA).
        token_id: private extension 3, ``issuer/card number``.
        profession: TRE_G15 code, private extension 7, or None.
        profession_in_training: TRE_G16 code, private extension 8, or None.
        organisation: name of the structure, for staff only.
        structure: identifier of the structure, for staff only.
    """

    idnat: str
    given_name: str
    family_name: str
    title: str
    card_type: int
    token_id: str
    profession: int | None = None
    profession_in_training: int | None = None
    organisation: str | None = None
    structure: str | None = None

    @property
    def name(self) -> x509.Name:
        """Return the distinguished name, whose last RDN holds given name, CN and surname together."""
        rdns = [rdn((NameOID.COUNTRY_NAME, "FR"))]
        if self.organisation:
            rdns.append(rdn((NameOID.ORGANIZATION_NAME, self.organisation)))
        if self.structure:
            rdns.append(rdn((NameOID.ORGANIZATIONAL_UNIT_NAME, self.structure)))
        if self.title:
            rdns.append(rdn((NameOID.TITLE, self.title)))
        person = (
            (NameOID.GIVEN_NAME, self.given_name),
            (NameOID.COMMON_NAME, self.idnat),
            (NameOID.SURNAME, self.family_name),
        )
        return x509.Name([*rdns, rdn(*person)])


def subject_name(subject: Subject, use: CertificateUse) -> x509.Name:
    """Return the distinguished name for a use: the person's, or the card's number for a technical certificate."""
    if use is not CertificateUse.TECHNICAL:
        return subject.name
    return x509.Name([rdn((NameOID.COUNTRY_NAME, "FR")), rdn((NameOID.COMMON_NAME, f"CARTE {subject.token_id}"))])


def usage(subject: Subject, use: CertificateUse) -> list[tuple[x509.ExtensionType, bool]]:
    """Return the extensions that say what a certificate is for, each with whether it is critical."""
    if use is CertificateUse.SIGNATURE:
        mail = x509.RFC822Name(f"carte.{subject.token_id.rpartition('/')[2]}@mssante.invalid")
        return [
            (key_usage("content_commitment"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
            (x509.SubjectAlternativeName([mail]), False),
        ]
    if use is CertificateUse.TECHNICAL:
        return [
            (key_usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([EXAMPLE_TECHNICAL_USE]), False),
        ]
    principal = encode(0x0C, f"{subject.idnat}@carte-cps.invalid".encode())
    return [
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, SMARTCARD_LOGON]), False),
        (x509.SubjectAlternativeName([x509.OtherName(USER_PRINCIPAL_NAME, principal)]), False),
    ]


def private_extensions(subject: Subject) -> list[tuple[PrivateExtension, bytes]]:
    """Return the private extensions, none of them critical, as DER values."""
    found = [
        (PrivateExtension.CARD_TYPE, _integer(subject.card_type)),
        (PrivateExtension.TOKEN_ID, encode(0x13, subject.token_id.encode())),
        (PrivateExtension.PRODUCT_CATEGORY, encode(0x04, bytes([ProductCategory.TEST_CPX]))),
    ]
    if subject.profession is not None:
        found.append((PrivateExtension.PROFESSION, _integer(subject.profession)))
    if subject.profession_in_training is not None:
        found.append((PrivateExtension.PROFESSION_IN_TRAINING, _integer(subject.profession_in_training)))
    return found


def rdn(*values: tuple[ObjectIdentifier, str]) -> x509.RelativeDistinguishedName:
    """Return one step of a name, which may hold several values at once."""
    return x509.RelativeDistinguishedName([x509.NameAttribute(oid, value) for oid, value in values])


def key_usage(*on: str) -> x509.KeyUsage:
    """Return the key usage with exactly these bits (RFC 5280 4.2.1.3, under the names of `cryptography`)."""
    return x509.KeyUsage(**{name: name in on for name in _KEY_USAGES})


def _integer(value: int) -> bytes:
    return encode(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))
