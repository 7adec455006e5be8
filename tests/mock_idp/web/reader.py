"""A simulated reader for the tests of the pages: one card, one code confidentiel, three tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.web.services import CardReaderError
from tests.mock_idp.ecps.cards import proof
from tests.mock_idp.ecps.journeys import IDNAT

if TYPE_CHECKING:
    from mock_idp.ecps.card_proof import CardProof

PIN = "4321"
TRIES = 3


class OneCard:
    """A reader with the card of one person in it."""

    def __init__(self, *, inserted: bool = True) -> None:
        """Put the card in, or leave the reader empty."""
        self.inserted = inserted
        self.tries_left = TRIES
        self.typed: list[str] = []

    def prove(self, idnat: str, pin: str, challenge: bytes) -> CardProof:
        """Return the card's proof, or refuse as a card does."""
        self.typed.append(pin)
        if not self.inserted or idnat != IDNAT:
            raise CardReaderError("card-absent")
        if self.tries_left == 0:
            raise CardReaderError("pin-blocked")
        if pin != PIN:
            self.tries_left -= 1
            raise CardReaderError("pin-wrong" if self.tries_left else "pin-blocked", self.tries_left)
        self.tries_left = TRIES
        return proof(challenge)
