from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.tlv import Tlv, TlvError, encode, parse_all, parse_padded

tags = st.sampled_from([0x04, 0x30, 0x7F41, 0x5F2D, 0xBF8101, 0xBF9002])


@given(st.lists(st.tuples(tags, st.binary(max_size=400)), max_size=5))
def test_what_is_written_is_read_back(objects: list[tuple[int, bytes]]) -> None:
    """Any list of objects survives the way to bytes and back."""
    raw = b"".join(encode(tag, value) for tag, value in objects)

    assert objects == [(one.tag, one.value) for one in parse_all(raw)]
    assert raw == b"".join(one.raw for one in parse_all(raw))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Nothing but `TlvError` ever comes out of reading."""
    for reading in (parse_all, parse_padded):
        try:
            reading(raw)
        except TlvError:
            continue


@pytest.mark.parametrize(
    ("size", "head"), [(0x7F, "047F"), (0x80, "048180"), (0xFF, "0481FF"), (0x100, "04820100"), (0x10000, "0483010000")]
)
def test_lengths_are_the_shortest(size: int, head: str) -> None:
    """DER wants the shortest form of a length (X.690 10.1)."""
    assert bytes.fromhex(head) == encode(0x04, bytes(size))[: len(head) // 2]


@pytest.mark.parametrize("raw", ["04", "0402AA", "0480AA0000", "1F", "1F81", "1F81818101", "048500000000010A"])
def test_broken_objects_are_refused(raw: str) -> None:
    """Cut short, indefinite, or with a tag or length longer than a card's."""
    with pytest.raises(TlvError):
        parse_all(bytes.fromhex(raw))


def test_padding_ends_a_file() -> None:
    """Filler behind the objects of a file is passed over, and only when asked."""
    raw = bytes.fromhex("5A01AA 0000 FF")

    assert (Tlv(tag=0x5A, value=b"\xaa"),) == parse_padded(raw)
    with pytest.raises(TlvError):
        parse_all(raw)


def test_children_by_tag() -> None:
    """The first child with a tag is found; a missing one is None."""
    outer = Tlv(tag=0x62, value=encode(0x80, b"\x01") + encode(0x80, b"\x02"))

    assert b"\x01" == (outer.child(0x80) or outer).value
    assert outer.child(0x81) is None
