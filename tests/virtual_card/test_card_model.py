"""The card against a small model: tries left of PIN and PUK, uses of the PUK, what is verified, the selected file."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.virtual_card.talk import APPLICATION, ASK_PIN, sw
from virtual_card.access import PinRef
from virtual_card.card import Card, process
from virtual_card.holder import Activity, Holder, personalise
from virtual_card.igc import Igc
from virtual_card.reader import Reader
from virtual_card.transport.memory_file import MemoryFile

PINS = ("1234", "4321", "0000")
PROTECTED = "3F000001D120"
FILES = {"3F00D003": "5a", "3F002F00": "61", "3F0000015032": "30", PROTECTED: "ee"}
"""Files by path, each with its first byte."""


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
        self.puk_uses = 100
        self.file: str | None = None

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
        if not self.puk_left or not self.puk_uses:
            expected, self.unblocker = "6983", False
        elif right:
            expected, self.puk_left, self.unblocker = "9000", 10, True
            self.puk_uses -= 1
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
        self.forget()

    @rule()
    def pull_and_insert(self) -> None:
        """The card comes out and goes in again."""
        self.reader.insert(self.reader.remove())
        self.forget()

    @rule()
    def end_the_process_and_start_another(self) -> None:
        """What the memory file holds is all that another process gets."""
        with TemporaryDirectory() as folder:
            file = MemoryFile(Path(folder) / "card.json")
            file.keep(blank(), self.reader.remove().memory)
            self.reader.insert(file.restore(blank()))
        self.forget()

    def forget(self) -> None:
        """Forget what a reset forgets."""
        self.verified = self.unblocker = False
        self.file = None

    @rule(name=st.sampled_from(sorted(FILES)))
    def select(self, name: str) -> None:
        """By its path from the master file."""
        assert "9000" == self.sw(f"00A4090C{len(name) // 2:02X}{name}")
        self.file = name

    @rule(name=st.sampled_from(["3F00BEEF", "3F000001BEEF"]))
    def select_what_is_not_there(self, name: str) -> None:
        """Refused, and the selected file stays."""
        assert "6A82" == self.sw(f"00A4090C{len(name) // 2:02X}{name}")

    @rule()
    def read_selected(self) -> None:
        """The file selected last, under its own condition."""
        open_now = self.file != PROTECTED or self.verified
        expected = "6986" if self.file is None else "9000" if open_now else "6982"

        assert expected == self.sw("00B0000004")
        if expected == "9000" and self.file is not None:
            assert FILES[self.file] == self.reader.transmit(bytes.fromhex("00B0000001"))[:1].hex()

    @rule(noise=st.binary(max_size=12).filter(lambda raw: len(raw) < 2 or raw[1] not in {0x20, 0x24, 0x2C, 0xA4, 0xB0}))
    def noise(self, noise: bytes) -> None:
        """Bytes that are no PIN command and no selection: an answer, and the model stays as it is."""
        assert self.sw(noise.hex())[0] in "69"

    @rule()
    def read_protected(self) -> None:
        """An activity may be read exactly while the PIN is verified."""
        self.sw(APPLICATION)
        self.sw("00A4020C02D120")
        self.file = PROTECTED

        assert ("9000" if self.verified else "6982") == self.sw("00B0000000")

    @invariant()
    def card_and_model_agree(self) -> None:
        """Asking for the PIN tells the model's state, and asking changes nothing."""
        card = self.reader.card
        assert card is not None
        assert ("9000" if self.verified else self.counted(self.left)) == sw(card, ASK_PIN)
        assert self.left == card.memory.pins[PinRef.PIN].tries_left
        assert (self.puk_left, self.puk_uses) == (
            card.memory.pins[PinRef.PUK].tries_left,
            card.memory.pins[PinRef.PUK].uses_left,
        )
        assert card.image is process(card, b"")[0].image


TestCardAgainstModel = CardAgainstModel.TestCase
TestCardAgainstModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
