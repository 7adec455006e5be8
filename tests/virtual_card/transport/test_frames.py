from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_card.talk import ASK_PIN, GOOD_PIN
from virtual_card.reader import Reader, ReaderEmpty
from virtual_card.transport.frames import Deframer, answer, frame

if TYPE_CHECKING:
    from virtual_card.card import Card


@given(bodies=st.lists(st.binary(max_size=300), max_size=6), data=st.data())
def test_messages_arrive_whole_however_they_are_cut(bodies: list[bytes], data: st.DataObject) -> None:
    """The same messages come out, in order, in whatever pieces the bytes come in."""
    stream = b"".join(map(frame, bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    deframer = Deframer()
    found: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        deframer, complete = deframer.feed(stream[start:end])
        found += complete

    assert (bodies, b"") == (found, deframer.kept)


def test_half_a_message_stays_unseen() -> None:
    """What is kept for later may hold a PIN: it stands in no text."""
    deframer, complete = Deframer().feed(frame(bytes.fromhex(GOOD_PIN))[:-1])

    assert () == complete
    assert "1234" not in repr(deframer)


def test_a_message_has_a_limit() -> None:
    """Two bytes of length say 65535 at most."""
    assert 0xFFFF + 2 == len(frame(bytes(0xFFFF)))
    with pytest.raises(ValueError, match="65535 bytes at most, not 65536"):
        frame(bytes(0x10000))


@pytest.mark.parametrize("control", ["00", "01", "02"])
def test_power_is_not_answered_and_forgets_the_pin(card: Card, control: str) -> None:
    """Off, on and reset: no reply, and the PIN is to be presented again."""
    reader = Reader(card)
    answer(reader, bytes.fromhex(GOOD_PIN))

    assert bytes.fromhex("9000") == answer(reader, bytes.fromhex(ASK_PIN))
    assert None is answer(reader, bytes.fromhex(control))
    assert bytes.fromhex("63C3") == answer(reader, bytes.fromhex(ASK_PIN))


def test_the_answer_to_reset_is_given(card: Card) -> None:
    """Asked for about every 400 ms, and nothing changes."""
    reader = Reader(card)
    answer(reader, bytes.fromhex(GOOD_PIN))

    assert card.image.atr == answer(reader, b"\x04")
    assert bytes.fromhex("9000") == answer(reader, bytes.fromhex(ASK_PIN))


@pytest.mark.parametrize("control", ["03", "05", "FF"])
def test_control_messages_nobody_knows_are_ignored(card: Card, control: str) -> None:
    """No reply, and the PIN stays verified."""
    reader = Reader(card)
    answer(reader, bytes.fromhex(GOOD_PIN))

    assert None is answer(reader, bytes.fromhex(control))
    assert bytes.fromhex("9000") == answer(reader, bytes.fromhex(ASK_PIN))


def test_an_empty_message_is_a_command_too(card: Card) -> None:
    """It gets the answer of a command without bytes."""
    assert bytes.fromhex("6700") == answer(Reader(card), b"")


def test_without_a_card_nobody_answers() -> None:
    """The slot is empty."""
    with pytest.raises(ReaderEmpty):
        answer(Reader(), b"\x04")
