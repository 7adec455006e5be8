from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.desk import (
    CardIdentity,
    CardNotUnderstood,
    CardRefused,
    Desk,
    DeskError,
    PinBlocked,
    PinMalformed,
    PinRefused,
    PinRequired,
    Proof,
    Transmitter,
)
from virtual_card.files import ElementaryFile, FileTree
from virtual_card.reader import Reader, ReaderEmpty

if TYPE_CHECKING:
    from virtual_card.card import Card


def verify(proof: Proof, challenge: bytes) -> None:
    """Check a proof as a provider does; raises `InvalidSignature`."""
    key = x509.load_der_x509_certificate(proof.certificate_der).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, challenge, padding.PKCS1v15(), hashes.SHA256())


def rewritten(card: Card, path: tuple[int, ...], content: bytes) -> Card:
    """Return the card with other bytes in one file."""
    node = card.image.files.nodes[path]
    assert isinstance(node, ElementaryFile)
    nodes = {**card.image.files.nodes, path: replace(node, content=content)}
    return replace(card, image=replace(card.image, files=FileTree(MappingProxyType(nodes))))


def test_whose_card_it_is(desk: Desk) -> None:
    """Without PIN: identity from the authentication certificate, serial and label from the card."""
    assert (
        CardIdentity(
            idnat="899799000015",
            given_name="CAMILLE",
            family_name="ESSAI",
            title="Médecin",
            serial="99000001",
            label="CPS3v3-9900000100",
        )
        == desk.read_identity()
    )


def test_a_proof_is_verified(desk: Desk) -> None:
    """After the PIN the signature verifies with the certificate, for this challenge and no other."""
    desk.verify_pin("1234")
    proof = desk.authenticate(b"challenge")

    verify(proof, b"challenge")
    with pytest.raises(InvalidSignature):
        verify(proof, b"another challenge")


@given(challenge=st.binary(max_size=200))
def test_any_challenge_is_signed(card: Card, challenge: bytes) -> None:
    """Empty or long, a challenge is hashed at the desk and signed on the card."""
    desk = Desk(Reader(card))
    desk.verify_pin("1234")

    verify(desk.authenticate(challenge), challenge)


def test_tries_are_told_and_counted(desk: Desk) -> None:
    """Three, then two, one, blocked; the right PIN comes too late."""
    assert 3 == desk.tries_left()
    for left in (2, 1):
        with pytest.raises(PinRefused, match=f"tries left: {left}") as refusal:
            desk.verify_pin("9999")
        assert left == refusal.value.tries_left == desk.tries_left()
    for pin in ("9999", "1234"):
        with pytest.raises(PinBlocked, match="PUK"):
            desk.verify_pin(pin)
    assert 0 == desk.tries_left()


@pytest.mark.parametrize("pin", ["", "123", "12345", "12 4", "abcd", "١٢٣٤", "1234\n"])
def test_impossible_pins_cost_nothing(desk: Desk, pin: str) -> None:
    """What cannot be right is not sent to the card."""
    with pytest.raises(PinMalformed, match="the PIN has 4 digits"):
        desk.verify_pin(pin)

    assert 3 == desk.tries_left()


def test_no_signature_without_pin(desk: Desk, reader: Reader) -> None:
    """Before the PIN, and again after a reset."""
    with pytest.raises(PinRequired):
        desk.authenticate(b"challenge")
    desk.verify_pin("1234")
    reader.reset()
    with pytest.raises(PinRequired):
        desk.authenticate(b"challenge")


def test_the_certificate_is_chosen_by_key_usage(card: Card) -> None:
    """Files, order and places exchanged: the desk still takes the certificate that authenticates, and its key."""
    base = (0x3F00, 0x0001)
    nodes = card.image.files.nodes
    first, second = nodes[*base, 0xC001], nodes[*base, 0xC002]
    assert isinstance(first, ElementaryFile)
    assert isinstance(second, ElementaryFile)
    swapped = rewritten(rewritten(card, first.path, second.content), second.path, first.content)
    keys = card.image.keys
    exchanged = {
        0x81: replace(keys[0x81], private=keys[0x82].private, access=keys[0x82].access),
        0x82: replace(keys[0x82], private=keys[0x81].private, access=keys[0x81].access),
    }
    desk = Desk(Reader(replace(swapped, image=replace(swapped.image, keys=exchanged))))
    desk.verify_pin("1234")

    assert [(True, 0x81), (False, 0x82)] == [(one.authenticates, one.key_ref) for one in desk.certificates()]
    verify(desk.authenticate(b"challenge"), b"challenge")


def test_an_empty_reader_is_not_a_bad_card() -> None:
    """What the reader says comes through."""
    with pytest.raises(ReaderEmpty):
        Desk(Reader()).read_identity()


@pytest.mark.parametrize(
    ("path", "content", "what"),
    [
        ((0x3F00, 0x2F00), b"", "list of applications"),
        ((0x3F00, 0x2F00), b"\x61\x7f", "list of applications"),
        ((0x3F00, 0xD003), b"", "serial number"),
        ((0x3F00, 0x0001, 0x5031), b"", "authentication certificate"),
        ((0x3F00, 0x0001, 0x5031), b"\x30\x05", "object directory"),
        ((0x3F00, 0x0001, 0xC002), b"\x30\x03\x02\x01\x01", "certificate"),
        ((0x3F00, 0x0001, 0xC002), b"", "certificate"),
    ],
)
def test_cards_that_cannot_be_read(card: Card, path: tuple[int, ...], content: bytes, what: str) -> None:
    """The error names what cannot be read and asks whether it is a CPS."""
    with pytest.raises(CardNotUnderstood, match=f"the card's {what} cannot be read; is it a CPS card"):
        Desk(Reader(rewritten(card, path, content))).read_identity()


def test_a_longer_file_holds_the_certificate(card: Card) -> None:
    """Filler behind a certificate, as on real cards, does not matter."""
    path = (0x3F00, 0x0001, 0xC002)
    node = card.image.files.nodes[path]
    assert isinstance(node, ElementaryFile)

    assert "899799000015" == Desk(Reader(rewritten(card, path, node.content + bytes(40)))).read_identity().idnat


@dataclass
class Refusing:
    """A reader whose card answers one instruction with a status word of our choice."""

    reader: Transmitter
    ins: int
    answer: str
    seen: list[bytes] = field(default_factory=list)

    def transmit(self, raw: bytes) -> bytes:
        """Answer."""
        self.seen.append(raw)
        return bytes.fromhex(self.answer) if raw[1] == self.ins else self.reader.transmit(raw)


@pytest.mark.parametrize(("ins", "step"), [(0xA4, "select a file"), (0xB0, "read a file")])
def test_unexpected_status_words(reader: Reader, ins: int, step: str) -> None:
    """The error names the step and the status word."""
    with pytest.raises(CardRefused, match=f"{step}: the card answered 6F00"):
        Desk(Refusing(reader, ins, "6F00")).read_identity()


@pytest.mark.parametrize(
    ("ins", "answer", "error"),
    [(0x20, "6F00", CardRefused), (0x20, "63C0", PinBlocked), (0x22, "6A88", CardRefused), (0x88, "6982", PinRequired)],
)
def test_unexpected_answers_to_pin_and_signature(reader: Reader, ins: int, answer: str, error: type[DeskError]) -> None:
    """Each has its own error with a stable code."""
    desk = Desk(Refusing(reader, ins, answer))

    def prove() -> None:
        desk.verify_pin("1234")
        desk.authenticate(b"challenge")

    with pytest.raises(error) as problem:
        prove()
    assert problem.value.code


def test_the_counter_is_asked_another_way_when_the_object_is_silent(reader: Reader) -> None:
    """A card without the security data object is asked by VERIFY without data."""
    assert 3 == Desk(Refusing(reader, 0xCB, "6A88")).tries_left()


@given(answers=st.lists(st.binary(min_size=2, max_size=20), min_size=1, max_size=6))
def test_any_card_is_understood_or_refused(answers: list[bytes]) -> None:
    """Something that answers at random never makes the desk fail in another way than by `DeskError`."""

    class Babble:
        def __init__(self) -> None:
            self.count = 0

        def transmit(self, raw: bytes) -> bytes:
            self.count += len(raw) and 1
            return answers[self.count % len(answers)]

    for ask in ("read_identity", "certificates", "tries_left"):
        with pytest.raises(DeskError):
            getattr(Desk(Babble()), ask)()
