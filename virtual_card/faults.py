"""What goes wrong with cards: faults around the card's answers, and cards in a bad state.

An answer fault is a `Process` around another one, and `when` says for which commands it strikes::

    Reader(card, process=pulled(nth(2, instruction(Ins.INTERNAL_AUTHENTICATE))))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from virtual_card.access import PinRef
from virtual_card.apdu import SW, Ins, Response
from virtual_card.card import process
from virtual_card.files import MASTER, ElementaryFile, FileTree
from virtual_card.profiles.cps3 import EF_ACTUA, validity_file
from virtual_card.reader import CardPulled
from virtual_card.spoken import Spoken

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Process
    from virtual_card.state import Card


class FaultImpossible(Spoken, ValueError):  # noqa: N818 - the name says what is the matter
    """A fault that this card cannot have; the message says which card to take."""


When: TypeAlias = Callable[[bytes], bool]
"""Tells whether a fault strikes at a command."""

_INSTRUCTION = 1
_NEARLY = 1
_SLOW_SECONDS = 2.0
_CUT_BYTES = 1
_SIGNS = frozenset({Ins.INTERNAL_AUTHENTICATE, Ins.PERFORM_SECURITY_OPERATION})


class CardFault(StrEnum):
    """States of a card that people meet at a desk."""

    PIN_ONE_TRY_LEFT = "pin-one-try-left"
    PIN_BLOCKED = "pin-blocked"
    PUK_ONE_TRY_LEFT = "puk-one-try-left"
    PUK_EXHAUSTED = "puk-exhausted"
    PUK_WORN_OUT = "puk-worn-out"


class AnswerFault(StrEnum):
    """Troubles between a reader and a card, each at every command that signs, or at every command when slow."""

    PULLED = "pulled"
    SLOW = "slow"
    WRONG_STATUS = "wrong-status"
    WRONG_LENGTH = "wrong-length"


class CertificateFault(StrEnum):
    """What is wrong with the certificates of a card, or with the dates it tells of them."""

    EXPIRED = "expired"
    TO_COME = "not-yet-valid"
    OPPOSED = "opposition"
    STALE_DATES = "stale-dates"


def always(raw: bytes) -> bool:
    """Strike at every command."""
    _ = raw
    return True


def instruction(*ins: int) -> When:
    """Strike at some instructions, on every channel."""
    return lambda raw: len(raw) > _INSTRUCTION and raw[_INSTRUCTION] in ins


def nth(number: int, of: When = always) -> When:
    """Strike once, at the n-th command of a kind, counted from 1."""
    seen = count(1)
    return lambda raw: of(raw) and next(seen) == number


def pulled(when: When, then: Process = process) -> Process:
    """Have the card pulled out before it answers."""

    def answer(card: Card, raw: bytes) -> tuple[Card, bytes]:
        if when(raw):
            raise CardPulled
        return then(card, raw)

    return answer


def slow(when: When, pause: Callable[[], None], then: Process = process) -> Process:
    """Have the card answer after a pause that the caller takes; card and answer are as they would be."""

    def answer(card: Card, raw: bytes) -> tuple[Card, bytes]:
        if when(raw):
            pause()
        return then(card, raw)

    return answer


def wrong_status(when: When, sw: int = SW.NO_DIAGNOSIS, then: Process = process) -> Process:
    """Have the card refuse with a status word, without doing what it is asked."""

    def answer(card: Card, raw: bytes) -> tuple[Card, bytes]:
        return (card, Response(sw=sw).render()) if when(raw) else then(card, raw)

    return answer


def wrong_length(when: When, extra: int = -_CUT_BYTES, then: Process = process) -> Process:
    """Have the card answer too little (a negative number of bytes) or too much, the status word being right."""

    def answer(card: Card, raw: bytes) -> tuple[Card, bytes]:
        card, whole = then(card, raw)
        if not when(raw):
            return card, whole
        response = Response.parse(whole)
        data = response.data[:extra] if extra < 0 else response.data + b"\xff" * extra
        return card, replace(response, data=data).render()

    return answer


def around(fault: AnswerFault, pause: Callable[[float], None]) -> Process:
    """Return a fault by its name, for a command line.

    Args:
        fault: which.
        pause: waits for a number of seconds.
    """
    signing = instruction(*_SIGNS)
    match fault:
        case AnswerFault.PULLED:
            return pulled(signing)
        case AnswerFault.SLOW:
            return slow(always, lambda: pause(_SLOW_SECONDS))
        case AnswerFault.WRONG_STATUS:
            return wrong_status(signing)
        case AnswerFault.WRONG_LENGTH:
            # The signature is fetched with GET RESPONSE over T=0.
            return wrong_length(instruction(Ins.GET_RESPONSE))


def spoil(card: Card, fault: CardFault) -> Card:
    """Return a card in a bad state.

    Raises:
        FaultImpossible: the card has no such PIN or PUK.
    """
    ref = PinRef.PIN if fault in {CardFault.PIN_ONE_TRY_LEFT, CardFault.PIN_BLOCKED} else PinRef.PUK
    state = card.memory.pins.get(ref)
    if state is None:
        raise FaultImpossible(
            f"carte : elle n'a pas de {ref.name}, donc {fault} ne peut lui arriver ; prenez-en une qui en a un",
            f"card: it has no {ref.name}, so {fault} cannot happen to it; take a card with one",
        )
    match fault:
        case CardFault.PIN_ONE_TRY_LEFT | CardFault.PUK_ONE_TRY_LEFT:
            state = replace(state, tries_left=_NEARLY)
        case CardFault.PIN_BLOCKED | CardFault.PUK_EXHAUSTED:
            state = replace(state, tries_left=0)
        case CardFault.PUK_WORN_OUT:
            state = replace(state, uses_left=0)
    return card.remembering(pins={**card.memory.pins, ref: state})


def with_dates(card: Card, *, since: datetime, until: datetime) -> Card:
    """Return a card whose file of dates (EF_ACTUA) says something else than its certificates.

    The library of the Agence du Numérique en Santé keeps a copy of the card on disk for as long as these dates stay.
    """
    path = (MASTER, EF_ACTUA)
    nodes = [
        replace(node, content=validity_file(since, until))
        if isinstance(node, ElementaryFile) and where == path
        else node
        for where, node in card.image.files.nodes.items()
    ]
    return replace(card, image=replace(card.image, files=FileTree.of(nodes)))
