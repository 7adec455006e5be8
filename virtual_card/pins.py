"""The secrets of the card: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER (ISO 7816-4 11.6)."""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING

from virtual_card.access import REFERENCE_LOCAL, Condition, PinRef, satisfied
from virtual_card.apdu import SW, CardError, Command, Response

if TYPE_CHECKING:
    from virtual_card.state import Card, PinObject, PinState

_PADDING = b"\xff"
_CHANGE_WITH_OLD = 0x00
_CHANGE_NEW_ONLY = 0x01
_RESET_PUK_AND_NEW = 0x00
_RESET_PUK_ONLY = 0x01
_RESET_NEW_ONLY = 0x02
_RESET_NO_DATA = 0x03


def status(state: PinState) -> int:
    """Return the status word that tells how many presentations are left: ``63Cx``, or blocked."""
    return SW.AUTHENTICATION_METHOD_BLOCKED if state.blocked else SW.TRIES_LEFT + min(state.tries_left, 0x0F)


def present(card: Card, ref: int, candidate: bytes) -> tuple[Card, int]:
    """Compare a candidate with a secret, count, and return the card with the status word.

    A wrong one costs a try and takes back an earlier verification; the right one restores the tries and costs a use.
    """
    state = card.memory.pins[ref]
    if state.blocked:
        return _doubt(card, ref), status(state)
    if not compare_digest(candidate.rstrip(_PADDING), state.value):
        state = replace(state, tries_left=state.tries_left - 1)
        return _doubt(_store(card, ref, state), ref), status(state)
    uses = None if state.uses_left is None else state.uses_left - 1
    state = replace(state, tries_left=card.image.pins[ref].tries, uses_left=uses)
    return _store(card, ref, state).at(verified=card.session.verified | {ref}), SW.OK


def verify(card: Card, command: Command) -> tuple[Card, Response]:
    """Present a secret, or without data ask whether it still has to be (ISO 7816-4 11.6.6)."""
    pin = _pin(card, command)
    if command.p1:
        raise CardError(SW.WRONG_P1_P2)
    if not satisfied(pin.access.verify, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    if not command.data:
        known = pin.ref in card.session.verified
        return card, Response(sw=SW.OK if known else status(card.memory.pins[pin.ref]))
    card, sw = present(card, pin.ref, command.data)
    return card, Response(sw=sw)


def change(card: Card, command: Command) -> tuple[Card, Response]:
    """Replace a secret, giving the old one and the new one (ISO 7816-4 11.6.7)."""
    pin = _pin(card, command)
    if command.p1 != _CHANGE_WITH_OLD:
        raise CardError(SW.WRONG_P1_P2)
    old = len(card.memory.pins[pin.ref].value)
    return _change(card, pin, command.data[:old], command.data[old:])


def change_or_set(card: Card, command: Command) -> tuple[Card, Response]:
    """Replace a secret; with P1 = 01 by the new one alone, when it, or the PUK, was verified.

    CPS4: after unblocking, the ANS library sets the new PIN without presenting one.
    """
    if command.p1 != _CHANGE_NEW_ONLY:
        return change(card, command)
    pin = _pin(card, command)
    allowed = pin.ref in card.session.verified or satisfied(pin.access.reset, card.session.verified)
    if not allowed or not satisfied(pin.access.change, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    return _set(card, pin, command.data), Response()


def _change(card: Card, pin: PinObject, old: bytes, new: bytes) -> tuple[Card, Response]:
    if not satisfied(pin.access.change, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    # Checked first: a refusal for the new value's shape must not cost a try, nor tell anything about the old one.
    checked = _checked(pin, new)
    card, sw = present(card, pin.ref, old)
    if sw == SW.OK:
        card = _store(card, pin.ref, replace(card.memory.pins[pin.ref], value=checked))
    return card, Response(sw=sw)


def reset_retry_counter(card: Card, command: Command) -> tuple[Card, Response]:
    """Unblock the PIN, the PUK being given with the command or verified before (ISO 7816-4 11.6.10)."""
    pin = _pin(card, command)
    if pin.access.reset is Condition.NEVER or PinRef.PUK not in card.image.pins:
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    puk_length = card.image.pins[PinRef.PUK].max_length
    new: bytes | None
    match command.p1:
        case p1 if p1 in {_RESET_PUK_AND_NEW, _RESET_PUK_ONLY}:
            new = _checked(pin, command.data[puk_length:]) if p1 == _RESET_PUK_AND_NEW else None
            card, sw = present(card, PinRef.PUK, command.data[:puk_length])
            if sw != SW.OK:
                return card, Response(sw=sw)
        case p1 if p1 in {_RESET_NEW_ONLY, _RESET_NO_DATA}:
            new = command.data if p1 == _RESET_NEW_ONLY else None
        case _:
            raise CardError(SW.WRONG_P1_P2)
    if not satisfied(pin.access.reset, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    if new is not None:
        card = _set(card, pin, new)
    state = replace(card.memory.pins[pin.ref], tries_left=pin.tries)
    return _store(card, pin.ref, state), Response()


def _pin(card: Card, command: Command) -> PinObject:
    found = card.image.pins.get(command.p2 & ~REFERENCE_LOCAL)
    if found is None:
        raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    return found


def _set(card: Card, pin: PinObject, new: bytes) -> Card:
    return _store(card, pin.ref, replace(card.memory.pins[pin.ref], value=_checked(pin, new)))


def _checked(pin: PinObject, new: bytes) -> bytes:
    value = new.rstrip(_PADDING)
    if not value.isdigit() or not pin.min_length <= len(value) <= pin.max_length:
        raise CardError(SW.WRONG_DATA)
    return value


def _store(card: Card, ref: int, state: PinState) -> Card:
    return card.remembering(pins={**card.memory.pins, ref: state})


def _doubt(card: Card, ref: int) -> Card:
    return card.at(verified=card.session.verified - {ref})
