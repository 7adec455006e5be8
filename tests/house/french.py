"""Telling French from English, for texts that must be one and not the other."""

from __future__ import annotations

import re
from typing import Final

ENGLISH: Final = re.compile(
    r"\b(write|missing|unknown|known|cannot|must|the|this|that|is|are|not|of|and|choose|give|with|such|there|did|you|"
    r"expected|required|allowed|argument|invalid|should|nobody|nothing|another)\b",
    re.IGNORECASE,
)
"""Words that no French sentence of ours holds."""

FRENCH: Final = re.compile(
    r"\b(manque|inconnue?|illisible|impossible|donnez|choisissez|n'est|il faut|une|les|du|le|avec|pour)\b"
    r"|[àâçéèêîôùû«»]",
    re.IGNORECASE,
)
"""Words and letters that no English sentence of ours holds, but for the portal's and the provider's own labels."""


_LABELS: Final = re.compile(r"\[[^\]]*\]|--[\w-]+|Pro Santé Connect")
"""Names of tables, options and services, which are what they are in every language."""


def english_in(text: str) -> list[str]:
    """Return the English words of a text that should be French."""
    return [found.group() for found in ENGLISH.finditer(_LABELS.sub("", text))]


def french_in(text: str) -> list[str]:
    """Return the French words of a text that should be English."""
    return [found.group() for found in FRENCH.finditer(_LABELS.sub("", text))]
