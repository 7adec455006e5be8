from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.talk import APPLICATION, BAD_PIN, hear, sw
from virtual_card.tlv import parse_all

if TYPE_CHECKING:
    from virtual_card.card import Card


def ask(sdo: str, part: str = "A080") -> str:
    """Return GET DATA for a part of a security data object."""
    inner = f"BF{sdo}{len(part) // 2:02X}{part}"
    middle = f"70{len(inner) // 2:02X}{inner}"
    return f"00CB3FFF{len(middle) // 2 + 2:02X}4D{len(middle) // 2:02X}{middle}"


@pytest.mark.parametrize(
    ("commands", "path", "told"),
    [
        ((ask("8101"),), (0xBF8101, 0xA0), {0x9A: "03", 0x9B: "03", 0xA1: "8c06f3000013ff00"}),
        ((BAD_PIN, ask("8101")), (0xBF8101, 0xA0), {0x9A: "03", 0x9B: "02", 0xA1: "8c06f3000013ff00"}),
        ((ask("8102"),), (0xBF8102, 0xA0), {0x9A: "0a", 0x9B: "0a", 0x9D: "0064", 0xA1: "8c06f3ff00ffff00"}),
        ((ask("8101", "7F4180"),), (0xBF8101, 0x7F41), {0x80: "04", 0x81: "04"}),
        ((APPLICATION, ask("9002")), (0xBF9002, 0xA0), {0x80: "0100", 0xA1: "8c0673ff1111ff00"}),
        ((APPLICATION, ask("9001")), (0xBF9001, 0xA0), {0x80: "0100", 0xA1: "8c067311ffffff00"}),
        ((ask("FB01"),), (0xBFFB01, 0x7B), {0xA4: "950108830101"}),
        ((ask("FB03"),), (0xBFFB03, 0x7B), {0xA4: "950108830102"}),
    ],
)
def test_what_objects_tell(card: Card, commands: tuple[str, ...], path: tuple[int, int], told: dict[int, str]) -> None:
    """Counters, lengths, sizes and rules; the rules are the bytes of a test card's public dump."""
    (answer,) = parse_all(hear(card, *commands))
    (named,) = answer.children()
    (part,) = named.children()

    assert (0x70, *path) == (answer.tag, named.tag, part.tag)
    assert told == {one.tag: one.value.hex() for one in part.children()}


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (ask("8103"), "6A88"),
        (ask("9002"), "6A88"),
        (ask("A002", "7F4980"), "6A88"),
        (ask("FB02"), "6A88"),
        ("00CB0000 0A 4D087006BF810102A080", "6A86"),
        ("00CB3FFF 0A 4C087006BF810102A080", "6A80"),
        ("00CB3FFF 02 4D00", "6A80"),
        ("00CB3FFF", "6A80"),
    ],
)
def test_what_they_do_not_tell(card: Card, command: str, answer: str) -> None:
    """Objects that are not there (keys only inside their application) and requests that are none."""
    assert answer == sw(card, command)


def test_private_keys_stay_inside(card: Card) -> None:
    """The value of a private key is refused."""
    assert "6A80" == sw(card, APPLICATION, ask("9002", "7F4880"))
