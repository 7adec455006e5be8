"""How each generation of card wants to be spoken to: the few commands that differ, seen from the reader.

Byte sequences are those the library of the Agence du Numérique en Santé sends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from virtual_card.apdu import SW, Cla, Command, Ins, Response
from virtual_card.files import MASTER, Path, path_bytes
from virtual_card.keys import pad
from virtual_card.tlv import TlvError, parse_all

_CHIPDOC = bytes.fromhex("8025000001FF0100")
_BY_NAME, _FROM_MF, _FROM_DF = 0x04, 0x08, 0x09
_NO_ANSWER, _FCP, _FCI = 0x0C, 0x04, 0x00
_POLICY, _TRIES_LEFT = 0xA0, 0x9B
_SHORT = 255
_BLOCK = 256
_COUNTER_BITS = 0x0F

Ask: TypeAlias = Callable[[Command], Response]
"""Sends a command and returns the whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One generation's way.

    Attributes:
        name: of the generation.
        select: makes the command that selects a file by its path and asks for its description.
        tries: asks how many wrong PINs are left, by PIN reference; None when the card does not tell.
        prove: makes the commands that sign a DigestInfo with a key; the last one's answer is the signature.
    """

    name: str
    cla: int
    select: Callable[[Path], Command]
    tries: Callable[[Ask, int], int | None]
    prove: Callable[[int, bytes], tuple[Command, ...]]


def recognise(ask: Ask) -> Dialect:
    """Find out which generation the card is: only a CPS4 knows the ChipDoc application on logical channel 1."""
    answer = ask(Command(cla=CPS4.cla, ins=Ins.SELECT, p1=_BY_NAME, p2=_NO_ANSWER, data=_CHIPDOC))
    return CPS4 if answer.ok else CPS3


def _select_cps3(path: Path) -> Command:
    # The CPS3 wants the full path, master file included, where ISO 7816-4 wants it left out.
    if path == (MASTER,):
        return Command(ins=Ins.SELECT, p2=_FCP, data=path_bytes(path))
    return Command(ins=Ins.SELECT, p1=_FROM_DF, p2=_FCP, data=path_bytes(path))


def _tries_by_object(ask: Ask, ref: int) -> int | None:
    wanted = bytes([0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, ref, 0x02, 0xA0, 0x80])
    answer = ask(Command(ins=Ins.GET_DATA, p1=0x3F, p2=0xFF, data=wanted))
    try:
        (template,) = parse_all(answer.data)
        (pin,) = template.children()
        policy = pin.child(_POLICY)
        counter = policy.child(_TRIES_LEFT) if policy else None
    except (TlvError, ValueError):
        counter = None
    return counter.value[-1] if answer.ok and counter and counter.value else _tries_by_verify(ask, ref)


def _tries_by_verify(ask: Ask, ref: int, cla: int = 0x00) -> int | None:
    answer = ask(Command(cla=cla, ins=Ins.VERIFY, p2=ref))
    if answer.sw == SW.AUTHENTICATION_METHOD_BLOCKED:
        return 0
    return answer.sw & _COUNTER_BITS if answer.sw & ~_COUNTER_BITS == SW.TRIES_LEFT else None


def _prove_cps3(key_ref: int, content: bytes) -> tuple[Command, ...]:
    return (
        Command(
            ins=Ins.MANAGE_SECURITY_ENVIRONMENT,
            p1=0x41,
            p2=0xA4,
            data=bytes([0x80, 0x01, 0x02, 0x84, 0x01, key_ref]),
        ),
        Command(ins=Ins.INTERNAL_AUTHENTICATE, data=content),
    )


def _prove_cps4(key_ref: int, content: bytes) -> tuple[Command, ...]:
    # No INTERNAL AUTHENTICATE there: the host pads, the card does the bare operation, in two chained parts.
    block = pad(content, _BLOCK)
    sign = {"ins": Ins.PERFORM_SECURITY_OPERATION, "p1": 0x80, "p2": 0x86}
    return (
        Command(
            cla=0x01, ins=Ins.MANAGE_SECURITY_ENVIRONMENT, p1=0x41, p2=0xB8, data=bytes([0x83, 0x01, key_ref])
        ),
        Command(cla=0x01 | Cla.CHAINING, data=block[:_SHORT], **sign),
        Command(cla=0x01, data=block[_SHORT:], **sign),
    )  # fmt: skip


def _select_cps4(path: Path) -> Command:
    return Command(cla=0x01, ins=Ins.SELECT, p1=_FROM_MF, p2=_FCI, data=path_bytes(path[1:]))


CPS3 = Dialect(name="CPS3", cla=0x00, select=_select_cps3, tries=_tries_by_object, prove=_prove_cps3)
CPS4 = Dialect(
    name="CPS4",
    cla=0x01,
    select=_select_cps4,
    tries=lambda ask, ref: _tries_by_verify(ask, ref, cla=0x01),
    prove=_prove_cps4,
)
