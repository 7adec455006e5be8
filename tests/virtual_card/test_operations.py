from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.virtual_card.talk import APPLICATION, GOOD_PIN, hear, say, sw
from virtual_card.apdu import Command
from virtual_card.keys import digest_info
from virtual_card.sha_resume import INITIAL, Hash, advance
from virtual_card.tlv import encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from virtual_card.state import Card

CHOOSE_AUTHENTICATION = "002241A4 06 800102 840182"
READY = (APPLICATION, GOOD_PIN)
LIBRARY = {Hash.SHA1: hashes.SHA1(), Hash.SHA256: hashes.SHA256()}  # noqa: S303 - cards still sign it
MESSAGE = b"ordonnance fictive " * 20


def command(ins: int, p1p2: int, data: bytes = b"", cla: int = 0) -> str:
    """Return a command in hexadecimal."""
    return Command(cla=cla, ins=ins, p1=p1p2 >> 8, p2=p1p2 & 0xFF, data=data).render().hex()


def public(card: Card, ref: int) -> RSAPublicKey:
    """Return the public half of a key on the card."""
    return card.image.keys[ref].private.public


SIGN_ME = command(0x88, 0, digest_info(Hash.SHA256, hashlib.sha256(MESSAGE).digest()))


def test_the_authentication_key_signs_a_digest_info(card: Card) -> None:
    """As TLS does it: choose the key, give the DigestInfo, fetch 256 bytes announced as 61 00."""
    assert "6100" == sw(card, *READY, CHOOSE_AUTHENTICATION, SIGN_ME)
    signature = hear(card, *READY, CHOOSE_AUTHENTICATION, SIGN_ME)

    public(card, 0x82).verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ((APPLICATION, CHOOSE_AUTHENTICATION, SIGN_ME), "6982"),
        ((*READY, SIGN_ME), "6985"),
        ((GOOD_PIN, CHOOSE_AUTHENTICATION, SIGN_ME), "6985"),
        ((*READY, "002241A4 06 800102 840181", SIGN_ME), "6982"),
        ((*READY, "002241A4 06 800142 840182", SIGN_ME), "6985"),
        ((*READY, "002241A4 03 800102", SIGN_ME), "6985"),
        ((*READY, CHOOSE_AUTHENTICATION, "00880000"), "6700"),
        ((*READY, CHOOSE_AUTHENTICATION, command(0x88, 0, bytes(103))), "6700"),
        ((*READY, CHOOSE_AUTHENTICATION, command(0x88, 1, bytes(10))), "6A86"),
        ((*READY, CHOOSE_AUTHENTICATION, "0022F301", SIGN_ME), "6985"),
    ],
)
def test_the_authentication_key_refuses(card: Card, commands: tuple[str, ...], answer: str) -> None:
    """Without PIN, choice or application; with the signature key; with data too short or too long."""
    assert answer == sw(card, *commands)


@pytest.mark.parametrize(
    ("template", "answer"),
    [
        ("002241A4 03 840183", "6A88"),
        ("002241A4 02 8401", "6A80"),
        ("002242A4 03 840182", "6A86"),
        ("002241A5 03 840182", "6A86"),
    ],
)
def test_choices_that_cannot_be(card: Card, template: str, answer: str) -> None:
    """A key that is not there, a template cut short, unknown parameters."""
    assert answer == sw(card, template)


@pytest.mark.parametrize(("algorithm", "high"), [(Hash.SHA1, 0x10), (Hash.SHA256, 0x40)])
@pytest.mark.parametrize("whole", [True, False])
def test_the_signature_key_hashes_the_last_round_itself(card: Card, algorithm: Hash, high: int, *, whole: bool) -> None:
    """The host hands over state and counter, or the whole short message; the card finishes and signs."""
    message = MESSAGE[:60] if whole else MESSAGE
    done = 0 if whole else len(message) // 64 * 64
    state = b"" if whole else advance(algorithm, INITIAL[algorithm], message[:done]) + (8 * done).to_bytes(8, "big")
    signature = hear(
        card,
        *READY,
        f"002241AA 03 8001{high:02X}",
        command(0x2A, 0x90A0, encode(0x90, state) + encode(0x80, message[done:])),
        f"002241B6 06 8001{high + 2:02X} 840181",
        "002A9E9A00",
    )

    public(card, 0x81).verify(signature, message, padding.PKCS1v15(), LIBRARY[algorithm])


def test_the_signature_key_takes_a_ready_hash_too(card: Card) -> None:
    """PSO COMPUTE DIGITAL SIGNATURE with the digest as data."""
    digest = hashlib.sha256(MESSAGE).digest()
    signature = hear(card, *READY, "002241B6 06 800142 840181", command(0x2A, 0x9E9A, digest))

    public(card, 0x81).verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


HASH_256 = ("002241AA 03 800140", command(0x2A, 0x90A0, encode(0x90) + encode(0x80, b"x")))


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (("002241B6 06 800142 840181", "002A9E9A00"), "6985"),
        ((*HASH_256, "002241B6 06 800112 840181", "002A9E9A00"), "6985"),
        ((*HASH_256, "002241B6 06 800142 840182", "002A9E9A00"), "6982"),
        ((*HASH_256, "002241B6 06 800140 840181", "002A9E9A00"), "6985"),
        (("002241B6 06 800142 840181", command(0x2A, 0x9E9A, bytes(20))), "6700"),
        ((command(0x2A, 0x90A0, encode(0x90) + encode(0x80)),), "6985"),
        (("002241AA 03 800140", command(0x2A, 0x90A0, encode(0x80, b"x"))), "6A80"),
        (("002241AA 03 800140", command(0x2A, 0x90A0, encode(0x90, bytes(39)) + encode(0x80, b"x"))), "6A80"),
        (("002A1234",), "6A86"),
    ],
)
def test_the_signature_key_refuses(card: Card, commands: tuple[str, ...], answer: str) -> None:
    """Nothing hashed, another hash, the other key, a bad state."""
    assert answer == sw(card, *READY, *commands)


def test_a_hash_is_signed_once(card: Card) -> None:
    """After a signature the card forgets the hash."""
    after, answer = say(card, *READY, *HASH_256, "002241B6 06 800142 840181", "002A9E9A00")

    assert 0x9000 == answer.sw
    assert "6985" == sw(after, "002A9E9A00")


def test_the_authentication_key_deciphers(card: Card) -> None:
    """A block for the public key comes in two chained parts, behind the padding indicator."""
    secret = public(card, 0x82).encrypt(b"secret fictif", padding.PKCS1v15())
    data = b"\x81" + secret
    parts = [command(0x2A, 0x8086, data[:200], cla=0x10), command(0x2A, 0x8086, data[200:])]

    assert b"secret fictif" == hear(card, *READY, "002241B8 06 80011A 840182", *parts)
    assert "6982" == sw(card, APPLICATION, "002241B8 06 80011A 840182", *parts)


@pytest.mark.parametrize(
    "data", [b"\x81" + bytes(256), b"\x80" + bytes(256), b"\x81" + bytes(255), b"\x81" + b"\xff" * 256]
)
def test_blocks_that_are_no_ciphertext(card: Card, data: bytes) -> None:
    """Bad padding, indicator, length or size is wrong data, never a crash."""
    parts = [command(0x2A, 0x8086, data[:200], cla=0x10), command(0x2A, 0x8086, data[200:])]

    assert "6A80" == sw(card, *READY, "002241B8 06 80011A 840182", *parts)


def test_challenges_differ_and_replay(card: Card) -> None:
    """Each challenge of a card is new, and the same card gives the same ones again."""
    after, first = say(card, "0084000008")
    second = hear(after, "0084000008")

    assert 8 == len(first.data)
    assert second != first.data
    assert first.data == hear(card, "0084000008")
    assert 200 == len(hear(card, "00840000C8"))
    assert "6700" == sw(card, "00840000000101")
