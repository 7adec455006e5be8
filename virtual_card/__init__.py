"""A software CPS card, its fictional certificate authority and its reader; part of psc-conformance (SIMULATEUR)."""

from __future__ import annotations

from virtual_card.card import Card, process, reset
from virtual_card.desk import CardIdentity, Desk, DeskError, PinBlocked, PinRefused, Proof
from virtual_card.holder import CardFamily, Holder, personalise
from virtual_card.igc import Igc
from virtual_card.reader import Reader, ReaderEmpty

__all__ = [
    "Card",
    "CardFamily",
    "CardIdentity",
    "Desk",
    "DeskError",
    "Holder",
    "Igc",
    "PinBlocked",
    "PinRefused",
    "Proof",
    "Reader",
    "ReaderEmpty",
    "personalise",
    "process",
    "reset",
]
