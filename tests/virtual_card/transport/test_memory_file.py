from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.house.inventory import ROOT
from tests.virtual_card.talk import ASK_PIN, BAD_PIN, BAD_PUK, GOOD_PIN, PUK, hear, say, sw
from virtual_card.holder import Holder, Profile, personalise
from virtual_card.reader import Reader
from virtual_card.transport.memory_file import MemoryFile, MemoryFileError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from virtual_card.card import Card
    from virtual_card.igc import Igc

WRITE = "00D6000002 BEEF"
DATA = "00A4090C06 3F000001D107"


@pytest.fixture
def file(tmp_path: Path) -> MemoryFile:
    """A file that is not there yet, in a folder that is not there either."""
    return MemoryFile(tmp_path / "cards" / "99000001.json")


def used(card: Card, file: MemoryFile, *commands: str) -> Card:
    """Use a card in a reader that keeps its memory; return it as it comes out."""
    reader = Reader(card, keep=lambda memory: file.keep(card, memory))
    for command in commands:
        reader.transmit(bytes.fromhex(command))
    return reader.remove()


def test_without_a_file_the_card_is_fresh(card: Card, file: MemoryFile) -> None:
    """Nothing is restored, and nothing is made."""
    assert card is file.restore(card)
    assert not file.path.exists()


def test_everything_that_survives_a_reset_survives_the_process(card: Card, file: MemoryFile) -> None:
    """Tries of both secrets, a changed PIN, a written file, challenges given."""
    change = "0024000108 3132333434333231"
    after = used(card, file, GOOD_PIN, DATA, WRITE, change, BAD_PIN, BAD_PUK, "00840000")
    restored = file.restore(card)

    assert after.memory == restored.memory
    assert ("63C2", "9000") == (sw(restored, ASK_PIN), sw(restored, "0020000104 34333231"))
    assert "beef" == hear(restored, DATA, "00B0000002").hex()
    assert hear(card, "0084000008") != hear(restored, "0084000008")


def test_a_blocked_card_stays_blocked(card: Card, file: MemoryFile) -> None:
    """No restart gives tries back."""
    used(card, file, BAD_PIN, BAD_PIN, BAD_PIN)

    assert "6983" == sw(file.restore(card), GOOD_PIN)


def test_the_file_is_its_owners_and_nothing_stays_beside(card: Card, file: MemoryFile) -> None:
    """It holds the PIN; no temporary file is left."""
    used(card, file, BAD_PIN, BAD_PIN)

    assert 0o600 == stat.S_IMODE(file.path.stat().st_mode)
    assert [file.path.name] == [one.name for one in file.path.parent.iterdir()]


def test_a_counter_is_on_disk_before_the_answer(card: Card, file: MemoryFile) -> None:
    """A process killed after the answer has lost nothing."""
    reader = Reader(card, keep=lambda memory: file.keep(card, memory))
    answer = reader.transmit(bytes.fromhex(BAD_PIN))

    assert ("63c2", "63C2") == (answer.hex(), sw(file.restore(card), ASK_PIN))


def test_a_real_process_that_is_killed_leaves_its_counters(card: Card, file: MemoryFile) -> None:
    """Killed without a word right after a wrong PIN; another process finds two tries left."""
    file.keep(card, card.memory)
    script = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from virtual_card import Holder, Igc, Reader, personalise
from virtual_card.transport.memory_file import MemoryFile
now = datetime(2026, 3, 2, 9, tzinfo=UTC)
holder = Holder(idnat="899799000015", given_name="C", family_name="E", serial=99_000_001)
file = MemoryFile(Path({str(file.path)!r}))
card = file.restore(personalise(holder, Igc.create(now=now), now=now))
reader = Reader(card, keep=lambda memory: file.keep(card, memory))
reader.transmit(bytes.fromhex({BAD_PIN!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, capture_output=True, timeout=60)

    assert (-9, b"") == (killed.returncode, killed.stderr)
    assert "63C2" == sw(file.restore(card), ASK_PIN)


def test_another_cards_memory_is_refused(
    card: Card, file: MemoryFile, holder: Holder, igc: Igc, now: datetime
) -> None:  # fmt: skip
    """Another serial number, or the same one on another generation."""
    file.keep(card, card.memory)
    others = [
        personalise(replace(holder, serial=99_000_077), igc, now=now),
        personalise(holder, igc, now=now, profile=Profile.CPS4),
    ]

    for other in others:
        with pytest.raises(MemoryFileError, match="field card: it belongs to another card; delete it"):
            file.restore(other)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"version": 2}, "field version"),
        ({"pins": {}}, "field pins.1: is missing"),
        ({"pins": []}, "field pins.1: is missing"),
        ({"challenges": -1}, "field challenges: is not a whole number, 0 or more"),
        ({"challenges": True}, "field challenges"),
        ({"written": None}, "field written: is missing"),
        ({"written": {"3F0": "00"}}, "field written: is not hexadecimal"),
        ({"written": {"3F002F00": 5}}, "field written: is not hexadecimal"),
        ({"written": {"3F00ABCD": "00"}}, "3F00/ABCD is no file of this card"),
        ({"written": {"3F000001D107": "00"}}, "or of another size"),
    ],
)
def test_a_damaged_file_is_named(card: Card, file: MemoryFile, change: dict[str, Any], complaint: str) -> None:
    """File, field and remedy."""
    file.keep(card, card.memory)
    file.path.write_text(json.dumps({**json.loads(file.path.read_text()), **change}))

    with pytest.raises(MemoryFileError, match=f"{file.path}.*{complaint}.*delete it"):
        file.restore(card)


@pytest.mark.parametrize(
    ("member", "value", "complaint"),
    [
        ("value", "12a4", "field pins.1.value: is not of digits"),
        ("value", "777333", "field pins.1.value: has not 4 to 4 digits"),
        ("value", 1234, "field pins.1.value"),
        ("tries_left", 4, "field tries_left: is not a whole number, 0 to 3"),
        ("tries_left", "3", "field tries_left"),
    ],
)
def test_a_damaged_secret_is_named_but_not_shown(
    card: Card, file: MemoryFile, member: str, value: object, complaint: str
) -> None:
    """The field, never what stands in it."""
    file.keep(card, card.memory)
    content = json.loads(file.path.read_text())
    content["pins"]["1"][member] = value
    file.path.write_text(json.dumps(content))
    with pytest.raises(MemoryFileError, match=complaint) as refused:
        file.restore(card)

    assert "777333" not in str(refused.value)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]"])
def test_a_file_of_something_else_is_refused(card: Card, file: MemoryFile, content: bytes) -> None:
    """Half a file, no text, another shape."""
    file.path.parent.mkdir()
    file.path.write_bytes(content)

    with pytest.raises(MemoryFileError, match="delete it for a fresh card"):
        file.restore(card)


def test_a_folder_that_cannot_be_written_is_named(card: Card, tmp_path: Path) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "cards").write_text("")
    with pytest.raises(MemoryFileError, match=r"cannot be written .*make its folder writable"):
        MemoryFile(tmp_path / "cards" / "a.json").keep(card, card.memory)


def test_nothing_of_it_shows_in_a_text(card: Card, file: MemoryFile) -> None:
    """The object that names the file tells no secret."""
    used, _ = say(card, PUK)

    assert "12345678" not in repr((file, used, vars(file)))
