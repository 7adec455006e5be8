"""Waiting until programs of this machine see a card in a reader, or none: for a change that PC/SC announces."""

from __future__ import annotations

from typing import Any

try:
    from smartcard import scard
except ImportError as missing:
    raise ImportError(
        "pyscard is missing: install the extra `card` of psc-conformance, or run scripts/pyscard.sh in a checkout",
        name="smartcard",
    ) from missing

from virtual_card.spoken import Spoken

SECONDS = 30.0


class NoChange(Spoken):
    """Nothing has changed in the time that was given, or there is no such reader or service."""


def wait_for_card(number: int, *, present: bool, seconds: float = SECONDS) -> None:
    """Wait until a reader has a card, or has none.

    Args:
        number: of the reader, counted from 0 as PC/SC lists them.
        present: whether there shall be a card.
        seconds: how long to wait for each change.

    Raises:
        NoChange: saying what was waited for.
    """
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        raise NoChange("aucun service PC/SC ne répond ; démarrez pcscd", "no PC/SC service answers; start pcscd")
    try:
        _, names = scard.SCardListReaders(context, [])
        if number >= len(names):
            count = len(names)
            raise NoChange(
                f"il n'y a pas de lecteur {number} ; PC/SC en annonce {count}",
                f"there is no reader {number}; PC/SC lists {count}",
            )
        _wait(context, names[number], present=present, seconds=seconds)
    finally:
        scard.SCardReleaseContext(context)


def _wait(context: Any, name: str, *, present: bool, seconds: float) -> None:
    wanted = scard.SCARD_STATE_PRESENT if present else scard.SCARD_STATE_EMPTY
    known = scard.SCARD_STATE_UNAWARE
    while not known & wanted:
        code, states = scard.SCardGetStatusChange(context, int(seconds * 1000), [(name, known)])
        if code != scard.SCARD_S_SUCCESS:
            fr, en = ("n'a pas de", "no") if present else ("a encore une", "still a")
            raise NoChange(
                f"le lecteur {name!r} {fr} carte après {seconds:g} s",
                f"reader {name!r} has {en} card after {seconds:g} s",
            )
        known = states[0][1] & ~scard.SCARD_STATE_CHANGED
