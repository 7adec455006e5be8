"""What is fuzzed, as functions of bytes: they return for whatever input, or raise because the card is wrong.

Used by `scripts/fuzz_parsers.py` with atheris, and by plain tests with Hypothesis and with the seeds in ``corpus``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from virtual_card import pkcs15_view as view
from virtual_card.card import Card, process, reset
from virtual_card.holder import Activity, Holder, Profile, personalise
from virtual_card.igc import Igc
from virtual_card.tlv import TlvError, encode, parse_all, parse_padded
from virtual_card.trace import SECRET_INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).with_name("corpus")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_VIEWS = (view.applications, view.directories, view.token_label, view.certificates, view.private_keys, view.pins)


@cache
def cards() -> tuple[Card, ...]:
    """One card of each profile, made once."""
    activity = Activity(structure_name="HOPITAL FICTIF", structure="10B0990016", sector="SA01")
    holder = Holder(
        idnat="899799000023",
        given_name="DOMINIQUE",
        family_name="FUSEAU",
        serial=99_000_003,
        activities=(activity,),
    )
    igc = Igc.create(now=NOW)
    return tuple(personalise(holder, igc, now=NOW, profile=profile) for profile in Profile)


def apdus(data: bytes) -> None:
    """Send commands: the first byte chooses a card, then each is a length and so many bytes; length 0 is a reset.

    Raises:
        AssertionError: an answer is no answer, or something changed that must not.
    """
    card = cards()[data[0] % len(cards())] if data else cards()[0]
    for raw in _messages(data[1:]):
        if raw is None:
            card = reset(card)
            continue
        after, answer = process(card, raw)
        _check(card, raw, after, answer)
        card = after


def _messages(data: bytes) -> Iterator[bytes | None]:
    position = 0
    while position < len(data):
        size = data[position]
        yield data[position + 1 : position + 1 + size] if size else None
        position += 1 + size


def _check(before: Card, raw: bytes, after: Card, answer: bytes) -> None:
    assert len(answer) >= 2, "an answer has a status word"
    assert answer[-2] >> 4 in {6, 9}, f"status word {answer[-2:].hex()}"
    assert after.image is before.image, "nothing personalises a card again"
    for ref, pin in after.image.pins.items():
        state = after.memory.pins[ref]
        assert 0 <= state.tries_left <= pin.tries, "tries out of bounds"
        assert state.value.isdigit(), "a secret that is not of digits"
        assert pin.min_length <= len(state.value) <= pin.max_length, "a secret of the wrong length"
    if len(raw) < 2 or raw[1] not in SECRET_INSTRUCTIONS:
        assert after.memory.pins == before.memory.pins, "only PIN commands touch PINs"
        assert after.session.verified == before.session.verified, "only PIN commands verify"
    lost = [ref for ref in after.session.verified if after.memory.pins[ref].tries_left < after.image.pins[ref].tries]
    assert not lost, "verified, and yet a wrong one since"


def tlv(data: bytes) -> None:
    """Read bytes as objects and as every directory of a card; what is read is written back the same way.

    Raises:
        AssertionError: reading and writing do not agree.
    """
    try:
        objects = parse_all(data)
    except TlvError:
        objects = ()
    for one in objects:
        assert (one,) == parse_all(encode(one.tag, one.value)), "not the object it was"
    for reading in (parse_padded, *_VIEWS):
        try:
            reading(data)
        except TlvError:
            continue


TARGETS = {"apdu": apdus, "tlv": tlv}
