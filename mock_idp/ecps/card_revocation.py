"""Whether a card is in opposition, as lists of revoked certificates say it, whole ones and deltas (RFC 5280 5, 6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mock_idp.ecps.refusals import Code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def revocation(
    certificate: x509.Certificate, *, crls: tuple[bytes, ...], authorities: Iterable[x509.Certificate], now: datetime
) -> Code | None:
    """Return why a certificate is refused, or None when a current list of its authority does not hold it.

    Args:
        certificate: of a card.
        crls: DER; what is no list, of another authority, signed by somebody else or out of date is passed over.
        authorities: who may have signed the lists.
        now: aware UTC.

    Returns:
        ``card-revoked``, or ``card-revocation-unknown`` without a whole list in force.
    """
    signers = [one for one in authorities if one.subject == certificate.issuer]
    current = [one for one in map(_read, crls) if one is not None and _counts(one, signers, now)]
    whole = max((one for one in current if _base(one) is None), key=_number, default=None)
    if whole is None:
        return Code.CARD_REVOCATION_UNKNOWN
    # A delta adds to any whole list at least as new as its base, and only if it is newer itself (RFC 5280 5.2.4).
    deltas = [one for one in current if (base := _base(one)) is not None and base <= _number(whole) < _number(one)]
    listed = [whole, *sorted(deltas, key=_number)]
    entries = [one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in listed]
    last = next((one for one in reversed(entries) if one is not None), None)
    return None if last is None or _lifted(last) else Code.CARD_REVOKED


def _read(der: bytes) -> x509.CertificateRevocationList | None:
    try:
        found = x509.load_der_x509_crl(der)
        _ = found.extensions, found.issuer
    except Exception:  # noqa: BLE001  the parser meets arbitrary bytes and has no closed set of errors
        return None
    return found


def _counts(crl: x509.CertificateRevocationList, signers: list[x509.Certificate], now: datetime) -> bool:
    until = crl.next_update_utc
    if crl.last_update_utc > now or until is None or now >= until:
        return False
    keys = [one.public_key() for one in signers if one.subject == crl.issuer]
    return any(crl.is_signature_valid(key) for key in keys if isinstance(key, RSAPublicKey))


def _number(crl: x509.CertificateRevocationList) -> int:
    try:
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0


def _base(crl: x509.CertificateRevocationList) -> int | None:
    try:
        return crl.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number
    except x509.ExtensionNotFound:
        return None


def _lifted(entry: x509.RevokedCertificate) -> bool:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason is x509.ReasonFlags.remove_from_crl
