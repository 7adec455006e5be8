"""A reader with one slot, in the same process: a card goes in, answers, and comes out with its counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from virtual_card.card import process, reset
from virtual_card.exchange import exchange

if TYPE_CHECKING:
    from virtual_card.state import Card


class ReaderEmpty(Exception):  # noqa: N818 - the name says what is the matter
    """There is no card in the reader."""

    def __init__(self) -> None:
        super().__init__("there is no card in the reader; insert one")


class ReaderOccupied(Exception):  # noqa: N818 - the name says what is the matter
    """There is a card in the reader already."""

    def __init__(self) -> None:
        super().__init__("there is a card in the reader already; remove it first")


class Reader:
    """An in-process reader; not for several threads at once, like a real one."""

    def __init__(self, card: Card | None = None) -> None:
        self._card: Card | None = None
        if card is not None:
            self.insert(card)

    @property
    def card(self) -> Card | None:
        """Return the card in the slot as it stands, or None."""
        return self._card

    @property
    def atr(self) -> bytes:
        """Return what the card says at power-on; raises `ReaderEmpty`."""
        return self._present().image.atr

    def insert(self, card: Card) -> None:
        """Put a card in and power it on; raises `ReaderOccupied` when there is one."""
        if self._card is not None:
            raise ReaderOccupied
        self._card = reset(card)

    def remove(self) -> Card:
        """Take the card out, with the counters it has now and no session; raises `ReaderEmpty`."""
        card = reset(self._present())
        self._card = None
        return card

    def reset(self) -> None:
        """Reset the card: verified PINs are forgotten; raises `ReaderEmpty`."""
        self._card = reset(self._present())

    def transmit(self, raw: bytes) -> bytes:
        """Send a command and return the whole answer, fetched in as many rounds as T=0 needs; raises `ReaderEmpty`."""
        return exchange(self.transmit_once, raw)

    def transmit_once(self, raw: bytes) -> bytes:
        """Send a command and return the answer as the card gives it, ``61xx`` included; raises `ReaderEmpty`."""
        self._card, answer = process(self._present(), raw)
        return answer

    def _present(self) -> Card:
        if self._card is None:
            raise ReaderEmpty
        return self._card
