"""Strategies for identifiants nationaux: every issuing family with its check digits, and a hostile layer on top."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from conformance.families import NUMBERS, WITH_TAIL, Family, core

if TYPE_CHECKING:
    from collections.abc import Collection

SIGNS: Final = (
    *(";", "*", "/", "+", "\\", "'", '"', "<", "&", "=", "#", "?", "..", "%", "_", ":", "@", "|", "{", "$"),
    *(
        "%2F",
        "%20",
        "%00",
        "%3B",
        "&amp;",
        "&#59;",
        "A",
        "a",
        "É",
        "é",
        "ß",
        "İ",
        "0",
        "00",
        ".0",
        "\uff11",
        "\uff21",
        "ﬁ",
    ),
)
"""What programs trip over: separators, wildcards, escapes, entities, letters whose case is odd, wide digits."""

_ODD: Final = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"))
_INTERNAL: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def internal() -> st.SearchStrategy[str]:
    """Draw what an employer writes behind the slash: capitals and digits, as in public samples."""
    return st.text(_INTERNAL, min_size=1, max_size=9)


def hostile_text(*, longest: int = 40) -> st.SearchStrategy[str]:
    """Draw text that can be typed in an identifier and that programs trip over; no spaces, no control signs.

    Args:
        longest: most pieces, each of one to five signs.
    """
    odd = _ODD.filter(lambda sign: unicodedata.normalize("NFC", sign) == sign)
    # three of four are signs that are known to trip programs up
    pieces = st.one_of(*[st.sampled_from(SIGNS)] * 3, odd)
    return st.lists(pieces, min_size=1, max_size=longest).map("".join)


@st.composite
def idnat(draw: st.DrawFn, families: Collection[Family] = tuple(Family)) -> str:
    """Draw an identifiant national of a real shape, check digits included, in test-like ranges.

    Args:
        draw: given by Hypothesis.
        families: those to draw from.
    """
    family = draw(st.sampled_from(tuple(families)))
    own = core(family, draw(st.integers(0, NUMBERS - 1)))
    return f"{own}/{draw(internal())}" if family in WITH_TAIL else own


@st.composite
def hostile_idnat(draw: st.DrawFn) -> str:
    """Draw an identifiant national that goes on with signs that programs trip over; it can still be typed."""
    return draw(idnat()) + draw(hostile_text())
