from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.conftest import PIN, PUK
from virtual_card.access import PinRef
from virtual_card.desk import Desk, PinBlocked, PinMalformed, PinRefused
from virtual_card.desk_errors import CardRefused, DeskError, PukExhausted, PukRefused
from virtual_card.faults import CardFault, spoil
from virtual_card.holder import Holder, Profile, personalise
from virtual_card.pin_office import change_pin, unblock
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Card
    from virtual_card.igc import Igc

NEW = "4321"


@pytest.fixture(params=[Profile.CPS3, Profile.CPS4])
def blank(request: pytest.FixtureRequest, holder: Holder, igc: Igc, now: datetime) -> Card:
    """A card of each generation."""
    return personalise(holder, igc, now=now, pin=PIN, puk=PUK, profile=request.param)


def tries(reader: Reader, ref: PinRef = PinRef.PIN) -> int:
    """Return what the card still takes."""
    assert reader.card is not None
    return reader.card.memory.pins[ref].tries_left


def opens(reader: Reader, pin: str) -> bool:
    """Tell whether a PIN is the right one, after a reset."""
    reader.reset()
    try:
        Desk(reader).verify_pin(pin)
    except DeskError:
        return False
    return True


def test_the_new_pin_replaces_the_old(blank: Card) -> None:
    """On either generation."""
    reader = Reader(blank)
    change_pin(reader, PIN, NEW)

    assert (True, False) == (opens(reader, NEW), opens(reader, PIN))


def test_a_wrong_old_pin_costs_a_try(blank: Card) -> None:
    """Three of them block; the PIN stays what it was."""
    reader = Reader(blank)
    for left in (2, 1):
        with pytest.raises(PinRefused, match=f"tries left: {left}"):
            change_pin(reader, "0000", NEW)
    with pytest.raises(PinBlocked, match="with its PUK"):
        change_pin(reader, "0000", NEW)

    assert 0 == tries(reader)


def test_the_puk_unblocks_and_sets(blank: Card) -> None:
    """A blocked card opens with the new PIN, all tries back."""
    reader = Reader(spoil(blank, CardFault.PIN_BLOCKED))
    unblock(reader, PUK, NEW)

    assert (3, True) == (tries(reader), opens(reader, NEW))


def test_a_wrong_puk_costs_one_of_ten(blank: Card) -> None:
    """And the card stays as it was."""
    reader = Reader(blank)
    with pytest.raises(PukRefused, match="tries left: 9"):
        unblock(reader, "00000000", NEW)

    assert (9, True) == (tries(reader, PinRef.PUK), opens(reader, PIN))


@pytest.mark.parametrize("fault", [CardFault.PUK_EXHAUSTED, CardFault.PUK_WORN_OUT, CardFault.PUK_ONE_TRY_LEFT])
def test_a_used_up_puk_is_said(blank: Card, fault: CardFault) -> None:
    """By wrong ones, by right ones, or by this one."""
    puk = "00000000" if fault is CardFault.PUK_ONE_TRY_LEFT else PUK
    with pytest.raises(PukExhausted, match="take another one"):
        unblock(Reader(spoil(blank, fault)), puk, NEW)


@pytest.mark.parametrize(
    ("do", "given", "digits"),
    [
        (change_pin, ("12", NEW), 4),
        (change_pin, (PIN, "43210"), 4),
        (change_pin, (PIN, "４３２１"), 4),
        (unblock, ("1234567", NEW), 8),
        (unblock, (PUK, "abcd"), 4),
    ],
)
def test_what_cannot_be_right_is_not_sent(blank: Card, do: object, given: tuple[str, str], digits: int) -> None:
    """It costs nothing, and stands in no message."""
    reader = Reader(blank)
    with pytest.raises(PinMalformed, match=f"has {digits} digits; nothing was sent") as refused:
        do(reader, *given)  # type: ignore[operator]  # one of two functions

    assert reader.card is not None
    assert blank.memory == reader.card.memory
    assert [] == [one for one in given if one in str(refused.value)]


def test_a_card_without_pin_refuses(holder: Holder, igc: Igc, now: datetime) -> None:
    """The step is named."""
    with pytest.raises(CardRefused, match="change the PIN: the card answered 6A88"):
        change_pin(Reader(personalise(holder, igc, now=now, pinless=True)), PIN, NEW)
