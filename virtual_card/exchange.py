"""One command and its whole answer: GET RESPONSE and corrected lengths in one place (ISO 7816-4 5.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from virtual_card.apdu import SW, Cla, Command, Ins, Response

Transmit: TypeAlias = Callable[[bytes], bytes]
"""A way to a card: command bytes in, answer bytes out."""

_SW1 = 0xFF00
_MOST_ROUNDS = 256


def exchange(transmit: Transmit, raw: bytes) -> bytes:
    """Send a command and return its whole answer.

    Fetches what ``61xx`` announces and repeats a command whose length ``6Cxx`` corrects, with that length; anything
    else goes through as it is.  A card that keeps announcing more is stopped after 256 rounds.
    """
    answer = Response.parse(transmit(raw))
    if answer.sw & _SW1 == SW.WRONG_LE:
        command = Command.parse(raw)
        answer = Response.parse(transmit(replace(command, le=(answer.sw & 0xFF) or 256).render()))
    gathered = [answer.data]
    rounds = 0
    while answer.sw & _SW1 == SW.BYTES_AVAILABLE and rounds < _MOST_ROUNDS:
        rounds += 1
        fetch = Command(cla=raw[0] & Cla.CHANNEL, ins=Ins.GET_RESPONSE, le=(answer.sw & 0xFF) or 256)
        answer = Response.parse(transmit(fetch.render()))
        gathered.append(answer.data)
    return Response(data=b"".join(gathered), sw=answer.sw).render()
