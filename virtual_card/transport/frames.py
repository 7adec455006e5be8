"""The wire between vpcd's reader and a card: length, body, and four things that are not commands.

Facts: ``api.txt`` and ``ifd-vpcd.c`` of the vsmartcard project.  The reader listens, the card connects; each message is
two bytes of length (big endian) and a body; a body of one byte is a control message, any other a command.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from virtual_card.reader import Power

if TYPE_CHECKING:
    from virtual_card.reader import Reader

LENGTH = 2
MOST = 0xFFFF


class Control(IntEnum):
    """Control messages; the card answers only the last."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    GET_ATR = 4


_POWER = {Control.POWER_OFF: Power.OFF, Control.POWER_ON: Power.ON, Control.RESET: Power.RESET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deframer:
    """Finds messages in bytes that arrive in any pieces; what is kept may hold a PIN and is not shown."""

    kept: bytes = field(default=b"", repr=False)

    def feed(self, data: bytes) -> tuple[Deframer, tuple[bytes, ...]]:
        """Take bytes in, and return the deframer afterwards with the bodies that are complete, in order."""
        buffer, bodies, start = self.kept + data, [], 0
        while len(buffer) - start >= LENGTH:
            end = start + LENGTH + int.from_bytes(buffer[start : start + LENGTH], "big")
            if end > len(buffer):
                break
            bodies.append(buffer[start + LENGTH : end])
            start = end
        return Deframer(kept=buffer[start:]), tuple(bodies)


def frame(body: bytes) -> bytes:
    """Return a body with its length before it.

    Raises:
        ValueError: it is longer than two bytes of length can say.
    """
    if len(body) > MOST:
        msg = f"a message to the virtual reader holds {MOST} bytes at most, not {len(body)}"
        raise ValueError(msg)
    return len(body).to_bytes(LENGTH, "big") + body


def answer(reader: Reader, body: bytes) -> bytes | None:
    """Do what a message asks of the card in a reader, and return the body to send back, or None for none.

    Raises:
        ReaderEmpty: there is no card; `virtual_card.reader.CardPulled` when it went during this command.
    """
    if len(body) != 1:
        return reader.transmit_once(body)
    if body[0] == Control.GET_ATR:
        return reader.atr
    if body[0] in _POWER:
        reader.reset(_POWER[Control(body[0])])
    return None
