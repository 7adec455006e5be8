"""What passed between a reader and a card, as lines of JSON without a secret in them, and such lines played again.

A line is ``{"n": 3, "command": "0020000104********", "answer": "9000"}`` or ``{"n": 1, "event": "insert"}``; bytes that
carry a PIN or a PUK are written ``**``.  ``"answer": null`` means that the card was pulled before it answered.
Everything else stands in clear, deciphered data and what the PIN protects on the card included.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from virtual_card.access import REFERENCE_LOCAL, PinRef
from virtual_card.apdu import SW, Cla, Ins
from virtual_card.card import process, reset
from virtual_card.reader import Power

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from virtual_card.card import Process
    from virtual_card.state import Card

SECRET_INSTRUCTIONS = frozenset({Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA, Ins.RESET_RETRY_COUNTER})
"""Instructions whose data is, or contains, a PIN or a PUK."""

_HEADER = 4
_MASK = "**"
_STATUS_WORD_DIGITS = 4
_NEW_ONLY = {Ins.CHANGE_REFERENCE_DATA: 0x01, Ins.RESET_RETRY_COUNTER: 0x02}


class TraceError(ValueError):
    """A line that is none of a trace; the message names line, field and remedy."""


class Recorder:
    """A witness of a reader that writes down what passes; see `virtual_card.reader.Witness`."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Prepare to write lines, each without its end of line, through a function."""
        self._write = write
        self._count = 0

    def power(self, event: Power) -> None:
        """Write down what the reader did to the card."""
        self._line(event=event.value)

    def command(self, raw: bytes, answer: bytes | None) -> None:
        """Write down a command, its secrets masked, and the answer."""
        self._line(command=mask(raw), answer=None if answer is None else answer.hex().upper())

    def _line(self, **members: str | None) -> None:
        self._count += 1
        self._write(json.dumps({"n": self._count, **members}))


def mask(raw: bytes) -> str:
    """Return a command in hexadecimal, with ``**`` for every byte that may belong to a PIN or a PUK.

    A malformed command may have its secret where its length should be: the length then is masked too.
    """
    if len(raw) <= _HEADER or raw[1] not in SECRET_INSTRUCTIONS:
        return raw.hex().upper()
    body = raw[_HEADER:]
    well_formed = len(body) == 1 or body[0] in {0, len(body) - 1, len(body) - 2}
    shown = body[:1].hex().upper() if well_formed else _MASK
    return raw[:_HEADER].hex().upper() + shown + _MASK * (len(body) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a trace: an event, or a command in hexadecimal with its answer."""

    n: int
    event: Power | None = None
    command: str = ""
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A command to which the card answers otherwise than in the trace."""

    n: int
    command: str
    expected: str
    got: str


def read(lines: Iterable[str]) -> tuple[Line, ...]:
    """Read a trace; empty lines are passed over.

    Raises:
        TraceError: naming the line, the field and what belongs there.
    """
    return tuple(_read(number, text) for number, text in enumerate(lines, 1) if text.strip())


def _read(number: int, text: str) -> Line:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        msg = f"trace line {number}: write one JSON object per line"
        raise TraceError(msg)
    n = found.get("n", number)
    if not isinstance(n, int):
        msg = f"trace line {number}, field n: write a whole number"
        raise TraceError(msg)
    if "event" in found:
        if found["event"] not in set(Power):
            msg = f"trace line {number}, field event: write one of {', '.join(Power)}"
            raise TraceError(msg)
        return Line(n=n, event=Power(found["event"]))
    command, answer = found.get("command"), found.get("answer")
    if not isinstance(command, str) or not _hexadecimal(command, masks=True):
        msg = f"trace line {number}, field command: write hexadecimal digits, ** for masked bytes"
        raise TraceError(msg)
    if answer is not None and (not _hexadecimal(answer) or len(answer) < _STATUS_WORD_DIGITS):
        msg = f"trace line {number}, field answer: write hexadecimal digits, two bytes or more, or null"
        raise TraceError(msg)
    return Line(n=n, command=command, answer=answer)


def _hexadecimal(value: Any, *, masks: bool = False) -> bool:
    if not isinstance(value, str) or " " in value:
        return False
    try:
        bytes.fromhex(value.replace(_MASK, "00") if masks else value)
    except ValueError:
        return False
    return True


def replay(
    card: Card, lines: Iterable[Line], *, answer: Process = process, exact: bool = False
) -> tuple[Card, tuple[Difference, ...]]:
    """Play a trace to a card, and return the card afterwards with what it answered otherwise.

    A masked secret is played right where the trace says it was right, and wrong where it was wrong; a new PIN is the
    old one again.

    Args:
        card: as it was when the trace began.
        lines: see `read`.
        answer: what answers; `process` unless a fault is to be played.
        exact: compare every byte; else status words and lengths, which do not depend on keys and certificates made
            anew in each process.
    """
    found = []
    for line in lines:
        if line.event is not None:
            card = reset(card)
        elif line.answer is not None:
            card, raw = answer(card, _unmask(card, line))
            got = raw.hex().upper()
            if not _same(line.answer.upper(), got, exact=exact):
                found.append(Difference(n=line.n, command=line.command, expected=line.answer, got=got))
    return card, tuple(found)


def _same(expected: str, got: str, *, exact: bool) -> bool:
    if exact:
        return expected == got
    return (len(expected), expected[-_STATUS_WORD_DIGITS:]) == (len(got), got[-_STATUS_WORD_DIGITS:])


def _unmask(card: Card, line: Line) -> bytes:
    if _MASK not in line.command:
        return bytes.fromhex(line.command)
    header = bytes.fromhex(line.command[: 2 * _HEADER])
    rest = line.command[2 * _HEADER :]
    count = rest.count(_MASK)
    if rest[:2] == _MASK or not bytes.fromhex(rest[:2])[0]:
        # Malformed, or extended: which of the masked bytes are a length is not known; zeros are refused likewise.
        return header + bytes.fromhex(rest.replace(_MASK, "00"))
    size = bytes.fromhex(rest[:2])[0]
    secret = _secret(card, header, size, int(str(line.answer)[-_STATUS_WORD_DIGITS:], 16))
    return header + bytes([size]) + secret + b"\0" * (count - size)


def _secret(card: Card, header: bytes, size: int, sw: int) -> bytes:
    """Return data of a size that leads to a status word."""
    cla, ins, p1, p2 = header
    pins = card.memory.pins
    given = pins.get(PinRef.PUK if ins == Ins.RESET_RETRY_COUNTER else p2 & ~REFERENCE_LOCAL)
    target = pins.get(p2 & ~REFERENCE_LOCAL)
    if given is None or target is None:
        return b"0" * size
    begun = card.session.chain.data if card.session.chain is not None else b""
    old = b"" if p1 == _NEW_ONLY.get(Ins(ins)) else given.value
    new = b"" if ins == Ins.VERIFY else target.value
    if sw == SW.WRONG_DATA:
        new = b"\0" * len(new)
    accepted = sw == SW.OK or bool(cla & Cla.CHAINING)
    whole = (old if accepted or sw == SW.WRONG_DATA else bytes(one ^ 1 for one in old)) + new
    return whole[len(begun) :][:size].ljust(size, b"\xff")
