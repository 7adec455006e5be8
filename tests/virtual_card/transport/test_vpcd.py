"""The client against the test's own end of the wire: what vpcd does, without pcscd."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.talk import ASK_PIN, BAD_PIN, GOOD_PIN
from virtual_card.access import PinRef
from virtual_card.reader import CardPulled, Reader, ReaderEmpty, ReaderOccupied
from virtual_card.transport.frames import frame
from virtual_card.transport.vpcd import VpcdSlot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from virtual_card.card import Card

SECONDS = 10.0


class Pcd:
    """The reader's end: listens as vpcd does."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(SECONDS)
        self.port: int = self.listener.getsockname()[1]
        self.line: socket.socket | None = None

    def accept(self) -> None:
        """Wait for a card; an earlier connection is over."""
        if self.line is not None:
            self.line.close()
        self.line, _ = self.listener.accept()
        self.line.settimeout(SECONDS)

    def send(self, message: str) -> None:
        """Send a message in two pieces, as vpcd 3.3 does."""
        assert self.line is not None
        whole = frame(bytes.fromhex(message))
        self.line.sendall(whole[:2])
        self.line.sendall(whole[2:])

    def receive(self) -> str:
        """Return the next message, or nothing when the card has hung up."""
        assert self.line is not None
        head = self.line.recv(2, socket.MSG_WAITALL)
        return self.line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL).hex().upper() if head else ""

    def ask(self, message: str) -> str:
        """Send a message and return the reply."""
        self.send(message)
        return self.receive()

    def hang_up(self) -> None:
        """Close the connection, as a pcscd that stops."""
        assert self.line is not None
        self.line.close()


@pytest.fixture
def pcd() -> Iterator[Pcd]:
    """The reader's end."""
    pcd = Pcd()
    with closing(pcd.listener):
        yield pcd
        if pcd.line is not None:
            pcd.hang_up()


@pytest.fixture
def slot(pcd: Pcd) -> Iterator[VpcdSlot]:
    """The card's end, empty."""
    slot = VpcdSlot(port=pcd.port, swap_seconds=0.0)
    yield slot
    slot.close()


def test_a_card_shows_and_answers(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """Answer to reset, then a command; the slot says when it was seen."""
    slot.insert(card)
    pcd.accept()
    seen_before = slot.seen
    atr = pcd.ask("04")

    assert (False, card.image.atr.hex().upper()) == (seen_before, atr)
    assert slot.wait_until_seen(SECONDS)
    assert "9000" == pcd.ask(GOOD_PIN)
    assert "9000" == pcd.ask(ASK_PIN)


def test_power_reaches_the_card(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """No reply to off and on; the verification is gone."""
    slot.insert(card)
    pcd.accept()
    pcd.ask(GOOD_PIN)
    pcd.send("00")
    pcd.send("01")

    assert "63C3" == pcd.ask(ASK_PIN)


def test_a_removed_card_hangs_up_and_keeps_its_counters(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """To the reader a closed connection is an empty slot; the card comes out with one try less."""
    slot.insert(card)
    pcd.accept()
    wrong = pcd.ask(BAD_PIN)
    out = slot.remove()

    assert ("63C2", "") == (wrong, pcd.receive())
    assert 2 == out.memory.pins[PinRef.PIN].tries_left
    assert None is slot.card
    with pytest.raises(ReaderEmpty):
        slot.remove()


def test_the_card_comes_back_after_a_restart(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """The service goes away and comes back: the card connects again, its counters as they were."""
    slot.insert(card)
    pcd.accept()
    pcd.ask(BAD_PIN)
    pcd.hang_up()
    pcd.accept()

    assert "63C2" == pcd.ask(ASK_PIN)


def test_a_card_goes_in_before_its_reader_is_there(card: Card) -> None:
    """Nobody listens yet; the card waits."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    early = VpcdSlot(port=port)
    early.insert(card)
    try:
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(SECONDS)
            line, _ = listener.accept()
            line.close()
    finally:
        out = early.remove()

    assert card.image is out.image


def test_out_and_in_again(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """A second insertion is a second connection; two cards at once do not go in."""
    slot.insert(card)
    pcd.accept()
    with pytest.raises(ReaderOccupied):
        slot.insert(card)
    slot.insert(slot.remove())
    pcd.accept()

    assert card.image.atr.hex().upper() == pcd.ask("04")


def test_several_readers(card: Card, expired_card: Card) -> None:
    """Each slot its own card and its own port."""
    pcds = [Pcd(), Pcd()]
    slots = [VpcdSlot(port=pcd.port) for pcd in pcds]
    for slot, pcd, inserted in zip(slots, pcds, (card, expired_card), strict=True):
        slot.insert(inserted)
        pcd.accept()
    said = [pcd.ask(BAD_PIN) for pcd in pcds] + [pcds[0].ask(BAD_PIN)]
    tries = [slot.remove().memory.pins[PinRef.PIN].tries_left for slot in slots]
    for pcd in pcds:
        pcd.hang_up()
        pcd.listener.close()

    assert ["63C2", "63C2", "63C1"] == said
    assert [1, 2] == tries


def test_a_desk_beside_pcscd_talks_to_the_same_card(pcd: Pcd, slot: VpcdSlot, card: Card) -> None:
    """What another program presented counts for everybody, as on a real card."""
    slot.insert(card)
    pcd.accept()
    pcd.ask(GOOD_PIN)

    assert "9000" == slot.transmit(bytes.fromhex(ASK_PIN)).hex()


def test_a_card_pulled_while_it_works_leaves_the_slot_empty(pcd: Pcd, card: Card) -> None:
    """The fault raises, the connection closes without an answer, and another card may go in."""

    def pulled(_card: Card, _raw: bytes) -> tuple[Card, bytes]:
        raise CardPulled

    slot = VpcdSlot(Reader(process=pulled), port=pcd.port, swap_seconds=0.0)
    slot.insert(card)
    pcd.accept()
    answer = pcd.ask(ASK_PIN)
    slot.insert(card)
    pcd.accept()
    atr = pcd.ask("04")
    at_work = [thread for thread in threading.enumerate() if thread.name == f"card on {pcd.port}"]
    slot.close()

    assert ("", card.image.atr.hex().upper()) == (answer, atr)
    assert 1 == len(at_work)


def test_closing_twice_is_closing_once(slot: VpcdSlot) -> None:
    """Nothing is in it; nothing goes wrong."""
    slot.close()
    slot.close()

    assert None is slot.card


def test_the_slot_stays_empty_between_two_cards(pcd: Pcd, card: Card) -> None:
    """A swap faster than pcscd looks would go unnoticed: the next card waits, and can be taken out meanwhile."""
    slot = VpcdSlot(port=pcd.port, swap_seconds=SECONDS)
    slot.insert(card)
    pcd.accept()
    slot.insert(slot.remove())
    pcd.listener.settimeout(0.2)
    with pytest.raises(TimeoutError):
        pcd.accept()

    assert card.image is slot.remove().image
