from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.talk import ASK_PIN, BAD_PIN, GOOD_PIN
from virtual_card.exchange import exchange
from virtual_card.reader import CardPulled, Power, Reader, ReaderEmpty, ReaderOccupied

if TYPE_CHECKING:
    from virtual_card.card import Card


def test_an_empty_reader_says_so() -> None:
    """Whatever is asked of it, and the message says what to do."""
    reader = Reader()

    assert reader.card is None
    for ask in (lambda: reader.transmit(b"\x00\x84\x00\x00"), reader.remove, reader.reset, lambda: reader.atr):
        with pytest.raises(ReaderEmpty, match="insert one"):
            ask()


def test_one_card_at_a_time(reader: Reader, card: Card) -> None:
    """A second card does not go in."""
    with pytest.raises(ReaderOccupied, match="remove it first"):
        reader.insert(card)


def test_counters_stay_with_the_card(reader: Reader) -> None:
    """Out and in again: tries are still missing, the verification is gone."""
    reader.transmit(bytes.fromhex(GOOD_PIN))
    reader.transmit(bytes.fromhex(BAD_PIN))
    card = reader.remove()
    other = Reader(card)

    assert "63c2" == other.transmit(bytes.fromhex(ASK_PIN)).hex()
    assert card.image.atr == other.atr


def test_the_whole_answer_comes_back(reader: Reader) -> None:
    """What the card announces is fetched."""
    announced = reader.transmit_once(bytes.fromhex("00A4090404 3F00D003"))
    whole = reader.transmit(bytes.fromhex("00A4090404 3F00D003"))

    assert (2, 0x61) == (len(announced), announced[0])
    assert (announced[1] + 2, b"\x90\x00") == (len(whole), whole[-2:])


def scripted(*answers: str) -> tuple[list[str], Reader]:
    """Return a list of what was sent, and something that answers by a script."""
    sent: list[str] = []
    left = list(answers)

    class Script(Reader):
        def transmit(self, raw: bytes) -> bytes:
            sent.append(raw.hex())
            return bytes.fromhex(left.pop(0))

    return sent, Script()


def test_lengths_are_corrected_and_rest_fetched() -> None:
    """6Cxx repeats the command with that length; 61xx fetches until nothing is left."""
    sent, script = scripted("6C0A", "AA6102", "BBBB6101", "CC9000")

    assert "aabbbbcc9000" == exchange(script.transmit, bytes.fromhex("00B0000005")).hex()
    assert ["00b0000005", "00b000000a", "00c0000002", "00c0000001"] == sent


def test_fetching_stays_on_its_channel() -> None:
    """On logical channel 1, GET RESPONSE goes there too, and 61 00 means 256 bytes."""
    sent, script = scripted("6100", "9000")
    exchange(script.transmit, bytes.fromhex("112A8086"))

    assert "01c0000000" == sent[1]


def test_a_card_that_never_ends_is_stopped() -> None:
    """Endless announcements end after a bounded number of rounds."""
    sent, script = scripted(*["6101"] * 400)

    assert "6101" == exchange(script.transmit, bytes.fromhex("00840000")).hex()
    assert 257 == len(sent)


class Notes:
    """A witness that writes down."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def power(self, event: Power) -> None:
        """Note it."""
        self.seen.append(event.value)

    def command(self, raw: bytes, answer: bytes | None) -> None:
        """Note it."""
        self.seen.append(f"{raw.hex()} {answer.hex() if answer is not None else 'pulled'}")


def test_a_witness_sees_everything_in_order(card: Card) -> None:
    """Power, commands and answers as they pass, GET RESPONSE included."""
    notes = Notes()
    reader = Reader(card, witness=notes)
    reader.transmit(bytes.fromhex("0084000004"))
    reader.reset()
    reader.reset(Power.OFF)
    reader.remove()

    assert ["insert", "reset", "power-off", "remove"] == [one for one in notes.seen if " " not in one]
    assert "0084000004 " == notes.seen[1][:11]
    assert len("0084000004 ") + 2 * (4 + 2) == len(notes.seen[1])


def test_the_memory_is_kept_before_the_answer_goes_out(card: Card) -> None:
    """A counter that changed is handed over while the reader still shows the card as it was."""
    kept: list[tuple[int, int]] = []
    reader = Reader(keep=lambda memory: kept.append((memory.pins[1].tries_left, tries(reader))))
    reader.insert(card)
    reader.transmit(bytes.fromhex(ASK_PIN))
    reader.transmit(bytes.fromhex(BAD_PIN))

    assert [(2, 3)] == kept
    assert 2 == tries(reader)


def tries(reader: Reader) -> int:
    """Return how many wrong PINs the card in a reader still takes."""
    assert reader.card is not None
    return reader.card.memory.pins[1].tries_left


def test_a_card_pulled_while_it_works_is_gone(card: Card) -> None:
    """No answer, an empty reader, and the witness knows during which command."""

    def pulled(_card: Card, _raw: bytes) -> tuple[Card, bytes]:
        raise CardPulled

    notes = Notes()
    reader = Reader(card, process=pulled, witness=notes)
    with pytest.raises(CardPulled, match="insert one"):
        reader.transmit(bytes.fromhex(ASK_PIN))

    assert None is reader.card
    assert ["insert", "00200001 pulled", "remove"] == notes.seen
