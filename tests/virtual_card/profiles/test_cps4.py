"""The CPS4 as the library of the Agence du Numérique en Santé speaks to it: class byte 01."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from tests.virtual_card.conftest import PIN
from tests.virtual_card.talk import hear, say, sw
from virtual_card.apdu import Response
from virtual_card.desk import Desk, PinRefused
from virtual_card.dialect import CPS4, recognise
from virtual_card.holder import Holder, Profile, personalise
from virtual_card.keys import digest_info, pad
from virtual_card.reader import Reader
from virtual_card.sha_resume import Hash

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Card
    from virtual_card.igc import Igc

SELECT = "01A4040C 08 8025000001FF0100"
GOOD, BAD = "01200001 04 31323334", "01200001 04 30303030"
CERTIFICATES = {0x20: "01A40800 04 0001C002", 0x10: "01A40800 04 0001C001"}
_SHA1 = SHA1()  # noqa: S303 - the card still offers it
SCHEMES = ((0x0A, _SHA1, False), (0x15, _SHA1, True), (0x28, SHA256(), False), (0x2C, SHA256(), True))
MESSAGE = b"SIMULATEUR"
SHA256_DIGEST = hashlib.sha256(MESSAGE).digest()


@pytest.fixture(scope="module")
def cps4(holder: Holder, igc: Igc, now: datetime) -> Card:
    """A CPS4, its application selected."""
    return say(personalise(holder, igc, now=now, profile=Profile.CPS4), SELECT)[0]


def public_key(card: Card, key: int) -> RSAPublicKey:
    """Return the public key in the certificate file of a key."""
    card, _ = say(card, CERTIFICATES[key])
    der = b""
    while len(der) < 4096:
        part = say(card, f"01B0{len(der):04X}E7")[1].data
        der += part
        if len(part) < 0xE7:
            break
    found = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(found, RSAPublicKey)
    return found


def sign(algorithm: int, key: int, digest: bytes) -> tuple[str, str]:
    """Return the commands that sign a digest, as the library sends them."""
    return f"012281B6 04 9102{algorithm:02X}{key | 0x80:02X}", f"012A9E9A{len(digest):02X}{digest.hex()}00"


def signed(card: Card, *commands: str) -> bytes:
    """Send commands and return the whole last answer."""
    data = b""
    card, answer = say(card, *commands)
    while True:
        data += answer.data
        if answer.sw >> 8 != 0x61:
            assert answer.ok, f"{answer.sw:04X}"
            return data
        card, answer = say(card, f"01C00000{answer.sw & 0xFF:02X}")


def test_the_card_says_what_it_is(cps4: Card) -> None:
    """Answer to reset, and the application on channel 1 that no CPS3 knows."""
    reader = Reader(cps4)

    assert "3b9b188001001225006480040100009044" == cps4.image.atr.hex()
    assert CPS4 is recognise(lambda command: Response.parse(reader.transmit(command.render())))


def test_a_file_is_described_with_fci(cps4: Card) -> None:
    """The library refuses a template 62 here."""
    assert "6f" == hear(cps4, "01A40800 04 00015032 00")[:1].hex()


@pytest.mark.parametrize("key", [0x20, 0x10])
@pytest.mark.parametrize(("algorithm", "hash_", "pss"), SCHEMES)
def test_signatures_verify(cps4: Card, key: int, algorithm: int, hash_: HashAlgorithm, *, pss: bool) -> None:
    """PKCS#1 and PSS, SHA-1 and SHA-256, both keys, each under the certificate on the card."""
    digest = hashlib.new(hash_.name, MESSAGE).digest()
    signature = signed(cps4, GOOD, *sign(algorithm, key, digest))
    scheme = padding.PSS(padding.MGF1(hash_), len(digest)) if pss else padding.PKCS1v15()

    public_key(cps4, key).verify(signature, digest, scheme, Prehashed(hash_))
    with pytest.raises(InvalidSignature):
        public_key(cps4, key).verify(signature, bytes(len(digest)), scheme, Prehashed(hash_))


def test_two_pss_signatures_differ(cps4: Card) -> None:
    """The salt is fresh each time."""
    commands = sign(0x2C, 0x20, SHA256_DIGEST)
    once, _ = say(cps4, GOOD, *commands)

    assert signed(cps4, GOOD, *commands) != signed(once, *commands)


@pytest.mark.parametrize("content", [digest_info(Hash.SHA256, SHA256_DIGEST), b"anything at all"])
def test_the_bare_operation(cps4: Card, content: bytes) -> None:
    """The host pads, in two chained parts; the public key gives the block back."""
    block = pad(content, 256)
    parts = ("012241B8 03 830120", f"112A8086FF{block[:255].hex()}", f"012A808601{block[255:].hex()}")
    numbers = public_key(cps4, 0x20).public_numbers()
    signature = int.from_bytes(signed(cps4, GOOD, *parts), "big")

    assert block == pow(signature, numbers.e, numbers.n).to_bytes(256, "big")


def test_the_signature_key_does_no_bare_operation(cps4: Card) -> None:
    """It would sign a login."""
    parts = ("012241B8 03 830110", f"112A8086FF{'00' * 255}", "012A8086 01 01")

    assert "6982" == sw(cps4, GOOD, *parts)


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (sign(0x2C, 0x20, SHA256_DIGEST), "6982"),
        ((GOOD, *sign(0x2C, 0x20, b"short")), "6700"),
        ((GOOD, *sign(0x42, 0x20, SHA256_DIGEST)), "6985"),
        ((GOOD, "012281B6 04 91022CB3"), "6A88"),
        ((GOOD, "012281B6 03 91012C"), "6A80"),
        ((GOOD, "012281B6 02 9100"), "6A80"),
        ((GOOD, sign(0x2C, 0x20, SHA256_DIGEST)[1]), "6985"),
        ((GOOD, "012A90A0 02 9000"), "6A86"),
        ((GOOD, "012241B8 03 830120", "012A8086 02 0000"), "6700"),
        ((GOOD, "012241B8 03 830120", f"112A8086FF{'FF' * 255}", "012A8086 01 FF"), "6A80"),
        ((GOOD, "01880000 04 01020304"), "6D00"),
        ((GOOD, "00880000 04 01020304"), "6D00"),
        (("02840000",), "6881"),
    ],
)
def test_refusals(cps4: Card, commands: tuple[str, ...], status: str) -> None:
    """No PIN, a wrong length, algorithm, key or operation; INTERNAL AUTHENTICATE there is none."""
    assert status == sw(cps4, *commands)


def test_unblock_as_the_library_does(cps4: Card) -> None:
    """PUK, then reset without data, then the new PIN without the old one."""
    blocked, _ = say(cps4, BAD, BAD, BAD)
    opened, answer = say(blocked, "01200002 08 3132333435363738", "012C0381", "01240101 04 34333231")

    assert ("6983", 0x9000) == (sw(blocked, GOOD), answer.sw)
    assert ("9000", "63C2") == (sw(opened, "01200001 04 34333231"), sw(opened, "0120000104 31323334"))


def test_a_new_pin_without_anything_is_refused(cps4: Card) -> None:
    """Neither PIN nor PUK was presented."""
    assert "6982" == sw(cps4, "01240101 04 34333231")


def test_the_desk_uses_it_like_any_card(cps4: Card) -> None:
    """Identity, a wrong PIN, a proof."""
    desk = Desk(Reader(cps4))
    before = desk.tries_left()
    with pytest.raises(PinRefused) as wrong:
        desk.verify_pin("0000")
    desk.verify_pin(PIN)
    proof = desk.authenticate(b"challenge")
    key = x509.load_der_x509_certificate(proof.certificate_der).public_key()
    identity = desk.read_identity()

    assert (3, 2, None) == (before, wrong.value.tries_left, desk.tries_left())
    assert ("899799000015", "CPS4v1-9900000100") == (identity.idnat, identity.label)
    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, b"challenge", padding.PKCS1v15(), SHA256())


def test_software_of_the_cps3_finds_files_but_no_key(cps4: Card) -> None:
    """Channel 0: our choice, see the profile."""
    assert ("9000", "6D00") == (sw(cps4, "00A4090C04 3F00D003"), sw(cps4, "002241A4 06 800102 840120"))
