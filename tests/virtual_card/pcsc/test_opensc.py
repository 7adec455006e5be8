"""OpenSC as Debian ships it, unmodified, with the card in a real PC/SC service."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from virtual_card.access import PinRef
from virtual_card.keys import digest_info
from virtual_card.sha_resume import Hash

if TYPE_CHECKING:
    from tests.virtual_card.pcsc.service import Program, Service
    from virtual_card.card import Card
    from virtual_card.transport.vpcd import VpcdSlot

pytestmark = [pytest.mark.pcsc, pytest.mark.integration, pytest.mark.requires("pcscd", "vpcd", "opensc", "pyscard")]

AUTHENTICATION_KEY = "e828bd080f8025000001ff001002"
MESSAGE = "SIMULATEUR : message à signer".encode()
DIGEST = hashlib.sha256(MESSAGE).digest()


def public_key(service: Service) -> RSAPublicKey:
    """Return the public key in the certificate that OpenSC reads from the card."""
    read = service.run("pkcs15-tool", "--read-certificate", AUTHENTICATION_KEY)
    key = x509.load_pem_x509_certificate(read.out).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def login(service: Service, pin: str, *then: str) -> Program:
    """Log in through PKCS#11 and do something."""
    return service.run("pkcs11-tool", "--login", "--pin", pin, *(then or ("--list-objects",)))


def tries(slot: VpcdSlot, ref: PinRef = PinRef.PIN) -> int:
    """Return how many wrong presentations the card still takes."""
    assert slot.card is not None
    return slot.card.memory.pins[ref].tries_left


@pytest.mark.usefixtures("slot")
def test_opensc_tool_recognises_the_card(service: Service, card: Card) -> None:
    """By its answer to reset, as an IAS-ECC card; the serial number is the card's."""
    named = service.run("opensc-tool", "--name")
    atr = service.run("opensc-tool", "--atr")
    serial = service.run("opensc-tool", "--serial")

    assert (0, "IAS-ECC") == (named.code, named.said.splitlines()[0])
    assert card.image.atr == bytes.fromhex(atr.out.decode().strip().replace(":", ""))
    assert "00 00 01 99 00 00 01 7F" in serial.said


@pytest.mark.usefixtures("slot")
def test_pkcs15_tool_dumps_everything(service: Service) -> None:
    """Token, PIN and PUK, two keys with their certificates, data objects, in the places where they stand."""
    dump = service.run("pkcs15-tool", "--dump")
    wanted = (
        "PKCS#15 Card [CPS3v3-9900000100]",
        "Manufacturer ID: ASIP SANTE",
        "Flags          : Read-only, Login required",
        "PIN [Code porteur]",
        "PIN [Code de deblocage]",
        "Private RSA Key [CPS_PRIV_SIG]",
        "Private RSA Key [CPS_PRIV_AUT]",
        "Key ref        : 130 (0x82)",
        "X.509 Certificate [Certificat d'Authentification CPS]",
        "Data object 'CPS_ACTIVITY_01_PS'",
    )

    assert 0 == dump.code, dump.said
    assert [] == [one for one in wanted if one not in dump.said]


@pytest.mark.usefixtures("slot")
def test_the_certificate_comes_back_byte_by_byte(service: Service, card: Card) -> None:
    """What middleware reads is what the hierarchy issued."""
    read = service.run("pkcs15-tool", "--read-certificate", AUTHENTICATION_KEY)
    file = card.image.files.get((0x3F00, 0x0001, 0xC002))

    assert file is not None
    assert x509.load_der_x509_certificate(getattr(file, "content", b"")) == x509.load_pem_x509_certificate(read.out)


@pytest.mark.usefixtures("slot")
def test_login_sign_verify(service: Service) -> None:
    """A DigestInfo signed by the authentication key through PKCS#11 verifies under the card's certificate."""
    (service.home / "digest-info").write_bytes(digest_info(Hash.SHA256, DIGEST))
    sign = ("--sign", "--mechanism", "RSA-PKCS", "--id", AUTHENTICATION_KEY)
    signed = login(service, "1234", *sign, "--input-file", "digest-info", "--output-file", "signature")
    signature = (service.home / "signature").read_bytes()

    assert 0 == signed.code, signed.said
    public_key(service).verify(signature, DIGEST, padding.PKCS1v15(), Prehashed(SHA256()))


@pytest.mark.usefixtures("slot")
def test_openssl_agrees_with_the_signature(service: Service) -> None:
    """A third program, which knows nothing of cards, says so too."""
    (service.home / "message").write_bytes(MESSAGE)
    (service.home / "digest-info").write_bytes(digest_info(Hash.SHA256, DIGEST))
    sign = ("--sign", "--mechanism", "RSA-PKCS", "--id", AUTHENTICATION_KEY)
    login(service, "1234", *sign, "--input-file", "digest-info", "--output-file", "signature")
    certificate = service.run("pkcs15-tool", "--read-certificate", AUTHENTICATION_KEY).out
    key = service.run("openssl", "x509", "-pubkey", "-noout", stdin=certificate).out
    (service.home / "key.pem").write_bytes(key)
    verified = service.run(
        "openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message"
    )  # fmt: skip
    (service.home / "message").write_bytes(MESSAGE + b"!")
    spoilt = service.run("openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "message")

    assert (0, 1) == (verified.code, spoilt.code), verified.said


@pytest.mark.usefixtures("slot")
def test_decrypt(service: Service) -> None:
    """What was encrypted to the card's key comes back in clear."""
    (service.home / "secret").write_bytes(public_key(service).encrypt(b"FICTIF", padding.PKCS1v15()))
    opened = login(
        service,
        "1234",
        *("--decrypt", "--mechanism", "RSA-PKCS", "--id", AUTHENTICATION_KEY),
        *("--input-file", "secret", "--output-file", "clear"),
    )

    assert 0 == opened.code, opened.said
    assert b"FICTIF" == (service.home / "clear").read_bytes()


def test_a_wrong_pin_costs_a_try(service: Service, slot: VpcdSlot) -> None:
    """PKCS#11 says so, the card counts it, and the right one restores the tries."""
    wrong = login(service, "0000")
    left = tries(slot)
    right = login(service, "1234")

    assert (1, True, 2) == (wrong.code, "CKR_PIN_INCORRECT" in wrong.said, left)
    assert (0, 3) == (right.code, tries(slot))


def test_three_wrong_pins_lock_and_the_puk_unlocks(service: Service, slot: VpcdSlot) -> None:
    """The third blocks the card, even for the right PIN; the PUK sets a new one."""
    said = [login(service, "0000").said for _ in range(3)]
    locked = login(service, "1234")
    unblock = ("pkcs15-tool", "--unblock-pin", "--auth-id", "01")
    refused = service.run(*unblock, "--puk", "00000000", "--new-pin", "4321")
    puk_left = tries(slot, PinRef.PUK)
    unblocked = service.run(*unblock, "--puk", "12345678", "--new-pin", "4321")

    assert ["CKR_PIN_INCORRECT" in one for one in said[:2]] == [True, True]
    assert (1, True) == (locked.code, "CKR_PIN_LOCKED" in locked.said)
    assert (True, 9) == (refused.code != 0, puk_left)
    assert (0, 0) == (unblocked.code, login(service, "4321").code), unblocked.said


@pytest.mark.usefixtures("slot")
def test_change_the_pin(service: Service) -> None:
    """The new one opens, the old one does not."""
    changed = login(service, "1234", "--change-pin", "--new-pin", "4321")

    assert 0 == changed.code, changed.said
    assert (1, 0) == (login(service, "1234").code, login(service, "4321").code)


def test_private_data_is_read_after_the_pin_only(service: Service, slot: VpcdSlot) -> None:
    """An activity of the holder, through PKCS#15."""
    read = ("pkcs15-tool", "--read-data-object", "CPS_ACTIVITY_01_PS", "--raw")
    without = service.run(*read)
    slot.transmit(bytes.fromhex("0020000104") + b"1234")
    verified = service.run(*read, "--verify-pin", "--pin", "1234")

    assert b"CABINET FICTIF" not in without.out
    assert b"CABINET FICTIF" in verified.out


def test_two_readers_two_cards(service: Service, card: Card, expired_card: Card) -> None:
    """Both slots of the service at once, each with its own card."""
    with service.holding(card), service.holding(expired_card, 1):
        listed = service.run("pkcs11-tool", "--list-token-slots")

    assert 2 == listed.said.count("CPS3v3-9900000100"), listed.said


def test_a_card_taken_out_is_gone_and_comes_back(service: Service, card: Card) -> None:
    """Programs see the empty reader, then the card again, with the try it had lost."""
    with service.holding(card) as slot:
        login(service, "0000")
        card = slot.remove()
        empty = service.run("opensc-tool", "--name")
    with service.holding(card) as slot:
        back = service.run("opensc-tool", "--name")
        left = tries(slot)

    assert (1, 0, 2) == (empty.code, back.code, left)
