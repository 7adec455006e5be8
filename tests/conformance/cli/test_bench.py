"""`bench` measures what it says: the card's rows are times of the card, and a missing service is told, not raised."""

from __future__ import annotations

import sys

import pytest

from conformance.cli.bench_card import NoService, card_rows


def test_the_card_is_measured_without_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows come before the one that needs pyscard; a card signs no faster than the bare key it signs with."""
    monkeypatch.setitem(sys.modules, "virtual_card.transport.pcsc_bench", None)
    measured = card_rows()
    rows = {label.strip(): seconds for _, label, seconds in (next(measured) for _ in range(4))}

    with pytest.raises(NoService):
        next(measured)

    assert [500, 200, 200, 20] == [len(seconds) for seconds in rows.values()]
    assert min(rows["card: authentication signature"]) > min(rows["card: command round trip, in-process"])
