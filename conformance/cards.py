"""Software cards for the provider's people, and the reader that the provider's own page can use."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from mock_idp.ecps.card_proof import CardProof
from mock_idp.web.services import CardReaderError
from virtual_card import CardFamily, Desk, DeskError, Holder, Igc, PinBlocked, PinRefused, Reader, personalise
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mock_idp.people import Person
    from virtual_card import Card

FIRST_SERIAL: Final = 99_100_000
SERIALS_HERE: Final = 800_000


def holder_of(person: Person) -> Holder | None:
    """Return the person as a card holder, or None when the directory gives them no card.

    The serial number follows from the idnat, so that the same person always has the same card.
    """
    if person.card not in set(CardFamily):
        return None
    first = person.activity[0] if person.activity else None
    return Holder(
        idnat=person.idnat,
        given_name=person.given_name,
        family_name=person.family_name,
        serial=FIRST_SERIAL + sum(ord(sign) * 31**place for place, sign in enumerate(person.idnat)) % SERIALS_HERE,
        title=person.title,
        family=CardFamily(person.card),
        profession=int(person.profession) if person.profession.isdecimal() else None,
        speciality=person.savoir_faire,
        structure=first.ancien_identifiant if first else "",
        structure_name=first.raison_sociale if first else "",
    )


class CardBox:
    """The cards of everybody in a directory, made when first asked for, each keeping its counters.

    Attributes:
        igc: who certifies the cards.
        delivery_pin: PIN of a card that nobody changed; the provider's page tells it, as a letter would.
    """

    delivery_pin: Final = DEFAULT_PIN

    def __init__(self, *, igc: Igc, find: Callable[[str], Person | None], now: Callable[[], datetime]) -> None:
        """Open an empty box.

        Args:
            igc: who certifies.
            find: the directory.
            now: aware UTC, read when a card is made.
        """
        self.igc = igc
        self._find = find
        self._now = now
        self._lock = threading.Lock()
        self._cards: dict[str, Card] = {}

    def card(self, idnat: str) -> Card | None:
        """Return somebody's card, or None when they have none."""
        with self._lock:
            return self._card(idnat)

    def prove(self, idnat: str, pin: str, challenge: bytes) -> CardProof:
        """Put somebody's card into a reader, present the PIN, and return its proof over the challenge.

        Raises:
            CardReaderError: ``card-absent``, ``pin-wrong``, ``pin-blocked`` or ``card-unreadable``; a PIN that is not
                of four digits is not sent to the card and costs no try.
        """
        with self._lock:
            card = self._card(idnat)
            if card is None:
                raise CardReaderError("card-absent")
            reader = Reader(card)
            try:
                return self._proof(Desk(reader), pin, challenge)
            finally:
                self._cards[idnat] = reader.remove()

    def _card(self, idnat: str) -> Card | None:
        if idnat not in self._cards:
            person = self._find(idnat)
            holder = holder_of(person) if person is not None else None
            if holder is None:
                return None
            self._cards[idnat] = personalise(holder, self.igc, now=self._now())
        return self._cards[idnat]

    @staticmethod
    def _proof(desk: Desk, pin: str, challenge: bytes) -> CardProof:
        try:
            desk.verify_pin(pin)
            proof = desk.authenticate(challenge)
        except PinRefused as error:
            raise CardReaderError("pin-wrong", error.tries_left) from None
        except PinBlocked:
            raise CardReaderError("pin-blocked", 0) from None
        except DeskError as error:
            malformed = error.code == "pin-malformed"
            raise CardReaderError("pin-wrong" if malformed else "card-unreadable", desk.tries_left()) from None
        return CardProof(certificate=proof.certificate_der, signature=proof.signature)
