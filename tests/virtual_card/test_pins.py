from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.talk import ASK_PIN, BAD_PIN, BAD_PUK, GOOD_PIN, PUK, say, sw
from virtual_card.access import PinRef
from virtual_card.card import reset

if TYPE_CHECKING:
    from virtual_card.state import Card

NEW_PIN = "00200001 04 34333231"
CHANGE = "00240001 08 31323334 34333231"


def test_three_wrong_pins_block(card: Card) -> None:
    """Each wrong one is counted aloud; after the third, the right one does not help either, nor does a reset."""
    answers = [sw(card, *[BAD_PIN] * count) for count in (1, 2, 3, 4)]
    blocked, _ = say(card, *[BAD_PIN] * 3)

    assert ["63C2", "63C1", "6983", "6983"] == answers
    assert "6983" == sw(blocked, GOOD_PIN)
    assert "6983" == sw(reset(blocked), ASK_PIN)


def test_the_right_pin_restores_the_tries(card: Card) -> None:
    """Two wrong ones, the right one, and three tries are there again."""
    assert "63C2" == sw(card, BAD_PIN, BAD_PIN, GOOD_PIN, BAD_PIN)


@pytest.mark.parametrize("ask", ["00200001", "0020000100", "00200081"])
def test_asking_costs_nothing(card: Card, ask: str) -> None:
    """VERIFY without data, with or without the length byte of T=0, tells the tries left; 9000 once verified."""
    assert "63C3" == sw(card, ask)
    assert "63C2" == sw(card, BAD_PIN, ask, ask)
    assert "9000" == sw(card, GOOD_PIN, ask)


def test_a_wrong_pin_takes_the_verification_back(card: Card) -> None:
    """After the right PIN a wrong one closes the card again; so does a reset."""
    assert "63C2" == sw(card, GOOD_PIN, BAD_PIN, ASK_PIN)
    assert "63C3" == sw(reset(say(card, GOOD_PIN)[0]), ASK_PIN)


def test_padding_is_no_part_of_the_pin(card: Card) -> None:
    """A PIN filled up with FF is the same PIN."""
    assert "9000" == sw(card, "00200001 08 31323334FFFFFFFF")


def test_changing_the_pin(card: Card) -> None:
    """Old and new together; then only the new one counts, also after a reset."""
    changed, answer = say(card, CHANGE)

    assert answer.ok
    assert "63C2" == sw(reset(changed), GOOD_PIN)
    assert "9000" == sw(reset(changed), NEW_PIN)


@pytest.mark.parametrize(
    ("command", "answer", "tries"),
    [
        ("00240001 08 30303030 34333231", "63C2", 2),
        ("00240001 07 31323334 343332", "6A80", 3),
        ("00240001 08 31323334 41424344", "6A80", 3),
        ("00240001 04 31323334", "6A80", 3),
        ("00240101 04 34333231", "6A86", 3),
        ("00240002 10 3132333435363738 3837363534333231", "6982", 3),
        ("00240003 08 31323334 34333231", "6A88", 3),
    ],
)
def test_changes_that_fail(card: Card, command: str, answer: str, tries: int) -> None:
    """A wrong old PIN costs a try; a new one of impossible shape does not; the PUK never changes."""
    after, response = say(card, command)

    assert (answer, tries) == (f"{response.sw:04X}", after.memory.pins[PinRef.PIN].tries_left)
    assert "9000" == sw(after, GOOD_PIN)


@pytest.mark.parametrize(
    ("unblock", "pin"),
    [
        ((PUK, "002C0201 04 34333231"), NEW_PIN),
        (("002C0001 0C 3132333435363738 34333231",), NEW_PIN),
        (("002C0101 08 3132333435363738",), GOOD_PIN),
        ((PUK, "002C0301"), GOOD_PIN),
    ],
)
def test_the_puk_unblocks(card: Card, unblock: tuple[str, ...], pin: str) -> None:
    """Four ways: PUK before or within the command, with a new PIN or without."""
    blocked, _ = say(card, *[BAD_PIN] * 3)
    unblocked, answer = say(blocked, *unblock)

    assert answer.ok
    assert "63C3" == sw(reset(unblocked), ASK_PIN)
    assert "9000" == sw(unblocked, pin)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("002C0201 04 34333231", "6982"),
        ("002C0301", "6982"),
        ("002C0001 0C 3030303030303030 34333231", "63C9"),
        ("002C0001 0A 3132333435363738 3433", "6A80"),
        ("002C0001", "6A80"),
        ("002C0401", "6A86"),
        ("002C0002 10 3132333435363738 3837363534333231", "6982"),
        ("002C0009", "6A88"),
    ],
)
def test_unblocking_that_fails(card: Card, command: str, answer: str) -> None:
    """Without the PUK, with a wrong one, with a PIN of impossible shape, or for something that cannot be unblocked."""
    assert answer == sw(card, command)


def test_the_pin_does_not_unblock_itself(card: Card) -> None:
    """The rule asks for the PUK: having verified the PIN is not enough."""
    assert "6982" == sw(card, GOOD_PIN, "002C0301")


def test_ten_wrong_puks_block_for_good(card: Card) -> None:
    """The PUK counts like the PIN, from ten."""
    answers = [sw(card, *[BAD_PUK] * count) for count in (1, 9, 10)]

    assert ["63C9", "63C1", "6983"] == answers
    assert "6983" == sw(card, *[BAD_PUK] * 10, PUK)


def test_the_puk_wears_out(card: Card) -> None:
    """A hundred right presentations are the end of a PUK."""
    worn = replace(card.memory.pins[PinRef.PUK], uses_left=1)
    card = card.remembering(pins={**card.memory.pins, PinRef.PUK: worn})

    assert "9000" == sw(card, PUK)
    assert "6983" == sw(card, PUK, PUK)
    assert 99 == _fresh_after_one_use(card)


def _fresh_after_one_use(card: Card) -> int | None:
    state = replace(card.memory.pins[PinRef.PUK], uses_left=100)
    used, _ = say(card.remembering(pins={**card.memory.pins, PinRef.PUK: state}), PUK)
    return used.memory.pins[PinRef.PUK].uses_left


@pytest.mark.parametrize("command", ["00200101 04 31323334", "00200003 04 31323334"])
def test_unknown_parameters(card: Card, command: str) -> None:
    """P1 other than zero, or a secret that is not there."""
    assert sw(card, command) in {"6A86", "6A88"}
