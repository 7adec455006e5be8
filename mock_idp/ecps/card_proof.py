"""The card's proof: its authentication certificate, and a signature over the challenge that it was given.

Sources: CPx cards authenticate with an X.509 certificate of the IGC-Santé whose common name is the idnat (ANS, guide to
integrators), key usage digitalSignature only, EKU clientAuth; the signature certificate of the same card carries
nonRepudiation instead and must not be taken (profiles read in public ANS test certificates).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mock_idp.ecps.card_revocation import revocation
from mock_idp.ecps.refusals import Code, EcpsError

if TYPE_CHECKING:
    from datetime import datetime

ExtensionT = TypeVar("ExtensionT", bound=x509.ExtensionType)

LONGEST_CHAIN = 5
PRODUCT_CATEGORY = x509.ObjectIdentifier("1.2.250.1.71.1.2.5")
"""Private extension with a category of TRE_G01 (read in public ANS test certificates)."""
FIRST_TEST_CATEGORY = 0x80


class CardProofError(EcpsError):
    """A proof that does not hold; nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProof:
    """What a reader brings: DER certificate, raw signature, and DER authorities the card may carry."""

    certificate: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardIdentity:
    """Whose card it is, as its certificate says."""

    idnat: str
    family_name: str
    given_name: str
    serial: int


def verify(
    proof: CardProof,
    *,
    challenge: bytes,
    idnat: str | None,
    anchors: tuple[bytes, ...],
    intermediates: tuple[bytes, ...],
    now: datetime,
) -> CardIdentity:
    """Return whose card signed the challenge.

    Args:
        proof: what the reader brought.
        challenge: what the card had to sign, with RSA PKCS#1 v1.5 and SHA-256 (RFC 8017 8.2).
        idnat: whose card it must be: the common name of its certificate; None takes anybody's.
        anchors: DER roots.
        intermediates: DER authorities known to us.
        now: aware UTC.

    Raises:
        CardProofError: ``card-unreadable``, ``card-untrusted``, ``card-expired``, ``card-not-yet-valid``,
            ``card-wrong-certificate``, ``card-signature-wrong`` or ``card-of-another-person``, checked in this order.
    """
    certificate = _read(proof.certificate)
    known = [_read(der) for der in intermediates]
    # only so many are looked at: what a stranger sends must not decide how long we search
    known += [_read(der) for der in proof.chain[:LONGEST_CHAIN]]
    _check_chain(certificate, known, [_read(der) for der in anchors], now)
    _check_dates(certificate, now)
    _check_purpose(certificate)
    _check_signature(certificate, proof.signature, challenge)
    identity = _identity(certificate)
    if idnat is not None and identity.idnat != idnat:
        raise CardProofError(Code.CARD_OF_ANOTHER_PERSON)
    return identity


def identify(
    certificate: bytes,
    *,
    chain: tuple[bytes, ...] = (),
    anchors: tuple[bytes, ...],
    intermediates: tuple[bytes, ...],
    now: datetime,
    crls: tuple[bytes, ...] | None = None,
) -> CardIdentity:
    """Return whose card a certificate is, for one whose key was proven already: by TLS client authentication.

    Args:
        certificate: DER.
        chain: DER authorities that came with it.
        anchors: DER roots.
        intermediates: DER authorities known to us.
        now: aware UTC.
        crls: DER lists of revoked certificates, deltas among them; None when nobody publishes any.

    Raises:
        CardProofError: ``card-unreadable``, ``card-untrusted``, ``card-expired``, ``card-not-yet-valid``,
            ``card-wrong-certificate``, ``card-revoked`` or ``card-revocation-unknown``, checked in this order.
    """
    found = _read(certificate)
    known = [_read(der) for der in intermediates] + [_read(der) for der in chain[:LONGEST_CHAIN]]
    roots = [_read(der) for der in anchors]
    _check_chain(found, known, roots, now)
    _check_category(found)
    _check_dates(found, now)
    _check_purpose(found)
    if crls is not None:
        refusal = revocation(found, crls=crls, authorities=[*known, *roots], now=now)
        if refusal is not None:
            raise CardProofError(refusal)
    return _identity(found)


def _read(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        # Extensions and key are parsed late: ask for them now, so that nonsense inside is unreadable, not a crash.
        _ = certificate.extensions, certificate.public_key(), certificate.subject, certificate.issuer
    except Exception:  # noqa: BLE001  the parser meets arbitrary bytes and has no closed set of errors
        raise CardProofError(Code.CARD_UNREADABLE) from None
    return certificate


def _check_chain(
    certificate: x509.Certificate, known: list[x509.Certificate], anchors: list[x509.Certificate], now: datetime
) -> None:
    """Accept the certificate if one path of authorities leads from it to an anchor (RFC 5280 6.1, names and keys)."""
    paths: list[tuple[x509.Certificate, ...]] = [(certificate,)]
    for depth in range(LONGEST_CHAIN):
        longer: list[tuple[x509.Certificate, ...]] = []
        for path in paths:
            if any(_issued(path[-1], anchor, depth, now) for anchor in anchors):
                return
            longer += [
                (*path, issuer) for issuer in known if issuer not in path and _issued(path[-1], issuer, depth, now)
            ]
        paths = longer
    raise CardProofError(Code.CARD_UNTRUSTED)


def _issued(child: x509.Certificate, issuer: x509.Certificate, authorities_below: int, now: datetime) -> bool:
    if child.issuer != issuer.subject or not _valid(issuer, now) or not _may_issue(issuer, authorities_below):
        return False
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may_issue(issuer: x509.Certificate, authorities_below: int) -> bool:
    basic = _extension(issuer, x509.BasicConstraints)
    usage = _extension(issuer, x509.KeyUsage)
    if basic is None or not basic.ca or (usage is not None and not usage.key_cert_sign):
        return False
    return basic.path_length is None or basic.path_length >= authorities_below


def _valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise CardProofError(Code.CARD_EXPIRED)
    if now < certificate.not_valid_before_utc:
        raise CardProofError(Code.CARD_NOT_YET_VALID)


def _check_purpose(certificate: x509.Certificate) -> None:
    usage = _extension(certificate, x509.KeyUsage)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    if usage is None or not usage.digital_signature or usage.content_commitment:
        raise CardProofError(Code.CARD_WRONG_CERTIFICATE)
    if extended is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in extended:
        raise CardProofError(Code.CARD_WRONG_CERTIFICATE)


def _check_category(certificate: x509.Certificate) -> None:
    """Refuse a product that does not say TEST, whoever certified it: a simulator lets no real card log in."""
    for extension in certificate.extensions:
        value = extension.value
        if extension.oid == PRODUCT_CATEGORY and isinstance(value, x509.UnrecognizedExtension):
            if not value.value or value.value[-1] < FIRST_TEST_CATEGORY:
                raise CardProofError(Code.CARD_UNTRUSTED)
            return


def _check_signature(certificate: x509.Certificate, signature: bytes, challenge: bytes) -> None:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise CardProofError(Code.CARD_WRONG_CERTIFICATE)
    if not challenge:
        # an empty challenge would accept a signature made for nothing in particular
        raise CardProofError(Code.CARD_SIGNATURE_WRONG)
    try:
        key.verify(signature, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise CardProofError(Code.CARD_SIGNATURE_WRONG) from None


def _identity(certificate: x509.Certificate) -> CardIdentity:
    # The three attributes share one RDN; asking by attribute finds each of them wherever it stands.
    names = _values(certificate, NameOID.COMMON_NAME)
    if len(names) != 1:
        raise CardProofError(Code.CARD_UNREADABLE)
    return CardIdentity(
        idnat=names[0],
        family_name=" ".join(_values(certificate, NameOID.SURNAME)),
        given_name=" ".join(_values(certificate, NameOID.GIVEN_NAME)),
        serial=certificate.serial_number,
    )


def _values(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid)]


def _extension(certificate: x509.Certificate, kind: type[ExtensionT]) -> ExtensionT | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
