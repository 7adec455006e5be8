"""Saying a command in hexadecimal and hearing the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from virtual_card.apdu import Response
from virtual_card.card import process

if TYPE_CHECKING:
    from virtual_card.state import Card

APPLICATION = "00A4040C0D E828BD080F8025000001FF0010"
GOOD_PIN = "00200001 04 31323334"
BAD_PIN = "00200001 04 30303030"
ASK_PIN = "00200001"
PUK = "00200002 08 3132333435363738"
BAD_PUK = "00200002 08 3030303030303030"


def say(card: Card, *commands: str) -> tuple[Card, Response]:
    """Send commands, and return the card and the last answer."""
    answer = b""
    for command in commands:
        card, answer = process(card, bytes.fromhex(command))
    return card, Response.parse(answer)


def sw(card: Card, *commands: str) -> str:
    """Send commands, and return the last status word as people write it."""
    return f"{say(card, *commands)[1].sw:04X}"


def hear(card: Card, *commands: str) -> bytes:
    """Send commands, and return the data of the last answer, fetched with GET RESPONSE when announced."""
    card, answer = say(card, *commands)
    data = answer.data
    while answer.sw >> 8 == 0x61:
        card, answer = say(card, f"00C00000{answer.sw & 0xFF:02X}")
        data += answer.data
    assert answer.ok, f"{answer.sw:04X}"
    return data
