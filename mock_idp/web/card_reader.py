"""A reader with a card in it, plugged into the wallet's pages, for people who have a browser but no card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mock_idp.ecps.card_proof import CardProof


class CardReader(Protocol):
    """A reader with a card in it, for people who have a browser but no card: the desk plugs one in."""

    def prove(self, idnat: str, pin: str, challenge: bytes) -> CardProof:
        """Return the card's proof over the challenge.

        Raises:
            CardReaderError: the PIN is wrong, the card is blocked, or there is no card for that idnat.
        """
        ...


class CardReaderError(Exception):
    """A card that did not prove itself.

    Attributes:
        code: stable reason, ``pin-wrong``, ``pin-blocked`` or ``card-absent``.
        tries_left: tries before the card blocks, when the card says so.
    """

    def __init__(self, code: str, tries_left: int | None = None) -> None:
        """Carry the reason."""
        super().__init__(code)
        self.code = code
        self.tries_left = tries_left
