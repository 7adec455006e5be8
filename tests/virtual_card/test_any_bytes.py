"""Any bytes get an answer: never an exception, a status word that begins with 6 or 9, nothing changed that must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_card.targets import CORPUS, TARGETS, apdus, cards, tlv
from virtual_card.apdu import Ins
from virtual_card.card import process

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = sorted(path for name in TARGETS for path in (CORPUS / name).iterdir())

_command = st.builds(
    lambda cla, ins, p1, p2, body: bytes([cla, ins, p1, p2]) + body,
    st.sampled_from([0x00, 0x01, 0x10, 0x11, 0x02, 0x0C, 0x80]),
    st.sampled_from(sorted(Ins)),
    st.sampled_from([0x00, 0x01, 0x02, 0x03, 0x04, 0x08, 0x09, 0x41, 0x81, 0x80, 0x90, 0x9C, 0x9E, 0xF3, 0x3F]),
    st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x0C, 0x81, 0x86, 0x9A, 0xA0, 0xA4, 0xAA, 0xB6, 0xB8, 0xFF]),
    st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(lambda data: bytes([len(data)]) + data)),
)
_known = st.sampled_from(
    [bytes.fromhex(one) for one in ("002000010431323334", "0020000208" + "3132333435363738", "002241A406800102840182")]
)


@given(profile=st.integers(0, 2), raw=st.lists(st.one_of(st.binary(max_size=60), _command, _known), max_size=12))
def test_any_commands_get_answers(profile: int, raw: list[bytes]) -> None:
    """Raw bytes and near-commands, in any order, on each profile."""
    apdus(bytes([profile]) + b"".join(bytes([len(one)]) + one for one in raw))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_as_objects_or_refused(data: bytes) -> None:
    """Never anything but objects or `TlvError`."""
    tlv(data)


@given(data=st.binary(min_size=256, max_size=70_000))
def test_long_commands_get_answers(data: bytes) -> None:
    """Longer than any reader sends."""
    for card in cards():
        assert process(card, data)[1][-2] >> 4 in {6, 9}


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_seeds_and_findings_pass(path: Path) -> None:
    """Every input that fuzzing starts from, or once found, as a plain test."""
    TARGETS[path.parent.name](path.read_bytes())


def test_there_are_seeds_for_every_target() -> None:
    """The test above is not empty."""
    assert set(TARGETS) == {path.parent.name for path in SEEDS}


def test_the_target_itself_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that answers nothing, or nonsense, is noticed."""
    for answer in (b"", b"\x12\x34"):
        monkeypatch.setattr("tests.virtual_card.targets.process", lambda card, _raw, answer=answer: (card, answer))
        with pytest.raises(AssertionError, match="status word"):
            apdus(b"\x00\x04\x00\x20\x00\x01")
