from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from virtual_card.card import Card

pytestmark = [pytest.mark.pcsc, pytest.mark.integration, pytest.mark.requires("pcscd", "vpcd", "pyscard")]


def test_the_service_is_measured_and_gone_afterwards(card: Card) -> None:
    """As many times as rounds; then no service is left."""
    from virtual_card.transport.pcsc_bench import ROUND_TRIP, SIGNATURE, through_pcscd  # noqa: PLC0415
    from virtual_card.transport.pcsc_events import NoChange, wait_for_card  # noqa: PLC0415

    found = through_pcscd(card, 20)
    with pytest.raises(NoChange, match="start pcscd"):
        wait_for_card(0, present=False, seconds=0.1)

    assert (20, 4) == (len(found[ROUND_TRIP]), len(found[SIGNATURE]))
