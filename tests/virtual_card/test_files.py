from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.talk import APPLICATION, GOOD_PIN, hear, say, sw
from virtual_card.files import MF, DedicatedFile, ElementaryFile, FileTree, path_bytes, path_of, show
from virtual_card.tlv import parse_all

if TYPE_CHECKING:
    from virtual_card.state import Card

SERIAL = "00A4090C 04 3F00D003"


def test_a_tree_has_no_doubles_and_no_orphans() -> None:
    """Two files in one place, or a file in no folder, are refused."""
    folder = DedicatedFile(path=MF)
    orphan = ElementaryFile(path=(0x3F00, 0x0001, 0x5031), content=b"")

    with pytest.raises(ValueError, match="two files at 3F00"):
        FileTree.of([folder, folder])
    with pytest.raises(ValueError, match="3F00/0001/5031 stands in no folder"):
        FileTree.of([folder, orphan])
    with pytest.raises(ValueError, match="stands in no folder"):
        FileTree.of([DedicatedFile(path=(0x0001,))])


def test_paths() -> None:
    """Paths are read from bytes, written back and shown."""
    path = path_of(bytes.fromhex("3F0000015031"))

    assert "3F00/0001/5031" == show(path)
    assert bytes.fromhex("3F0000015031") == path_bytes(path)
    with pytest.raises(ValueError, match="two bytes a step"):
        path_of(b"\x3f")


@pytest.mark.parametrize(
    "command",
    [
        "00A4000C",
        "00A4000C 02 3F00",
        "00A4090C 02 3F00",
        "00A4020C 02 3F00",
        "00A4080C 04 3F00D003",
        "00A4080C 02 D003",
        "00A4090C 04 3F00D003",
        "00A4090C 02 D003",
        "00A4020C 02 D003",
        "00A4000C 02 D003",
        "00A4090C 06 3F0000015031",
        "00A4080C 04 00015031",
        "00A4010C 02 0001",
        "00A4040C 05 E828BD080F",
        APPLICATION,
    ],
)
def test_ways_to_select(card: Card, command: str) -> None:
    """Every way to name a file that middleware uses works from the master file."""
    assert "9000" == sw(card, command)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("00A4000C 02 1234", "6A82"),
        ("00A4040C 02 1234", "6A82"),
        ("00A4040C", "6A82"),
        ("00A4090C 03 3F00D0", "6700"),
        ("00A4090C", "6700"),
        ("00A4030C 02 3F00", "6700"),
        ("00A4050C 02 3F00", "6A86"),
        ("00A40008 02 3F00", "6A86"),
        ("00A400F0 02 3F00", "6A86"),
        ("00A4040E 05 E828BD080F", "6A82"),
    ],
)
def test_refused_selections_move_nothing(card: Card, command: str, answer: str) -> None:
    """A selection that fails says why and leaves the current file where it was."""
    inside, _ = say(card, APPLICATION, "00A4020C 02 5031")
    after, response = say(inside, command)

    assert answer == f"{response.sw:04X}"
    assert inside.session == after.session


def test_parents_and_siblings(card: Card) -> None:
    """From inside the application one gets back up, and to files of the master file."""
    inside, _ = say(card, APPLICATION)

    assert MF == say(inside, "00A4030C")[0].session.df
    assert (0x3F00, 0xD003) == say(inside, "00A4000C 02 D003")[0].session.ef


def test_files_describe_themselves(card: Card) -> None:
    """FCP (62) and FCI (6F) carry size, identifier and the access rule middleware insists on."""
    (fcp,) = parse_all(hear(card, "00A40904 04 3F00D003"))
    (fci,) = parse_all(hear(card, "00A40900 04 3F00D003"))

    assert (0x62, 0x6F) == (fcp.tag, fci.tag)
    assert {0x80: "000c", 0x82: "01", 0x83: "d003", 0x8A: "05", 0xA1: "8c0303ff00"} == {
        one.tag: one.value.hex() for one in fcp.children()
    }


def test_the_application_tells_its_name(card: Card) -> None:
    """The description of the application's folder carries its identifier."""
    (fcp,) = parse_all(hear(card, "00A40904 04 3F000001"))

    assert card.image.files.nodes[0x3F00, 0x0001].names[0] == (fcp.child(0x84) or fcp).value  # type: ignore[union-attr]  # a folder


def test_reading_by_offset_and_by_short_identifier(card: Card) -> None:
    """Both ways give the same twelve bytes: 5A 0A, the issuer's prefix, serial, Luhn digit, F."""
    whole = hear(card, SERIAL, "00B0000000")

    assert "5a0a8025000001990000010f"[:22] == whole.hex()[:22]
    assert 12 == len(whole)
    assert whole == hear(card, "00B09C0000")
    assert whole[2:5] == hear(card, SERIAL, "00B0000203")
    assert whole[4:] == hear(card, SERIAL, "00B00004E7")
    assert b"" == hear(card, SERIAL, "00B0000C01")


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        (("00B0000000",), "6986"),
        ((APPLICATION, "00B0000000"), "6986"),
        ((SERIAL, "00B0000D01"), "6B00"),
        (("00B08100 01",), "6A82"),
        (("00B0FC00 01",), "6A86"),
    ],
)
def test_reading_nothing(card: Card, commands: tuple[str, ...], answer: str) -> None:
    """No file, a place behind the end, an unknown short identifier, undefined bits of P1."""
    assert answer == sw(card, *commands)


def test_an_activity_is_for_the_holder_only(card: Card) -> None:
    """The rule on the file decides: refused before the PIN, given after, refused again after a wrong PIN."""
    read = (APPLICATION, "00A4020C 02 D120", "00B0000000")

    assert "6982" == sw(card, *read)
    assert b"CABINET FICTIF" in hear(card, GOOD_PIN, *read)
    assert "6982" == sw(card, GOOD_PIN, "00200001 04 39393939", *read)


def test_only_cps_data_is_written(card: Card) -> None:
    """CPS_DATA takes bytes after the PIN and keeps them; nothing else does, and no file grows."""
    choose = (APPLICATION, "00A4020C 02 D107")

    assert "6982" == sw(card, *choose, "00D60000 02 AABB")
    written, answer = say(card, GOOD_PIN, *choose, "00D60001 02 AABB")
    assert answer.ok
    assert "00aabb00" == hear(written, *choose, "00B0000004").hex()
    assert "6A84" == sw(written, "00D6003F 02 AABB")
    assert "6700" == sw(written, "00D60000")
    assert "6982" == sw(card, GOOD_PIN, SERIAL, "00D60000 02 AABB")
