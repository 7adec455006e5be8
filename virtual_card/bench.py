"""How fast the card is: command round trips, signatures, start-up.  Times are seconds, one number a round.

The goals stand in docs/card.md; nothing here judges them.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from virtual_card.apdu import Command, Ins, Response
from virtual_card.card import reset
from virtual_card.holder import DEFAULT_PIN, personalise
from virtual_card.keys import digest_info, simulated_key
from virtual_card.reader import Reader
from virtual_card.sha_resume import Hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from virtual_card.desk import Transmitter
    from virtual_card.holder import Holder
    from virtual_card.igc import Igc

WARM_UP = 5
_APPLICATION = bytes.fromhex("E828BD080F8025000001FF0010")
_KEY = bytes.fromhex("800102840182")
_SELECT_MASTER = Command(ins=Ins.SELECT, p2=0x0C, data=bytes.fromhex("3F00")).render()
_DIGEST = hashlib.sha256(b"SIMULATEUR").digest()


def measured(do: Callable[[], object], rounds: int) -> list[float]:
    """Return how long each round took, after a few that do not count."""
    for _ in range(WARM_UP):
        do()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return times


def round_trips(way: Transmitter, rounds: int = 500) -> list[float]:
    """Return the times of a command with a two-byte answer, over any way to a card: in-process, or through pcscd.

    The command selects the master file, so that even a card that is no CPS answers it.
    """
    return measured(lambda: way.transmit(_SELECT_MASTER), rounds)


def signatures(way: Transmitter, rounds: int = 200, *, pin: str = DEFAULT_PIN) -> list[float]:
    """Return the times of authentication signatures of a CPS3: INTERNAL AUTHENTICATE with its answer fetched.

    Raises:
        ValueError: the card refuses, because the PIN is wrong or it is no CPS3.
    """
    prepare = (
        Command(ins=Ins.VERIFY, p2=0x01, data=pin.encode()),
        Command(ins=Ins.SELECT, p1=0x04, p2=0x0C, data=_APPLICATION),
        Command(ins=Ins.MANAGE_SECURITY_ENVIRONMENT, p1=0x41, p2=0xA4, data=_KEY),
    )
    sign = Command(ins=Ins.INTERNAL_AUTHENTICATE, data=digest_info(Hash.SHA256, _DIGEST))
    for command in (*prepare, sign):
        answer = Response.parse(way.transmit(command.render()))
        if answer.sw >> 8 not in {0x90, 0x61}:
            msg = f"the card answered {answer.sw:04X} to {command.ins:02X}; is it a CPS3, and is the PIN right?"
            raise ValueError(msg)
    raw = sign.render()
    return measured(lambda: way.transmit(raw), rounds)


def bare_signatures(rounds: int = 200) -> list[float]:
    """Return the times of the same RSA-2048 signature by `cryptography` alone: what the card is held against."""
    key = simulated_key("bench")
    return measured(lambda: key.sign(_DIGEST, PKCS1v15(), Prehashed(SHA256())), rounds)


def start_ups(holder: Holder, igc: Igc, *, now: datetime, rounds: int = 20) -> list[float]:
    """Return the times from a holder to a card in a reader that has answered: certificates and files, keys known.

    Making the two key pairs of a new card takes some hundred milliseconds more, once a process and serial number.
    """

    def start() -> None:
        Reader(reset(personalise(replace(holder), igc, now=now))).transmit(_SELECT_MASTER)

    return measured(start, rounds)
