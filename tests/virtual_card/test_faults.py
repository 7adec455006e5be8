from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.conftest import PIN
from tests.virtual_card.talk import ASK_PIN, BAD_PIN, BAD_PUK, GOOD_PIN, PUK, hear, sw
from virtual_card.card import process
from virtual_card.desk import CardRefused, Desk, PinBlocked, PinRefused
from virtual_card.faults import (
    AnswerFault,
    CardFault,
    always,
    around,
    instruction,
    nth,
    pulled,
    slow,
    spoil,
    with_dates,
    wrong_length,
    wrong_status,
)
from virtual_card.holder import Holder, personalise
from virtual_card.reader import CardPulled, Reader

if TYPE_CHECKING:
    from virtual_card.card import Card
    from virtual_card.igc import Igc

DATES = "00A4090C04 3F00D010"


def test_a_fault_strikes_where_it_is_told() -> None:
    """Every command, some instructions, the n-th of them."""
    commands = [bytes.fromhex(one) for one in (GOOD_PIN, "00B00000", GOOD_PIN, GOOD_PIN)]
    second_verify = nth(2, instruction(0x20))

    assert [True] * 4 == [always(one) for one in commands]
    assert [True, False, True, True] == [instruction(0x20)(one) for one in commands]
    assert [False, False, True, False] == [second_verify(one) for one in commands]
    assert not instruction(0x20)(b"")


def test_a_card_pulled_while_it_signs(card: Card) -> None:
    """The desk learns that the reader is empty; the next card works."""
    reader = Reader(card, process=pulled(nth(1, instruction(0x88))))
    desk = Desk(reader)
    desk.verify_pin(PIN)
    with pytest.raises(CardPulled):
        desk.authenticate(b"challenge")
    reader.insert(card)
    desk.verify_pin(PIN)

    assert 256 == len(desk.authenticate(b"challenge").signature)


def test_a_slow_card_answers_as_ever(card: Card) -> None:
    """The pause is the caller's; the answer is the card's."""
    pauses: list[str] = []
    answer = slow(instruction(0x20), lambda: pauses.append("pause"))

    assert process(card, bytes.fromhex(GOOD_PIN)) == answer(card, bytes.fromhex(GOOD_PIN))
    assert process(card, bytes.fromhex("00840000")) == answer(card, bytes.fromhex("00840000"))
    assert ["pause"] == pauses


def test_a_wrong_status_word_changes_nothing(card: Card) -> None:
    """The wrong PIN was not even looked at."""
    assert (card, bytes.fromhex("6F00")) == wrong_status(always)(card, bytes.fromhex(BAD_PIN))
    assert (card, bytes.fromhex("6985")) == wrong_status(always, 0x6985)(card, bytes.fromhex(BAD_PIN))


@pytest.mark.parametrize(("extra", "length"), [(-1, 3), (-9, 0), (2, 6)])
def test_a_wrong_length_keeps_the_status_word(card: Card, extra: int, length: int) -> None:
    """Too little or too much, and then 9000."""
    _, answer = wrong_length(always, extra)(card, bytes.fromhex("0084000004"))

    assert (length + 2, "9000") == (len(answer), answer[-2:].hex())


def test_faults_stand_around_each_other(card: Card) -> None:
    """The inner one first, then the outer one."""
    answer = wrong_length(always, 1, then=wrong_status(instruction(0x20)))

    assert "ff6f00" == answer(card, bytes.fromhex(ASK_PIN))[1].hex()


@pytest.mark.parametrize("fault", AnswerFault)
def test_every_named_fault_does_something(card: Card, fault: AnswerFault) -> None:
    """In front of a desk that signs: gone, late, refused, or a signature of the wrong length."""
    pauses: list[float] = []
    reader = Reader(card, process=around(fault, pauses.append))
    desk = Desk(reader)
    desk.verify_pin(PIN)
    outcome: object
    try:
        outcome = len(desk.authenticate(b"challenge").signature)
    except (CardPulled, CardRefused) as problem:
        outcome = type(problem)
    expected = {
        AnswerFault.PULLED: CardPulled,
        AnswerFault.SLOW: 256,
        AnswerFault.WRONG_STATUS: CardRefused,
        AnswerFault.WRONG_LENGTH: 255,
    }

    assert expected[fault] == outcome
    assert bool(pauses) is (fault is AnswerFault.SLOW)


def test_one_try_left(card: Card) -> None:
    """The next wrong PIN blocks; the right one restores three."""
    last = spoil(card, CardFault.PIN_ONE_TRY_LEFT)

    assert 1 == Desk(Reader(last)).tries_left()
    assert "6983" == sw(last, BAD_PIN)
    assert ["9000", "63C2"] == [sw(last, GOOD_PIN), sw(last, GOOD_PIN, BAD_PIN)]
    with pytest.raises(PinBlocked):
        Desk(Reader(last)).verify_pin("0000")


def test_blocked(card: Card) -> None:
    """No PIN helps, the PUK does."""
    blocked = spoil(card, CardFault.PIN_BLOCKED)

    assert "6983" == sw(blocked, GOOD_PIN)
    assert "9000" == sw(blocked, PUK, "002C020104 34333231")


@pytest.mark.parametrize("fault", [CardFault.PUK_EXHAUSTED, CardFault.PUK_WORN_OUT])
def test_a_puk_that_is_used_up(card: Card, fault: CardFault) -> None:
    """By wrong presentations, or by too many right ones: the card stays blocked for good."""
    lost = spoil(spoil(card, CardFault.PIN_BLOCKED), fault)

    assert "6983" == sw(lost, PUK)
    assert "6982" == sw(lost, PUK, "002C020104 34333231")


def test_a_puk_with_one_try_left(card: Card) -> None:
    """The next wrong one was the last."""
    last = spoil(card, CardFault.PUK_ONE_TRY_LEFT)

    assert ("6983", "9000") == (sw(last, BAD_PUK), sw(last, PUK))


def test_a_card_without_pin_cannot_be_so_spoilt(holder: Holder, igc: Igc, now: datetime) -> None:
    """The message says what to take instead."""
    with pytest.raises(ValueError, match="it has no PUK, so puk-exhausted cannot happen"):
        spoil(personalise(holder, igc, now=now, pinless=True), CardFault.PUK_EXHAUSTED)


def test_dates_that_say_something_else(card: Card) -> None:
    """EF_ACTUA changes, certificates and everything else stay."""
    stale = with_dates(card, since=datetime(2019, 1, 2, tzinfo=UTC), until=datetime(2022, 1, 1, 3, 4, 5, tzinfo=UTC))

    assert "ec12810720190102000000820720220101030405" == hear(stale, DATES, "00B0000000").hex()
    assert hear(card, DATES, "00B0000000") != hear(stale, DATES, "00B0000000")
    assert Desk(Reader(card)).read_identity() == Desk(Reader(stale)).read_identity()


def test_a_desk_counts_down_to_the_block(card: Card) -> None:
    """From one try left, what the person hears is that the card is blocked."""
    desk = Desk(Reader(card))
    with pytest.raises(PinRefused) as first:
        desk.verify_pin("0000")

    assert 2 == first.value.tries_left
