from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_card.talk import APPLICATION, ASK_PIN, BAD_PIN, BAD_PUK, GOOD_PIN, PUK
from virtual_card.faults import instruction, wrong_status
from virtual_card.reader import CardPulled, Reader
from virtual_card.trace import SECRET_INSTRUCTIONS, Recorder, TraceError, mask, read, replay

if TYPE_CHECKING:
    from virtual_card.card import Card

RECORDED = sorted(Path(__file__).with_name("traces").glob("*.jsonl"))
CHANGE = "0024000108 3132333434333231"


def recorded(card: Card, *commands: str) -> list[str]:
    """Send commands to a card in a reader and return the trace."""
    lines: list[str] = []
    reader = Reader(card, witness=Recorder(lines.append))
    for command in commands:
        reader.transmit(bytes.fromhex(command))
    reader.remove()
    return lines


def test_a_trace_is_json_lines(card: Card) -> None:
    """Numbered from one; events, commands and answers."""
    lines = [json.loads(line) for line in recorded(card, ASK_PIN)]

    assert [
        {"n": 1, "event": "insert"},
        {"n": 2, "command": "00200001", "answer": "63C3"},
        {"n": 3, "event": "remove"},
    ] == lines


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (GOOD_PIN, "0020000104********"),
        ("0020000100", "0020000100"),
        (ASK_PIN, "00200001"),
        (CHANGE, "0024000108****************"),
        ("002C00010C" + "31" * 12, "002C00010C" + "**" * 12),
        ("102000010131", "1020000101**"),
        ("012000010431323334", "0120000104********"),
        ("00200001 000004 31323334", "0020000100" + "**" * 6),
        ("00200001 31323334", "00200001********"),
        ("00B0000010", "00B0000010"),
        ("00", "00"),
    ],
)
def test_secrets_are_masked(command: str, shown: str) -> None:
    """PIN and PUK never show, not even in a command whose length was forgotten."""
    assert shown == mask(bytes.fromhex(command))


@given(
    ins=st.sampled_from(sorted(SECRET_INSTRUCTIONS)),
    cla=st.integers(0, 255),
    before=st.binary(max_size=3),
    after=st.binary(max_size=12),
)
def test_no_arrangement_lets_a_secret_through(ins: int, cla: int, before: bytes, after: bytes) -> None:
    """A PIN of digits no length of ours can be stands nowhere in clear, whatever surrounds it."""
    pin = b"\xf7\xf3\xf9\xf1"
    shown = mask(bytes([cla, ins, 0, 1]) + before + pin + after)

    assert [] == [digit for digit in ("F7", "F3", "F9", "F1") if digit in shown[8:]]


def test_nothing_secret_in_a_whole_trace(card: Card) -> None:
    """Right and wrong PINs and PUKs, and a change."""
    text = "\n".join(recorded(card, GOOD_PIN, CHANGE, BAD_PIN, PUK, BAD_PUK))

    assert [] == [one for one in ("31323334", "34333231", "3132333435363738") if one in text]
    assert 5 == text.count("**") - sum(line.count("**") - 1 for line in text.splitlines() if "**" in line)


def test_a_trace_replays_without_difference(card: Card) -> None:
    """On the same card, every byte is as it was: right, wrong, changed, unblocked, signed."""
    sign = ("002241A4 06 800102 840182", "00880000 04 01020304")
    lines = recorded(card, GOOD_PIN, APPLICATION, *sign, CHANGE, BAD_PIN, BAD_PIN, BAD_PIN, PUK, "002C020104 31323334")
    after, found = replay(card, read(lines), exact=True)

    assert () == found
    assert {1: 3, 2: 10} == {ref: state.tries_left for ref, state in after.memory.pins.items()}


def test_a_reset_replays(card: Card) -> None:
    """What the reader did to the card counts: the PIN is forgotten again."""
    lines: list[str] = []
    reader = Reader(card, witness=Recorder(lines.append))
    reader.transmit(bytes.fromhex(GOOD_PIN))
    reader.reset()
    reader.transmit(bytes.fromhex(ASK_PIN))

    assert ["9000", "63C3"] == [one.answer for one in read(lines) if one.command]
    assert () == replay(card, read(lines), exact=True)[1]


def test_a_secret_in_parts_replays(card: Card) -> None:
    """A chained VERIFY, right and wrong."""
    lines = recorded(card, "102000010231 32", "0020000102 3334", "102000010231 32", "0020000102 3335")

    assert () == replay(card, read(lines), exact=True)[1]
    assert ["9000", "9000", "9000", "63C2"] == [one.answer for one in read(lines) if one.command]


@pytest.mark.parametrize("refused", ["0024000107 31323334 414243", "002C020104 41424344", "00200001 31323334"])
def test_refusals_of_shape_replay(card: Card, refused: str) -> None:
    """A new PIN that is none, and a malformed command."""
    lines = recorded(card, PUK, refused)

    assert () == replay(card, read(lines), exact=True)[1]
    assert read(lines)[2].answer in {"6A80", "6700"}


def test_a_card_that_answers_otherwise_is_told(card: Card) -> None:
    """Number, command, what was expected and what came."""
    lines = read(recorded(card, GOOD_PIN, ASK_PIN))
    _, found = replay(card, lines, answer=wrong_status(instruction(0x20), 0x6985))

    assert [(2, "9000", "6985"), (3, "9000", "6985")] == [(one.n, one.expected, one.got) for one in found]


def test_lengths_count_but_not_bytes_unless_asked(card: Card) -> None:
    """Keys are made anew in each process: signatures differ, their lengths do not."""
    (_, line, _) = read(recorded(card, "0084000004"))
    other = replace(line, answer="AABBCCDD9000")

    assert () == replay(card, [other])[1]
    assert 1 == len(replay(card, [other], exact=True)[1])
    assert 1 == len(replay(card, [replace(line, answer="AABB9000")])[1])


def test_a_pulled_card_leaves_its_command_without_answer(card: Card) -> None:
    """It is in the trace, and a replay passes over it."""
    lines: list[str] = []

    def pulled(_card: Card, _raw: bytes) -> tuple[Card, bytes]:
        raise CardPulled

    reader = Reader(card, process=pulled, witness=Recorder(lines.append))
    with pytest.raises(CardPulled):
        reader.transmit(bytes.fromhex(GOOD_PIN))

    assert {"n": 2, "command": "0020000104********", "answer": None} == json.loads(lines[1])
    assert (card.memory, ()) == (replay(card, read(lines))[0].memory, replay(card, read(lines))[1])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_traces_of_real_programs_replay(card: Card, path: Path) -> None:
    """What OpenSC once sent through pcscd is answered as then, without OpenSC or pcscd."""
    lines = read(path.read_text(encoding="utf-8").splitlines())

    assert () == replay(card, lines)[1]
    assert len(lines) > 100


def test_there_are_recorded_traces() -> None:
    """The test above is not empty."""
    assert "opensc-cps3" in [path.stem for path in RECORDED]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "line 2: write one JSON object"),
        ("[]", "line 2: write one JSON object"),
        ('{"n": "x", "command": "00", "answer": "9000"}', "field n: write a whole number"),
        ('{"n": 1, "event": "kick"}', "field event: write one of insert, power-off"),
        ('{"n": 1, "command": "0", "answer": "9000"}', "field command: write hexadecimal"),
        ('{"n": 1, "answer": "9000"}', "field command: write hexadecimal"),
        ('{"n": 1, "command": "00 20", "answer": "9000"}', "field command: write hexadecimal"),
        ('{"n": 1, "command": "00", "answer": "**"}', "field answer: write hexadecimal"),
        ('{"n": 1, "command": "00", "answer": "90"}', "field answer: write hexadecimal"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, complaint: str) -> None:
    """Line, field, and what belongs there."""
    with pytest.raises(TraceError, match=complaint):
        read(["", line])
