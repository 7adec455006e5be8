"""Changing a PIN and unblocking a card at the desk, each generation of card in its own way.

PIN and PUK are named by their global references 1 and 2; four digits are those of test cards, eight for the PUK are
inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from virtual_card.access import REFERENCE_LOCAL, PinRef
from virtual_card.apdu import SW, Command, Ins, Response
from virtual_card.desk_errors import CardRefused, PinBlocked, PinMalformed, PinRefused, PukExhausted, PukRefused
from virtual_card.dialect import CPS4, recognise
from virtual_card.exchange import exchange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from virtual_card.desk import Transmitter
    from virtual_card.desk_errors import Step

PIN_DIGITS = 4
PUK_DIGITS = 8

_NEW_ONLY = 0x01
_RESET_WITH_NEW = 0x02
_RESET_ONLY = 0x03


def change_pin(reader: Transmitter, old: str, new: str) -> None:
    """Replace the PIN by a new one.

    Raises:
        PinMalformed: one of them is not of four digits; nothing was sent.
        PinRefused: the old one was wrong.
        PinBlocked: it was wrong too often, now or before.
    """
    _check(old, PIN_DIGITS)
    _check(new, PIN_DIGITS)
    commands: tuple[Command, ...] = (Command(ins=Ins.CHANGE_REFERENCE_DATA, p2=PinRef.PIN, data=(old + new).encode()),)
    if recognise(lambda command: _ask(reader, command)) is CPS4:
        commands = (
            Command(cla=CPS4.cla, ins=Ins.VERIFY, p2=PinRef.PIN, data=old.encode()),
            _set_alone(new),
        )
    _run(reader, commands, "change the PIN", wrong=PinRefused, blocked=PinBlocked)


def unblock(reader: Transmitter, puk: str, new: str) -> None:
    """Unblock the card with its PUK and give it a new PIN.

    Raises:
        PinMalformed: the PUK is not of eight digits, or the PIN not of four; nothing was sent.
        PukRefused: the PUK was wrong.
        PukExhausted: it was wrong or used too often; the card stays blocked for good.
    """
    _check(puk, PUK_DIGITS)
    _check(new, PIN_DIGITS)
    cla = CPS4.cla if recognise(lambda command: _ask(reader, command)) is CPS4 else 0x00
    present = Command(cla=cla, ins=Ins.VERIFY, p2=PinRef.PUK, data=puk.encode())
    reset: tuple[Command, ...] = (
        Command(ins=Ins.RESET_RETRY_COUNTER, p1=_RESET_WITH_NEW, p2=PinRef.PIN, data=new.encode()),
    )
    if cla == CPS4.cla:
        reference = PinRef.PIN | REFERENCE_LOCAL
        reset = (Command(cla=cla, ins=Ins.RESET_RETRY_COUNTER, p1=_RESET_ONLY, p2=reference), _set_alone(new))
    _run(reader, (present, *reset), "unblock the card", wrong=PukRefused, blocked=PukExhausted)


def _set_alone(new: str) -> Command:
    return Command(cla=CPS4.cla, ins=Ins.CHANGE_REFERENCE_DATA, p1=_NEW_ONLY, p2=PinRef.PIN, data=new.encode())


def _check(secret: str, digits: int) -> None:
    if not (secret.isascii() and secret.isdigit() and len(secret) == digits):
        raise PinMalformed(digits, digits)


def _run(
    reader: Transmitter,
    commands: Iterable[Command],
    step: Step,
    *,
    wrong: type[PinRefused | PukRefused],
    blocked: type[PinBlocked | PukExhausted],
) -> None:
    for command in commands:
        sw = _ask(reader, command).sw
        if sw in {SW.AUTHENTICATION_METHOD_BLOCKED, SW.TRIES_LEFT}:
            raise blocked
        if sw & ~0x0F == SW.TRIES_LEFT:
            raise wrong(sw & 0x0F)
        if sw != SW.OK:
            raise CardRefused(step, sw)


def _ask(reader: Transmitter, command: Command) -> Response:
    return Response.parse(exchange(reader.transmit, command.render()))
