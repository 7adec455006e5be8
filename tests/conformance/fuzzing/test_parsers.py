"""Our own parsers: whatever is read comes to a value or to an error of ours, and what once did not is kept here.

Each file of ``corpus`` is replayed in every run; add one whenever fuzzing finds something.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.descriptor import DescriptorError
from tests.conformance.fuzzing.parsers import CORPUS, PARSERS, survives

FILES: Final = sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_is_read_or_refused(path: Path) -> None:
    """Nothing of it brings a parser down again."""
    assert survives(path.parent.name, path.read_bytes())


def test_every_parser_has_a_corpus() -> None:
    """A parser without one would be tried with chance only."""
    assert set(PARSERS) == {path.parent.name for path in FILES}


@st.composite
def spoilt(draw: st.DrawFn, parser: str) -> bytes:
    """Draw a file of the corpus with some octets replaced, left out or put in."""
    octets = draw(st.sampled_from([path for path in FILES if path.parent.name == parser]).map(Path.read_bytes))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(octets)))
        gone = draw(st.integers(0, 8))
        octets = octets[:at] + draw(_PIECES) + octets[at + gone :]
    return octets


_PIECES: Final = st.binary(max_size=4) | st.sampled_from(
    (
        b"",
        b'"',
        b"[",
        b"]",
        b"{",
        b"=",
        b"\n",
        b"http://[",
        b"\xff",
        b"nan",
        b"-1",
        b"1e999",
        b"[[x]]\n",
        b"&#x110000;",
        b"<form>",
    )
)


@pytest.mark.parametrize("parser", PARSERS)
def test_a_spoilt_file_is_read_or_refused(parser: str) -> None:
    """One target for each parser, from its own corpus."""

    @given(spoilt(parser) | st.binary(max_size=60))
    def one(octets: bytes) -> None:
        assert survives(parser, octets)

    one()


def test_the_probe_itself_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is none of ours comes out."""

    def careless(octets: bytes) -> object:
        return octets[0]

    monkeypatch.setitem(PARSERS, "careless", (careless, (DescriptorError,)))
    with pytest.raises(IndexError):
        survives("careless", b"")
