from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from virtual_card.certificate_shape import CertificateUse, PrivateExtension, Range, Subject, Validity
from virtual_card.holder import CardFamily, Holder
from virtual_card.igc import Igc
from virtual_card.keys import KEY_BITS, simulated_key

KEY = simulated_key("tests").public_key()


def issued(
    igc: Igc, subject: Subject, now: datetime, use: CertificateUse, level: Range = Range.FORT
) -> x509.Certificate:
    """Return a certificate that is valid now."""
    der = igc.issue(subject, KEY, use=use, validity=Validity.running(now), level=level)
    return x509.load_der_x509_certificate(der)


def test_three_ranges_each_with_root_and_persons(igc: Igc) -> None:
    """Every authority of persons is signed by the root of its range and by no other."""
    roots = [x509.load_der_x509_certificate(der) for der in igc.anchors]
    persons = [x509.load_der_x509_certificate(der) for der in igc.intermediates]

    assert (3, 3) == (len(roots), len(persons))
    for root in roots:
        root.verify_directly_issued_by(root)
    for root, person in zip(roots, persons, strict=True):
        person.verify_directly_issued_by(root)
    with pytest.raises((InvalidSignature, ValueError)):
        persons[0].verify_directly_issued_by(roots[1])


def test_every_authority_says_what_it_is(igc: Igc) -> None:
    """Names say FICTIF and SIMULATEUR; authorities may sign certificates and nothing below persons is one."""
    for der in (*igc.anchors, *igc.intermediates):
        one = x509.load_der_x509_certificate(der)
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = one.extensions.get_extension_for_class(x509.KeyUsage)
        key = one.public_key()

        assert isinstance(key, RSAPublicKey)
        assert KEY_BITS == key.key_size
        assert all(word in one.subject.rfc4514_string() for word in ("FICTIF", "SIMULATEUR", "TEST"))
        assert (True, True) == (constraints.critical, constraints.value.ca)
        assert (True, True) == (usage.critical, usage.value.key_cert_sign)


def test_the_authentication_certificate(igc: Igc, holder: Holder, now: datetime) -> None:
    """DigitalSignature alone and critical, client authentication and logon, UPN, TEST product, token id, profession."""
    one = issued(igc, holder.subject, now, CertificateUse.AUTHENTICATION)
    usage = one.extensions.get_extension_for_class(x509.KeyUsage)
    extended = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    names = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    private = {
        oid: one.extensions.get_extension_for_oid(ObjectIdentifier(oid))
        for oid in PrivateExtension
        if oid is not PrivateExtension.PROFESSION_IN_TRAINING
    }

    assert (True, True, False) == (usage.critical, usage.value.digital_signature, usage.value.content_commitment)
    assert ExtendedKeyUsageOID.CLIENT_AUTH in extended
    assert b"899799000015@carte-cps.invalid" == names.get_values_for_type(x509.OtherName)[0].value[2:]
    assert {
        PrivateExtension.CARD_TYPE: "020100",
        PrivateExtension.TOKEN_ID: "1315" + b"8025000001/9900000100".hex(),
        PrivateExtension.PRODUCT_CATEGORY: "040180",
        PrivateExtension.PROFESSION: "02010a",
    } == {oid: one.value.public_bytes().hex() for oid, one in private.items()}
    assert not any(one.critical for one in private.values())
    one.verify_directly_issued_by(igc.persons[Range.FORT].certificate)


def test_the_signature_certificate(igc: Igc, holder: Holder, now: datetime) -> None:
    """NonRepudiation alone, e-mail protection: it must not pass for the other one."""
    one = issued(igc, holder.subject, now, CertificateUse.SIGNATURE)
    usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
    extended = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert (False, True) == (usage.digital_signature, usage.content_commitment)
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in extended


def test_the_last_step_of_the_name_holds_three_values(igc: Igc, holder: Holder, now: datetime) -> None:
    """Given name, CN and surname share one RDN; DER sorts them, so the CN need not come first."""
    name = issued(igc, holder.subject, now, CertificateUse.AUTHENTICATION).subject
    last = name.rdns[-1]

    assert {NameOID.GIVEN_NAME: "CAMILLE", NameOID.COMMON_NAME: "899799000015", NameOID.SURNAME: "ESSAI"} == {
        one.oid: one.value for one in last
    }
    assert ["FR", "Médecin"] == [next(iter(rdn)).value for rdn in name.rdns[:-1]]


def test_staff_are_named_with_their_structure(igc: Igc, now: datetime) -> None:
    """A CPE says organisation, structure and the status instead of a profession."""
    holder = Holder(
        idnat="30B0990016/CPET0001",
        given_name="ALEX",
        family_name="AGENT",
        serial=99_000_012,
        family=CardFamily.CPE,
        structure="10B0990016",
        structure_name="HOPITAL FICTIF",
    )
    name = issued(igc, holder.subject, now, CertificateUse.AUTHENTICATION, holder.family.level).subject

    assert ["FR", "HOPITAL FICTIF", "10B0990016", "Personnel santé ou social"] == [
        next(iter(rdn)).value for rdn in name.rdns[:-1]
    ]
    assert "30B0990016/CPET0001" == name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


@pytest.mark.parametrize(
    ("validity", "running"), [(Validity.running, True), (Validity.expired, False), (Validity.to_come, False)]
)
def test_validities(igc: Igc, holder: Holder, now: datetime, validity: object, *, running: bool) -> None:
    """Three years, around now, over, or to come."""
    assert callable(validity)
    period = validity(now)
    der = igc.issue(holder.subject, KEY, use=CertificateUse.AUTHENTICATION, validity=period, level=Range.FORT)
    one = x509.load_der_x509_certificate(der)

    assert running is (one.not_valid_before_utc <= now <= one.not_valid_after_utc)
    assert timedelta(days=3 * 365) == one.not_valid_after_utc - one.not_valid_before_utc


def test_serial_numbers(igc: Igc, holder: Holder, now: datetime) -> None:
    """Sixteen bytes that follow from what is certified, or the one that was asked for."""
    auth = issued(igc, holder.subject, now, CertificateUse.AUTHENTICATION)
    again = issued(igc, holder.subject, now, CertificateUse.AUTHENTICATION)
    sign = issued(igc, holder.subject, now, CertificateUse.SIGNATURE)
    asked = igc.issue(
        holder.subject,
        KEY,
        use=CertificateUse.SIGNATURE,
        validity=Validity.running(now),
        level=Range.FORT,
        serial=4711,
    )

    assert 121 == auth.serial_number.bit_length()
    assert auth == again
    assert auth.serial_number != sign.serial_number
    assert 4711 == x509.load_der_x509_certificate(asked).serial_number


def test_another_hierarchy_is_another_one(igc: Igc, now: datetime) -> None:
    """A hierarchy of another name shares no certificate with ours, though it has the same shape."""
    other = Igc.create(now=now, name="AUTRE", keys=lambda _name: simulated_key("tests"))

    assert set() == {*igc.anchors, *igc.intermediates} & {*other.anchors, *other.intermediates}
