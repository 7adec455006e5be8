from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mock_idp.ecps.card_proof import CardProof, CardProofError, verify
from mock_idp.ecps.refusals import Code
from tests.virtual_card.talk import GOOD_PIN, hear, sw
from virtual_card.desk import Desk
from virtual_card.holder import Holder, Profile, personalise
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Card
    from virtual_card.igc import Igc


@pytest.fixture(scope="module")
def airborne(holder: Holder, igc: Igc, now: datetime) -> Card:
    """The card through the air."""
    return personalise(holder, igc, now=now, profile=Profile.CPS3_CONTACTLESS)


def test_the_card_says_what_it_is(airborne: Card) -> None:
    """Answer to reset, application identifier, token label."""
    assert "3b8f80010031b86404b0ecc1739401808290000e" == airborne.image.atr.hex()
    assert "9000" == sw(airborne, "00A4040C0D E828BD080F8025000001FF0020")
    assert "6A82" == sw(airborne, "00A4040C0D E828BD080F8025000001FF0010")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (GOOD_PIN, "6D00"),
        ("0024000108 3132333434333231", "6D00"),
        ("002A9E9A00", "6D00"),
        ("00A4090C06 3F0000017001", "6A82"),
        ("00A4090C06 3F000002D120", "6A82"),
    ],
)
def test_no_pin_no_signature_no_private_data(airborne: Card, command: str, status: str) -> None:
    """Nothing to verify, nothing to sign with, no situation of practice; 0001/7001 tells the interfaces apart."""
    assert status == sw(airborne, command)


def test_the_technical_key_authenticates_the_card_without_pin(airborne: Card) -> None:
    """And its certificate tells nothing of the holder."""
    desk = Desk(Reader(airborne))
    proof = desk.authenticate(b"challenge")
    certificate = x509.load_der_x509_certificate(proof.certificate_der)
    key = certificate.public_key()
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    (label,) = [one.label for one in desk.certificates()]

    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, b"challenge", padding.PKCS1v15(), SHA256())
    assert ("Certificat technique CPS", None) == (label, desk.tries_left())
    assert ["CARTE 8025000001/9900000100"] == [
        one.value for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    assert [] == list(certificate.subject.get_attributes_for_oid(NameOID.SURNAME))
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in usage


def test_no_provider_takes_it_for_a_login(airborne: Card, igc: Igc, now: datetime) -> None:
    """The certificate is not one for authentication of a person."""
    proof = Desk(Reader(airborne)).authenticate(b"challenge")
    with pytest.raises(CardProofError) as refused:
        verify(
            CardProof(certificate=proof.certificate_der, signature=proof.signature),
            challenge=b"challenge",
            idnat="899799000015",
            anchors=igc.anchors,
            intermediates=igc.intermediates,
            now=now,
        )

    assert Code.CARD_WRONG_CERTIFICATE is refused.value.code


def test_only_the_card_number_is_readable(airborne: Card) -> None:
    """Serial number and card identity; the holder's name stays on the card."""
    everything = b"".join(
        hear(airborne, f"00A4090C{2 * len(path):02X}{''.join(f'{part:04X}' for part in path)}", "00B0000000")[:256]
        for path, node in airborne.image.files.nodes.items()
        if hasattr(node, "content") and len(node.content) < 256
    )

    assert b"9900000100" in everything
    assert b"ESSAI" not in everything
    assert b"899799000015" not in everything
