"""The measurements measure: as many times as rounds, of what they say; the numbers themselves are not judged here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from virtual_card.bench import WARM_UP, bare_signatures, measured, round_trips, signatures, start_ups
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Card
    from virtual_card.holder import Holder
    from virtual_card.igc import Igc


class Way:
    """A way to a card that counts what passes."""

    def __init__(self, card: Card) -> None:
        self.reader = Reader(card)
        self.answers: list[bytes] = []

    def transmit(self, raw: bytes) -> bytes:
        """Pass on and note the answer."""
        self.answers.append(self.reader.transmit(raw))
        return self.answers[-1]


def test_rounds_are_counted_after_the_warm_up() -> None:
    """Each number is one round, none of them negative."""
    calls: list[None] = []
    times = measured(lambda: calls.append(None), 7)

    assert (7, 7 + WARM_UP) == (len(times), len(calls))
    assert min(times) >= 0


def test_round_trips_are_answered(card: Card) -> None:
    """Every command of the measurement got 9000."""
    way = Way(card)

    assert 3 == len(round_trips(way, 3))
    assert {"9000"} == {one.hex() for one in way.answers}


def test_signatures_are_signatures(card: Card) -> None:
    """256 bytes each."""
    way = Way(card)

    assert 2 == len(signatures(way, 2))
    assert {256 + 2} == {len(one) for one in way.answers[4:]}


def test_a_wrong_pin_is_said(card: Card) -> None:
    """Instead of measuring refusals; the PIN itself is not in the message."""
    with pytest.raises(ValueError, match="answered 63C2 to 20") as refused:
        signatures(Way(card), 2, pin="7777")

    assert "7777" not in str(refused.value)


def test_the_others_give_a_number_a_round(holder: Holder, igc: Igc, now: datetime) -> None:
    """Bare signatures and start-up."""
    assert (2, 2) == (len(bare_signatures(2)), len(start_ups(holder, igc, now=now, rounds=2)))
