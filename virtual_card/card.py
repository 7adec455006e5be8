"""The card answers: any bytes in, an answer out, and the card as it is afterwards (ISO 7816-4 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from virtual_card.apdu import ALL_SHORT, SW, CardError, Cla, Command, Ins, Response
from virtual_card.state import Card, Chain, Image, Memory, PinState, Session

__all__ = ["Card", "Process", "fresh", "process", "reset"]

_MOST_CHAINED = 4096

Process: TypeAlias = Callable[[Card, bytes], tuple[Card, bytes]]
"""What answers a command: `process`, or a fault around it."""


def fresh(image: Image, secrets: dict[int, bytes]) -> Card:
    """Return a card as it leaves personalisation, all counters full.

    Raises:
        ValueError: a secret is missing, is not of digits, or has not the length its object demands.
    """
    states = {}
    for ref, pin in image.pins.items():
        value = secrets.get(ref, b"")
        if not value.isdigit() or not pin.min_length <= len(value) <= pin.max_length:
            msg = f"secret {ref:02X}: give {pin.min_length} to {pin.max_length} digits"
            raise ValueError(msg)
        states[ref] = PinState(value=value, tries_left=pin.tries, uses_left=pin.uses)
    return Card(image=image, memory=Memory(pins=states))


def reset(card: Card) -> Card:
    """Return the card after a reset, or after power off and on: the session is gone, the memory stays."""
    return replace(card, session=Session())


def process(card: Card, raw: bytes) -> tuple[Card, bytes]:
    """Answer a command, whatever its bytes are.

    Args:
        card: as it stands.
        raw: the command, short or extended; over T=0, case 4 comes as case 3.

    Returns:
        The card afterwards, and the answer, whose status word begins with 6 or 9.
    """
    try:
        command = Command.parse(raw)
        _check_class(card, command)
        card, response = _fetch_or_run(card, command)
    except CardError as refusal:
        response = Response(sw=refusal.sw)
        card = card.at(pending=b"", chain=None)
    return card, response.render()


def _check_class(card: Card, command: Command) -> None:
    if command.cla & Cla.RESERVED:
        raise CardError(SW.CLASS_NOT_SUPPORTED)
    if command.cla & Cla.SECURE_MESSAGING:
        raise CardError(SW.SECURE_MESSAGING_NOT_SUPPORTED)
    if command.channel not in card.image.commands.channels:
        raise CardError(SW.CHANNEL_NOT_SUPPORTED)


def _fetch_or_run(card: Card, command: Command) -> tuple[Card, Response]:
    if command.ins == Ins.GET_RESPONSE:
        if not card.session.pending:
            raise CardError(SW.CONDITIONS_NOT_SATISFIED)
        return _give(card.at(pending=b""), card.session.pending, command.le or ALL_SHORT)
    handle = card.image.commands.handler(command)
    card, whole = _gather(card.at(pending=b""), command)
    if whole is None:
        return card, Response()
    card, response = handle(card, whole)
    if response.ok and response.data:
        return _give(card, response.data, command.le)
    return card, response


def _gather(card: Card, command: Command) -> tuple[Card, Command | None]:
    """Put a chained command together (ISO 7816-4 5.3.3); None while parts are missing.

    Another command in between drops what had come so far and is answered for itself: our choice.
    """
    header = (command.channel, command.ins, command.p1, command.p2)
    chain = card.session.chain
    before = chain.data if chain is not None and chain.header == header else b""
    card = card.at(chain=None)
    data = before + command.data
    if len(data) > _MOST_CHAINED:
        raise CardError(SW.WRONG_LENGTH)
    if command.chained:
        return card.at(chain=Chain(header=header, data=data)), None
    return card, replace(command, data=data)


def _give(card: Card, data: bytes, le: int) -> tuple[Card, Response]:
    """Answer as much as was asked for and keep the rest for GET RESPONSE; ``61 00`` announces 256 bytes or more."""
    now, rest = data[:le], data[le:]
    if not rest:
        return card, Response(data=now)
    return card.at(pending=rest), Response(
        data=now, sw=SW.BYTES_AVAILABLE + (len(rest) if len(rest) < ALL_SHORT else 0)
    )
