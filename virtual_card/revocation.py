"""Cards in opposition: lists of revoked certificates, whole and delta, and answers about one certificate (OCSP).

At the Agence du Numérique en Santé, putting a card in opposition revokes the certificates on it.  How often lists are
published, and that the authority itself signs OCSP answers, are our choices.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from virtual_card.certificate_shape import Range
    from virtual_card.igc import Authority, Igc

LIST_LIFETIME = timedelta(days=7)
DELTA_LIFETIME = timedelta(hours=1)
ANSWER_LIFETIME = timedelta(hours=1)


class Reason(StrEnum):
    """Why a card is in opposition (RFC 5280 5.3.1); a hold can be lifted."""

    LOST = "keyCompromise"
    CEASED = "cessationOfOperation"
    REPLACED = "superseded"
    HELD = "certificateHold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposition:
    """One revoked certificate: its number, since when, and why; ``until`` is when a hold was lifted."""

    serial: int
    since: datetime
    reason: Reason = Reason.LOST
    until: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Tell whether the certificate is revoked at a moment."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Who is in opposition in a fictional hierarchy; a value, so that two tests never meet in one."""

    igc: Igc
    oppositions: tuple[Opposition, ...] = ()

    def oppose(self, *certificates: bytes, since: datetime, reason: Reason = Reason.LOST) -> Register:
        """Return the register with certificates (DER) in opposition, usually all those of a card."""
        added = tuple(Opposition(serial=_serial(der), since=since, reason=reason) for der in certificates)
        return replace(self, oppositions=self.oppositions + added)

    def lift(self, *certificates: bytes, at: datetime) -> Register:
        """Return the register with the holds on certificates (DER) lifted.

        Raises:
            ValueError: one of them is not on hold; any other opposition is for good.
        """
        serials = {_serial(der) for der in certificates}
        if missing := serials - {one.serial for one in self.oppositions if one.reason is Reason.HELD and not one.until}:
            msg = f"certificates: {len(missing)} of {len(serials)} not on hold; only Reason.HELD can be lifted"
            raise ValueError(msg)
        kept = tuple(
            replace(one, until=at) if one.serial in serials and one.reason is Reason.HELD else one
            for one in self.oppositions
        )
        return replace(self, oppositions=kept)

    def crl(self, level: Range, *, now: datetime) -> bytes:
        """Return the whole list of a range's authority of persons, DER, as published at a moment (RFC 5280 5)."""
        standing = [one for one in self.oppositions if one.stands(now)]
        builder = _list(self.igc.persons[level], now, LIST_LIFETIME)
        return _signed(builder, self.igc.persons[level], map(_entry, standing))

    def delta_crl(self, level: Range, *, base: datetime, now: datetime) -> bytes:
        """Return what changed since the whole list of an earlier moment, DER (RFC 5280 5.2.4)."""
        new = [_entry(one) for one in self.oppositions if one.stands(now) and not one.stands(base)]
        lifted = [
            _entry(one, x509.ReasonFlags.remove_from_crl)
            for one in self.oppositions
            if one.stands(base) and not one.stands(now)
        ]
        builder = _list(self.igc.persons[level], now, DELTA_LIFETIME)
        builder = builder.add_extension(x509.DeltaCRLIndicator(_number(base)), critical=True)
        return _signed(builder, self.igc.persons[level], [*new, *lifted])

    def ocsp(self, request: bytes, *, now: datetime) -> bytes:
        """Answer a question about one certificate, DER to DER (RFC 6960).

        Anything that is no such question is answered with ``malformedRequest``, one about another authority's
        certificate with `unauthorized`.  One that is not in opposition is good, whether it was ever issued or not.
        """
        try:
            asked = ocsp.load_der_ocsp_request(request)
            algorithm, serial = asked.hash_algorithm, asked.serial_number
            issuer = self._issuer(asked.issuer_name_hash, asked.issuer_key_hash, algorithm)
            extensions = list(asked.extensions)
        except Exception:  # noqa: BLE001 - the parser meets arbitrary bytes and has no closed set of errors
            return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if issuer is None:
            return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        found = next((one for one in self.oppositions if one.serial == serial and one.stands(now)), None)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=serial,
            algorithm=algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if found else ocsp.OCSPCertStatus.GOOD,
            this_update=now,
            next_update=now + ANSWER_LIFETIME,
            revocation_time=found.since if found else None,
            revocation_reason=_flag(found.reason) if found else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
        for extension in extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _issuer(self, name_hash: bytes, key_hash: bytes, algorithm: hashes.HashAlgorithm) -> Authority | None:
        for authority in (*self.igc.persons.values(), *self.igc.roots.values()):
            if (name_hash, key_hash) == _hashes_of(authority, algorithm):
                return authority
        return None


def _serial(der: bytes) -> int:
    return x509.load_der_x509_certificate(der).serial_number


def _number(moment: datetime) -> int:
    # Whole and delta lists share one numbering that only grows (RFC 5280 5.2.3): seconds do.
    return int(moment.timestamp())


def _list(authority: Authority, now: datetime, lifetime: timedelta) -> x509.CertificateRevocationListBuilder:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    return (
        x509.CertificateRevocationListBuilder(
            issuer_name=authority.certificate.subject, last_update=now, next_update=now + lifetime
        )
        .add_extension(x509.CRLNumber(_number(now)), critical=False)
        .add_extension(identifier, critical=False)
    )


def _signed(
    builder: x509.CertificateRevocationListBuilder, authority: Authority, entries: Iterable[x509.RevokedCertificate]
) -> bytes:
    for entry in entries:
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _entry(one: Opposition, reason: x509.ReasonFlags | None = None) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder(serial_number=one.serial, revocation_date=one.since)
    return builder.add_extension(x509.CRLReason(reason or _flag(one.reason)), critical=False).build()


def _flag(reason: Reason) -> x509.ReasonFlags:
    return x509.ReasonFlags(reason.value)


def _hashes_of(authority: Authority, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """Return how a question names an authority: hashes of its name and of its key's bits (RFC 6960 4.1.1)."""
    certificate = authority.certificate
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return (
        hashlib.new(algorithm.name, certificate.subject.public_bytes()).digest(),
        hashlib.new(algorithm.name, key).digest(),
    )


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
