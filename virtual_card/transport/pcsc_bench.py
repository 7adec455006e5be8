"""The card through a real PC/SC service, measured: every command crosses pyscard, pcscd, vpcd and a socket."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from virtual_card.bench import round_trips, signatures
from virtual_card.transport.pcsc_events import SECONDS, NoChange, wait_for_card
from virtual_card.transport.pcscd import pcscd
from virtual_card.transport.pyscard_desk import PcscReader
from virtual_card.transport.vpcd import VpcdSlot

if TYPE_CHECKING:
    from virtual_card.state import Card

ROUND_TRIP = "round-trip"
SIGNATURE = "signature"


def through_pcscd(card: Card, rounds: int = 500) -> dict[str, list[float]]:
    """Return times in seconds: command round trips and authentication signatures of a card.

    Args:
        card: a CPS3 with the default PIN, or without one.
        rounds: how many round trips; a fifth as many signatures.

    Raises:
        virtual_card.transport.pcscd.PcscdError: no service can be started here.
        NoChange: the service did not notice the card.
    """
    with tempfile.TemporaryDirectory() as folder, pcscd(Path(folder)) as port:
        slot = VpcdSlot(port=port)
        slot.insert(card)
        try:
            if not slot.wait_until_seen(SECONDS):
                raise NoChange("pcscd n'a pas demandé la carte", "pcscd has not asked for the card")
            wait_for_card(0, present=True)
            with PcscReader("00 00") as reader:
                return {ROUND_TRIP: round_trips(reader, rounds), SIGNATURE: signatures(reader, max(rounds // 5, 1))}
        finally:
            slot.close()
