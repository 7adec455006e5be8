"""A reader with one slot, in the same process: a card goes in, answers, and comes out with its counters."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from virtual_card.card import process, reset
from virtual_card.exchange import exchange
from virtual_card.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from virtual_card.card import Process
    from virtual_card.state import Card, Memory


class ReaderEmpty(Spoken):
    """There is no card in the reader."""

    def __init__(self) -> None:
        super().__init__(
            "il n'y a pas de carte dans le lecteur ; insérez-en une", "there is no card in the reader; insert one"
        )


class ReaderOccupied(Spoken):
    """There is a card in the reader already."""

    def __init__(self) -> None:
        super().__init__(
            "il y a déjà une carte dans le lecteur ; retirez-la d'abord",
            "there is a card in the reader already; remove it first",
        )


class CardPulled(ReaderEmpty):
    """The card was pulled out while it worked; there is no answer, and the reader is empty."""


class Power(StrEnum):
    """What a reader does to a card besides talking to it; each makes the card forget its session."""

    INSERT = "insert"
    OFF = "power-off"
    ON = "power-on"
    RESET = "reset"
    REMOVE = "remove"


class Witness(Protocol):
    """Somebody who watches a reader: `virtual_card.trace.Recorder` is one."""

    def power(self, event: Power) -> None:
        """Note what the reader did to the card."""
        ...

    def command(self, raw: bytes, answer: bytes | None) -> None:
        """Note a command and the answer as they passed; None when the card was pulled before it answered."""
        ...


class Reader:
    """An in-process reader; not for several threads at once, like a real one."""

    def __init__(
        self,
        card: Card | None = None,
        *,
        process: Process = process,
        keep: Callable[[Memory], None] | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Make a reader.

        Args:
            card: goes in at once.
            process: what answers; a fault of `virtual_card.faults` goes here.
            keep: is given the card's memory whenever it changed, before the answer goes out, so that no counter is
                lost when the power fails after it.
            witness: sees everything that passes.
        """
        self._card: Card | None = None
        self._process = process
        self._keep = keep
        self._witness = witness
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
        self._tell(Power.INSERT)

    def remove(self) -> Card:
        """Take the card out, with the counters it has now and no session; raises `ReaderEmpty`."""
        card = reset(self._present())
        self._card = None
        self._tell(Power.REMOVE)
        return card

    def reset(self, how: Power = Power.RESET) -> None:
        """Reset the card, or cut or restore its power: verified PINs are forgotten; raises `ReaderEmpty`."""
        self._card = reset(self._present())
        self._tell(how)

    def transmit(self, raw: bytes) -> bytes:
        """Send a command and return the whole answer, fetched in as many rounds as T=0 needs; raises `ReaderEmpty`."""
        return exchange(self.transmit_once, raw)

    def transmit_once(self, raw: bytes) -> bytes:
        """Send a command and return the answer as the card gives it, ``61xx`` included.

        Raises:
            ReaderEmpty: there is no card; `CardPulled` when it went during this command.
        """
        before = self._present()
        try:
            after, answer = self._process(before, raw)
        except CardPulled:
            if self._witness is not None:
                self._witness.command(raw, None)
            self.remove()
            raise
        if self._keep is not None and after.memory is not before.memory:
            self._keep(after.memory)
        self._card = after
        if self._witness is not None:
            self._witness.command(raw, answer)
        return answer

    def _present(self) -> Card:
        if self._card is None:
            raise ReaderEmpty
        return self._card

    def _tell(self, event: Power) -> None:
        if self._witness is not None:
            self._witness.power(event)
