"""What a card tells about its secrets and keys: GET DATA for security data objects (IAS-ECC; ISO 7816-4 11.4.3).

An object is named ``BF <80 + class> <reference>`` inside an extended header list ``4D{70{..}}``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from virtual_card.access import ENVIRONMENTS, REFERENCE_LOCAL, security_attributes
from virtual_card.apdu import SW, CardError, Command, Response
from virtual_card.tlv import TlvError, encode, parse_all

if TYPE_CHECKING:
    from virtual_card.state import Card

_CURRENT_DF = 0x3FFF
_HEADER_LIST = 0x4D
_SECURITY_OBJECTS = 0x70
_OBJECT = 0xBF
_REFERENCE_BITS = 0x1F
_USER_AUTHENTICATION = 0x08


class SdoClass(IntEnum):
    """Classes of security data objects."""

    PIN = 0x01
    PRIVATE_KEY = 0x10
    PUBLIC_KEY = 0x20
    ENVIRONMENT = 0x7B


class Part(IntEnum):
    """What can be asked of an object."""

    POLICY = 0xA0
    PIN_LENGTHS = 0x7F41
    KEY_VALUE = 0x7F48
    PUBLIC_KEY = 0x7F49
    ENVIRONMENT = 0x7B


def get_data(card: Card, command: Command) -> tuple[Card, Response]:
    """Answer what an object may tell."""
    if command.p1 << 8 | command.p2 != _CURRENT_DF:
        raise CardError(SW.WRONG_P1_P2)
    sdo_class, ref, part = _asked(command.data)
    match sdo_class:
        case SdoClass.PIN:
            body = _pin(card, ref, part)
        case SdoClass.PRIVATE_KEY:
            body = _key(card, ref, part)
        case SdoClass.ENVIRONMENT:
            body = _environment(ref)
        case _:
            raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    tag = _OBJECT << 16 | (0x80 | sdo_class) << 8 | ref
    return card, Response(data=encode(_SECURITY_OBJECTS, encode(tag, body)))


def _asked(data: bytes) -> tuple[int, int, int]:
    try:
        (outer,) = parse_all(data)
        (inner,) = outer.children()
        (wanted,) = inner.children()
    except (TlvError, ValueError):
        raise CardError(SW.WRONG_DATA) from None
    first, second, ref = wanted.tag.to_bytes(4, "big")[1:]
    if (outer.tag, inner.tag, first) != (_HEADER_LIST, _SECURITY_OBJECTS, _OBJECT):
        raise CardError(SW.WRONG_DATA)
    # A header list names a part by its tag, followed by 80 for "all of it".
    return second & ~0x80, ref, int.from_bytes(wanted.value[:-1][:4], "big")


def _pin(card: Card, ref: int, part: int) -> bytes:
    pin = card.image.pins.get(ref & _REFERENCE_BITS)
    if pin is None:
        raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    if part == Part.PIN_LENGTHS:
        lengths = encode(0x80, bytes([pin.max_length])) + encode(0x81, bytes([pin.min_length]))
        return encode(Part.PIN_LENGTHS, lengths)
    state = card.memory.pins[pin.ref]
    body = encode(0x9A, bytes([pin.tries])) + encode(0x9B, bytes([state.tries_left]))
    if state.uses_left is not None:
        body += encode(0x9D, state.uses_left.to_bytes(2, "big"))
    return encode(Part.POLICY, body + security_attributes(pin.access.acl))


def _key(card: Card, ref: int, part: int) -> bytes:
    key = card.image.keys.get(REFERENCE_LOCAL | ref & _REFERENCE_BITS)
    if key is None or card.session.df != key.df:
        raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    if part == Part.KEY_VALUE:
        raise CardError(SW.WRONG_DATA)
    return encode(Part.POLICY, encode(0x80, key.private.size.to_bytes(2, "big")) + security_attributes(key.access.acl))


def _environment(ref: int) -> bytes:
    pin = ENVIRONMENTS.get(ref & _REFERENCE_BITS)
    if pin is None:
        raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    template = encode(0xA4, encode(0x95, bytes([_USER_AUTHENTICATION])), encode(0x83, bytes([pin])))
    return encode(Part.ENVIRONMENT, template)
