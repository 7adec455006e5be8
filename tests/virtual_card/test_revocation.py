from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.certificate_shape import Range
from virtual_card.desk import Desk
from virtual_card.igc import Igc
from virtual_card.reader import Reader
from virtual_card.revocation import Reason, Register

if TYPE_CHECKING:
    from pathlib import Path

    from virtual_card.card import Card

HOUR = timedelta(hours=1)
_SHA1 = SHA1()  # noqa: S303 - what OCSP clients ask with


@pytest.fixture(scope="module")
def certificates(card: Card) -> tuple[bytes, bytes]:
    """The card's authentication and signature certificates, DER."""
    found = Desk(Reader(card)).certificates()
    (authentication,) = [one.der for one in found if one.authenticates]
    (signature,) = [one.der for one in found if not one.authenticates]
    return authentication, signature


@pytest.fixture(scope="module")
def register(igc: Igc) -> Register:
    """Nobody is in opposition."""
    return Register(igc=igc)


def serial(der: bytes) -> int:
    """Return a certificate's number."""
    return x509.load_der_x509_certificate(der).serial_number


def listed(der: bytes) -> dict[int, x509.ReasonFlags]:
    """Return the numbers in a list, each with its reason."""
    found = {}
    for entry in x509.load_der_x509_crl(der):
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value
        found[entry.serial_number] = reason.reason
    return found


def question(der: bytes, issuer: x509.Certificate, algorithm: HashAlgorithm = _SHA1, nonce: bytes = b"") -> bytes:
    """Return an OCSP request about a certificate."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(x509.load_der_x509_certificate(der), issuer, algorithm)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def issuer(igc: Igc) -> x509.Certificate:
    """Return the certificate of the authority that made the card's."""
    return igc.persons[Range.FORT].certificate


def test_a_list_is_signed_dated_and_numbered(register: Register, igc: Igc, now: datetime) -> None:
    """By the authority of persons of its range, for a week."""
    crl = x509.load_der_x509_crl(register.crl(Range.FORT, now=now))
    key = igc.persons[Range.FORT].certificate.public_key()
    other = igc.persons[Range.STANDARD].certificate.public_key()
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number

    assert isinstance(key, RSAPublicKey)
    assert isinstance(other, RSAPublicKey)
    assert (True, False) == (crl.is_signature_valid(key), crl.is_signature_valid(other))
    assert issuer(igc).subject == crl.issuer
    assert (now, now + timedelta(days=7), int(now.timestamp())) == (
        crl.last_update_utc,
        crl.next_update_utc,
        number,
    )
    assert [] == list(crl)


def test_opposition_revokes_what_is_on_the_card(
    register: Register, certificates: tuple[bytes, bytes], now: datetime
) -> None:
    """Both certificates, with the reason, from that moment on and not before; other values stay what they were."""
    opposed = register.oppose(*certificates, since=now, reason=Reason.LOST)

    assert {serial(one): x509.ReasonFlags.key_compromise for one in certificates} == listed(
        opposed.crl(Range.FORT, now=now)
    )
    assert {} == listed(opposed.crl(Range.FORT, now=now - HOUR))
    assert {} == listed(register.crl(Range.FORT, now=now))


def test_a_delta_list_tells_what_changed(register: Register, certificates: tuple[bytes, bytes], now: datetime) -> None:
    """New since the base: there. Older: not there. A lifted hold: taken off the list."""
    authentication, signature = certificates
    opposed = register.oppose(authentication, since=now - HOUR, reason=Reason.HELD).oppose(signature, since=now + HOUR)
    lifted = opposed.lift(authentication, at=now + 2 * HOUR)
    delta = x509.load_der_x509_crl(lifted.delta_crl(Range.FORT, base=now, now=now + 3 * HOUR))
    indicator = delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator)

    assert {serial(signature): x509.ReasonFlags.key_compromise, serial(authentication): x509.ReasonFlags.remove_from_crl} == listed(lifted.delta_crl(Range.FORT, base=now, now=now + 3 * HOUR))  # fmt: skip  # noqa: E501
    assert {serial(signature): x509.ReasonFlags.key_compromise} == listed(
        opposed.delta_crl(Range.FORT, base=now, now=now + 3 * HOUR)
    )
    assert (int(now.timestamp()), True) == (indicator.value.crl_number, indicator.critical)


def test_a_lifted_hold_is_over(register: Register, certificates: tuple[bytes, bytes], now: datetime) -> None:
    """On the list while it lasted, not after."""
    held = register.oppose(certificates[0], since=now, reason=Reason.HELD)
    lifted = held.lift(certificates[0], at=now + HOUR)

    assert [1, 0] == [len(listed(lifted.crl(Range.FORT, now=now + hours * HOUR))) for hours in (0, 1)]


def test_only_a_hold_is_lifted(register: Register, certificates: tuple[bytes, bytes], now: datetime) -> None:
    """A lost card stays lost, and one never held cannot be let go."""
    lost = register.oppose(certificates[0], since=now)

    for one in (lost, register):
        with pytest.raises(ValueError, match="1 of 1 not on hold"):
            one.lift(certificates[0], at=now)


@pytest.mark.parametrize("algorithm", [_SHA1, SHA256()], ids=lambda one: one.name)
def test_ocsp_knows_good_and_revoked(
    register: Register, certificates: tuple[bytes, bytes], igc: Igc, now: datetime, algorithm: HashAlgorithm
) -> None:
    """Signed by the authority; when and why, the nonce given back."""
    opposed = register.oppose(certificates[0], since=now - HOUR, reason=Reason.CEASED)
    asked = question(certificates[0], issuer(igc), algorithm, nonce=b"once-only")
    good, revoked = (ocsp.load_der_ocsp_response(one.ocsp(asked, now=now)) for one in (register, opposed))
    key = issuer(igc).public_key()

    assert (ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED) == (
        good.certificate_status,
        revoked.certificate_status,
    )
    assert (now - HOUR, x509.ReasonFlags.cessation_of_operation) == (
        revoked.revocation_time_utc,
        revoked.revocation_reason,
    )
    assert (serial(certificates[0]), now, now + HOUR) == (
        good.serial_number,
        good.this_update_utc,
        good.next_update_utc,
    )
    earlier = ocsp.load_der_ocsp_response(opposed.ocsp(asked, now=now - 2 * HOUR))

    assert ocsp.OCSPCertStatus.GOOD is earlier.certificate_status
    assert b"once-only" == good.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert isinstance(key, RSAPublicKey)
    key.verify(revoked.signature, revoked.tbs_response_bytes, PKCS1v15(), SHA256())


def test_ocsp_answers_for_its_own_authorities_only(
    register: Register, certificates: tuple[bytes, bytes], now: datetime
) -> None:
    """The same names with other keys are somebody else."""
    other = Igc.create(now=now, name="AUTRE")
    answer = ocsp.load_der_ocsp_response(register.ocsp(question(certificates[0], issuer(other)), now=now))

    assert ocsp.OCSPResponseStatus.UNAUTHORIZED is answer.response_status


@given(request=st.binary(max_size=200))
def test_any_bytes_get_an_ocsp_answer(request: bytes) -> None:
    """Nonsense is malformed, never an exception."""
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    answer = ocsp.load_der_ocsp_response(Register(igc=Igc.create(now=now)).ocsp(request, now=now))

    assert ocsp.OCSPResponseStatus.MALFORMED_REQUEST is answer.response_status


def test_certificates_say_where_to_ask(certificates: tuple[bytes, bytes]) -> None:
    """List, delta, OCSP and authority, on a host that never resolves."""
    extensions = x509.load_der_x509_certificate(certificates[0]).extensions
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    fresh = extensions.get_extension_for_class(x509.FreshestCRL).value
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    where = {one.access_method: one.access_location.value for one in access}

    assert ["http://igc.invalid/crl/fort.crl"] == [one.value for point in points for one in point.full_name or ()]
    assert ["http://igc.invalid/delta/fort.crl"] == [one.value for point in fresh for one in point.full_name or ()]
    assert {
        AuthorityInformationAccessOID.OCSP: "http://igc.invalid/ocsp",
        AuthorityInformationAccessOID.CA_ISSUERS: "http://igc.invalid/ac/fort.cer",
    } == where


@pytest.mark.requires("openssl")
def test_openssl_follows_lists_deltas_and_answers(
    register: Register, certificates: tuple[bytes, bytes], igc: Igc, now: datetime, tmp_path: Path
) -> None:
    """A program of its own mind accepts the card before opposition, and refuses it by each of the three ways after."""
    at = now + 2 * HOUR
    opposed = register.oppose(certificates[0], since=now + HOUR)
    for name, der in {
        "root": igc.roots[Range.FORT].der,
        "authority": issuer(igc).public_bytes(Encoding.DER),
        "card": certificates[0],
    }.items():
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    lists = {
        "before": register.crl(Range.FORT, now=now),
        "after": opposed.crl(Range.FORT, now=at),
        "delta": opposed.delta_crl(Range.FORT, base=now, now=at),
    }
    for name, der in lists.items():
        (tmp_path / f"{name}.pem").write_bytes(x509.load_der_x509_crl(der).public_bytes(Encoding.PEM))

    def verified(*crls: str) -> str:
        files = [argument for name in crls for argument in ("-CRLfile", f"{name}.pem")]
        deltas = ["-extended_crl", "-use_deltas"] if "delta" in crls else []
        moment = ["-attime", str(int(at.timestamp()))]
        chain = ["-CAfile", "root.pem", "-untrusted", "authority.pem", "card.pem"]
        return openssl(tmp_path, "verify", *moment, "-crl_check", *deltas, *files, *chain)

    (tmp_path / "answer.der").write_bytes(opposed.ocsp(question(certificates[0], issuer(igc)), now=at))
    asked = ["-issuer", "authority.pem", "-cert", "card.pem", "-respin", "answer.der"]
    trust = ["-CAfile", "root.pem", "-verify_other", "authority.pem", "-validity_period", str(10**9)]
    answered = openssl(tmp_path, "ocsp", *asked, *trust, "-attime", str(int(at.timestamp())))

    assert "card.pem: OK" in verified("before")
    assert "certificate revoked" in verified("after")
    assert "certificate revoked" in verified("before", "delta")
    assert "Response verify OK" in answered
    assert "card.pem: revoked" in answered


def openssl(folder: Path, *command: str) -> str:
    """Run openssl in a folder and return all that it says."""
    done = subprocess.run(["openssl", *command], cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S607
    return done.stdout + done.stderr
