"""A lie in words: what a deviation makes the provider say, for a reader who does not know the vocabulary."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from conformance.advice.rows import AdviceError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_VALUE: Final = 60
"""Letters of a value that are shown; the JSON of the lie shows it all."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+(?:\.[A-Za-z_]+)+)\}")
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def lie_in_words(members: Mapping[str, Any], language: str) -> str:
    """Return one sentence about a lie.

    Args:
        members: the deviation as JSON, ``kind`` first (``mock_idp.deviations.to_json``).
        language: ``fr`` or ``en``.

    Raises:
        AdviceError: the kind, or the place where the lie is told, has no words in ``lies.toml``.
    """
    kind = str(members["kind"])
    if kind == "nth":
        inner = lie_in_words(members["deviation"], language)
        return _said("lie", kind, language).format(inner=inner, occurrence=members["occurrence"])
    if kind == "shift-time":
        kind = "shift-time-later" if members["seconds"] > 0 else "shift-time-earlier"
    facts = {name: _fact(name, value, language) for name, value in members.items()}
    return _said("lie", kind, language).format_map(facts)


def kinds_in_words() -> frozenset[str]:
    """Return the kinds of lie that there are words for."""
    return frozenset(_words()["lie"])


def _fact(name: str, value: Any, language: str) -> str:
    if name in {"seam", "key"}:
        return _said(name, str(value), language)
    if name == "seconds":
        return _duration(abs(float(value)), language)
    if name in {"name", "kind", "source"}:
        return str(value)
    return _value(value, language)


def _value(value: Any, language: str) -> str:
    if isinstance(value, str):
        if whole := _PLACEHOLDER.fullmatch(value):
            return _drawn(whole[1], language)
        if not value:
            return _said("value", "empty", language)
    written = json.dumps(value, ensure_ascii=False)
    shown = _PLACEHOLDER.sub(lambda found: f"<{_drawn(found[1], language)}>", written)
    return shown if len(shown) <= LONGEST_VALUE else shown[:LONGEST_VALUE] + "…"


def _drawn(name: str, language: str) -> str:
    """Return what is filled in when the people are drawn; what has no words yet keeps its name."""
    return _said("value", name, language) if name in _words()["value"] else name


def _duration(seconds: float, language: str) -> str:
    length, unit = next(((length, unit) for length, unit in _UNITS if seconds >= length), _UNITS[-1])
    count = seconds / length
    return f"{count:g} {_said('unit', unit if count == 1 else unit + 's', language)}"


def _said(table: str, key: str, language: str) -> str:
    try:
        return str(_words()[table][key]["en" if language == "en" else "fr"])
    except KeyError:
        raise AdviceError(f'advice/lies.toml: [{table}."{key}"] is missing; write fr and en') from None


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(files("conformance.advice").joinpath("lies.toml").read_text(encoding="utf-8"))
