"""Tag, length, value: the notation of everything a card stores and answers (ISO 7816-4 5.2.2, ITU-T X.690)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG_TAG = 0x1F
_MORE_TAG_BYTES = 0x80
_LONG_LENGTH = 0x80
_MOST_TAG_BYTES = 3
_MOST_LENGTH_BYTES = 4


class TlvError(ValueError):
    """Bytes that are not a well-formed TLV object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tlv:
    """One object: its tag as the number its bytes spell (``0x7F41``), and its value."""

    tag: int
    value: bytes

    def children(self) -> tuple[Tlv, ...]:
        """Return the objects inside; raises `TlvError` when the value is not made of objects."""
        return parse_all(self.value)

    def child(self, tag: int) -> Tlv | None:
        """Return the first object inside with this tag, or None."""
        return next((one for one in self.children() if one.tag == tag), None)

    @property
    def raw(self) -> bytes:
        """Return the object as bytes again."""
        return encode(self.tag, self.value)


def encode(tag: int, *values: bytes) -> bytes:
    """Return one object in DER: the tag's bytes, the shortest length, the values one after the other."""
    value = b"".join(values)
    size = len(value)
    if size < _LONG_LENGTH:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([_LONG_LENGTH | len(digits)]) + digits
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big") + length + value


def parse_all(data: bytes) -> tuple[Tlv, ...]:
    """Return the objects that fill these bytes exactly.

    Raises:
        TlvError: a tag or a length is cut short, indefinite, or longer than a card needs.
    """
    return tuple(_objects(data))


def parse_padded(data: bytes) -> tuple[Tlv, ...]:
    """Return the objects of a file whose end is filled up with ``00`` or ``FF`` (ISO 7816-4 5.2.2.1).

    Raises:
        TlvError: as `parse_all`.
    """
    return tuple(_objects(data, padded=True))


def _objects(data: bytes, *, padded: bool = False) -> Iterator[Tlv]:
    position = 0
    while position < len(data):
        if padded and data[position] in {0x00, 0xFF}:
            position += 1
            continue
        tag, position = _tag(data, position)
        size, position = _length(data, position)
        if position + size > len(data):
            msg = f"object {tag:X} announces {size} bytes, {len(data) - position} are left"
            raise TlvError(msg)
        yield Tlv(tag=tag, value=data[position : position + size])
        position += size


def _tag(data: bytes, start: int) -> tuple[int, int]:
    end = start + 1
    if data[start] & _LONG_TAG == _LONG_TAG:
        while True:
            if end >= len(data) or end - start >= _MOST_TAG_BYTES:
                msg = "a tag is cut short or longer than three bytes"
                raise TlvError(msg)
            end += 1
            if not data[end - 1] & _MORE_TAG_BYTES:
                break
    return int.from_bytes(data[start:end], "big"), end


def _length(data: bytes, start: int) -> tuple[int, int]:
    if start >= len(data):
        msg = "an object has no length"
        raise TlvError(msg)
    first = data[start]
    if first < _LONG_LENGTH:
        return first, start + 1
    count = first & ~_LONG_LENGTH
    end = start + 1 + count
    if not 1 <= count <= _MOST_LENGTH_BYTES or end > len(data):
        msg = "a length is indefinite, cut short or longer than four bytes"
        raise TlvError(msg)
    return int.from_bytes(data[start + 1 : end], "big"), end
