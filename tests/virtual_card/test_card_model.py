"""The card against a model of three variables: tries left of the PIN, of the PUK, and whether the PIN is verified."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.virtual_card.talk import APPLICATION, ASK_PIN, sw
from virtual_card.access import PinRef
from virtual_card.card import Card, process
from virtual_card.holder import Activity, Holder, personalise
from virtual_card.igc import Igc
from virtual_card.reader import Reader

PINS = ("1234", "4321", "0000")


@cache
def blank() -> Card:
    """A card, made once."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    activity = Activity(structure_name="HOPITAL FICTIF", structure="10B0990016", sector="SA01")
    holder = Holder(
        idnat="899799000023",
        given_name="DOMINIQUE",
        family_name="MODÈLE",
        serial=99_000_002,
        activities=(activity,),
    )
    return personalise(holder, Igc.create(now=now), now=now)


class CardAgainstModel(RuleBasedStateMachine):
    """People present PINs and PUKs, read, pull the card out and put it in again."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader(blank())
        self.pin, self.left, self.puk_left, self.verified, self.unblocker = "1234", 3, 10, False, False

    def sw(self, raw: str) -> str:
        """Send a command and return the status word."""
        return self.reader.transmit(bytes.fromhex(raw))[-2:].hex().upper()

    def counted(self, left: int) -> str:
        """Return how a card says what is left."""
        return f"63C{left:X}" if left else "6983"

    @rule(pin=st.sampled_from(PINS))
    def present_pin(self, pin: str) -> None:
        """Right or wrong, three times."""
        if not self.left:
            expected, self.verified = "6983", False
        elif pin == self.pin:
            expected, self.left, self.verified = "9000", 3, True
        else:
            self.left, self.verified = self.left - 1, False
            expected = self.counted(self.left)

        assert expected == self.sw(f"0020000104{pin.encode().hex()}")

    @rule(old=st.sampled_from(PINS), new=st.sampled_from(PINS))
    def change_pin(self, old: str, new: str) -> None:
        """Old and new in one command."""
        if not self.left:
            expected, self.verified = "6983", False
        elif old == self.pin:
            expected, self.left, self.verified, self.pin = "9000", 3, True, new
        else:
            self.left, self.verified = self.left - 1, False
            expected = self.counted(self.left)

        assert expected == self.sw(f"0024000108{(old + new).encode().hex()}")

    @rule(right=st.booleans())
    def present_puk(self, *, right: bool) -> None:
        """Right or wrong, ten times."""
        if not self.puk_left:
            expected, self.unblocker = "6983", False
        elif right:
            expected, self.puk_left, self.unblocker = "9000", 10, True
        else:
            self.puk_left, self.unblocker = self.puk_left - 1, False
            expected = self.counted(self.puk_left)

        assert expected == self.sw(f"0020000208{(b'12345678' if right else b'87654321').hex()}")

    @rule(new=st.sampled_from(PINS))
    def unblock(self, new: str) -> None:
        """Only after the PUK."""
        if self.unblocker:
            self.left, self.pin = 3, new

        assert ("9000" if self.unblocker else "6982") == self.sw(f"002C020104{new.encode().hex()}")

    @rule()
    def reset(self) -> None:
        """The reader resets the card."""
        self.reader.reset()
        self.verified = self.unblocker = False

    @rule()
    def pull_and_insert(self) -> None:
        """The card comes out and goes in again."""
        self.reader.insert(self.reader.remove())
        self.verified = self.unblocker = False

    @rule()
    def read_protected(self) -> None:
        """An activity may be read exactly while the PIN is verified."""
        self.sw(APPLICATION)
        self.sw("00A4020C02D120")

        assert ("9000" if self.verified else "6982") == self.sw("00B0000000")

    @invariant()
    def card_and_model_agree(self) -> None:
        """Asking for the PIN tells the model's state, and asking changes nothing."""
        card = self.reader.card
        assert card is not None
        assert ("9000" if self.verified else self.counted(self.left)) == sw(card, ASK_PIN)
        assert self.left == card.memory.pins[PinRef.PIN].tries_left
        assert card.image is process(card, b"")[0].image


TestCardAgainstModel = CardAgainstModel.TestCase
TestCardAgainstModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
