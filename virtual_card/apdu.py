"""Commands to a card and its answers, as values (ISO 7816-3 12.1, ISO 7816-4 5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

_HEADER = 4
_SHORT_MAX = 255
ALL_SHORT = 256
ALL_EXTENDED = 65536


class SW(IntEnum):
    """Status words a CPS answers, under the names of ISO 7816-4 5.6; two are bases to which a number is added."""

    OK = 0x9000
    BYTES_AVAILABLE = 0x6100
    """Plus how many bytes GET RESPONSE can fetch; 00 means 256 or more."""
    TRIES_LEFT = 0x63C0
    """Plus how many presentations are left."""
    WRONG_LENGTH = 0x6700
    CHANNEL_NOT_SUPPORTED = 0x6881
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
    COMMAND_INCOMPATIBLE_WITH_FILE = 0x6981
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    AUTHENTICATION_METHOD_BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_EF = 0x6986
    WRONG_DATA = 0x6A80
    FUNCTION_NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    NOT_ENOUGH_MEMORY = 0x6A84
    WRONG_P1_P2 = 0x6A86
    REFERENCED_DATA_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    WRONG_LE = 0x6C00
    """Plus the length to ask for."""
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00
    NO_DIAGNOSIS = 0x6F00


class Ins(IntEnum):
    """Instructions a CPS knows (ISO 7816-4, 7816-8)."""

    VERIFY = 0x20
    MANAGE_SECURITY_ENVIRONMENT = 0x22
    CHANGE_REFERENCE_DATA = 0x24
    PERFORM_SECURITY_OPERATION = 0x2A
    RESET_RETRY_COUNTER = 0x2C
    GET_CHALLENGE = 0x84
    INTERNAL_AUTHENTICATE = 0x88
    SELECT = 0xA4
    READ_BINARY = 0xB0
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCB
    UPDATE_BINARY = 0xD6


class Cla(IntEnum):
    """Bits of the class byte (ISO 7816-4 5.4.1)."""

    CHANNEL = 0x03
    SECURE_MESSAGING = 0x0C
    CHAINING = 0x10
    RESERVED = 0xE0


class CardError(Exception):
    """A refusal that leaves the card as it was; ``sw`` is the status word to answer."""

    def __init__(self, sw: SW) -> None:
        super().__init__(f"{sw:04X} {sw.name}")
        self.sw = sw


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: class, instruction, two parameters, data, and how many bytes are wanted back.

    ``le`` is 0 for none; 256 (short) and 65536 (extended) mean "all you have".  The data is not shown: it may be a PIN.
    """

    cla: int = 0x00
    ins: int
    p1: int = 0x00
    p2: int = 0x00
    data: bytes = field(default=b"", repr=False)
    le: int = 0

    @property
    def channel(self) -> int:
        """Return the logical channel (ISO 7816-4 5.4.1), 0 to 3."""
        return self.cla & Cla.CHANNEL

    @property
    def chained(self) -> bool:
        """Tell whether more data follows in another command (ISO 7816-4 5.3.3)."""
        return bool(self.cla & Cla.CHAINING)

    @classmethod
    def parse(cls, raw: bytes) -> Command:
        """Read a command, short or extended, case 1 to 4 (ISO 7816-3 12.1.3).

        Raises:
            CardError: WRONG_LENGTH, when the bytes fit none of the cases.
        """
        if len(raw) < _HEADER:
            raise CardError(SW.WRONG_LENGTH)
        data, le = _body(raw[_HEADER:])
        return cls(cla=raw[0], ins=raw[1], p1=raw[2], p2=raw[3], data=data, le=le)

    def render(self) -> bytes:
        """Return the bytes of the command: short when they fit, extended otherwise.

        Raises:
            ValueError: the data or ``le`` passes what an extended command can carry.
        """
        if len(self.data) >= ALL_EXTENDED or not 0 <= self.le <= ALL_EXTENDED:
            msg = f"{len(self.data)} bytes of data, le {self.le}: at most 65535 and 65536"
            raise ValueError(msg)
        header = bytes([self.cla, self.ins, self.p1, self.p2])
        if len(self.data) <= _SHORT_MAX and self.le <= ALL_SHORT:
            lc = bytes([len(self.data)]) if self.data else b""
            le = bytes([self.le % ALL_SHORT]) if self.le else b""
            return header + lc + self.data + le
        lc = b"\0" + len(self.data).to_bytes(2, "big") if self.data else b""
        le = (self.le % ALL_EXTENDED).to_bytes(2, "big") if self.le else b""
        marker = b"" if self.data else b"\0"
        return header + lc + self.data + (marker + le if self.le else b"")


def _body(body: bytes) -> tuple[bytes, int]:
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or ALL_SHORT
    if body[0]:
        return _split(body[1:], body[0], le_size=1, everything=ALL_SHORT)
    if len(body) == 1 + 2:
        return b"", int.from_bytes(body[1:], "big") or ALL_EXTENDED
    size = int.from_bytes(body[1:3], "big")
    if not size:
        raise CardError(SW.WRONG_LENGTH)
    return _split(body[3:], size, le_size=2, everything=ALL_EXTENDED)


def _split(rest: bytes, size: int, *, le_size: int, everything: int) -> tuple[bytes, int]:
    data, le = rest[:size], rest[size:]
    if len(data) != size or len(le) not in {0, le_size}:
        raise CardError(SW.WRONG_LENGTH)
    return data, (int.from_bytes(le, "big") or everything) if le else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer: data, which may be secret and is not shown, and a status word."""

    data: bytes = field(default=b"", repr=False)
    sw: int = SW.OK

    @property
    def ok(self) -> bool:
        """Tell whether the card did what it was asked."""
        return self.sw == SW.OK

    @classmethod
    def parse(cls, raw: bytes) -> Response:
        """Read an answer.

        Raises:
            ValueError: fewer than the two bytes of a status word.
        """
        if len(raw) < 1 + 1:
            msg = f"a card's answer has {len(raw)} bytes; the status word alone takes 2"
            raise ValueError(msg)
        return cls(data=raw[:-2], sw=int.from_bytes(raw[-2:], "big"))

    def render(self) -> bytes:
        """Return the bytes of the answer."""
        return self.data + self.sw.to_bytes(2, "big")
