"""Reading a TOML table key by key, so that every mistake is told by its key and with its remedy."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from conformance.exit_codes import Mistaken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


LARGEST: Final = 1_000_000_000
LAST_PORT: Final = 65_535
NEAR: Final = 0.8
"""How alike two keys are when one is taken for the other, misspelt (difflib); no two keys of a table of ours are."""


class DescriptorError(Mistaken, ValueError):
    """A file that the user wrote and that cannot be used; the message names the file, the key, and what to write."""


class Table:
    """One table of a file; what is not asked for by the end is unknown."""

    def __init__(self, members: Any, place: str) -> None:
        """Open a table.

        Args:
            members: what TOML gave.
            place: file and key, for messages.

        Raises:
            DescriptorError: it is no table.
        """
        if not isinstance(members, dict):
            fr, en = _kind(members)
            raise DescriptorError(f"{place} : écrivez une table, et non {fr}", f"{place}: write a table, not {en}")
        self.place = place
        self._members: Mapping[str, Any] = members
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        """Tell whether the key is there, which makes it a known one."""
        self._asked.append(key)
        return key in self._members

    def table(self, key: str) -> Table:
        """Return a table inside this one, empty when it is not there.

        Raises:
            DescriptorError: it is no table, or stands there misspelt.
        """
        return Table(self._take(key, {}), f"{self.place}: [{key}]")

    def inner(self, key: str) -> Table | None:
        """Return an inline table, or None when it is not there."""
        value = self._take(key, None)
        return None if value is None else Table(value, f"{self.place} {key}")

    def text(self, key: str, default: str | None = None, *, one_of: tuple[str, ...] = ()) -> str:
        """Return a text.

        Raises:
            DescriptorError: it is missing without a default, no text, empty, or none of the allowed ones.
        """
        value = self._take(key, default)
        if value is None:
            raise DescriptorError(
                f"{self.place} {key} : manque ; écrivez un texte entre guillemets",
                f"{self.place} {key}: missing; write a text between quotes",
            )
        if not isinstance(value, str):
            fr, en = _kind(value)
            raise DescriptorError(
                f"{self.place} {key} : écrivez un texte entre guillemets, et non {fr}",
                f"{self.place} {key}: write a text between quotes, not {en}",
            )
        if not value and default != "":
            raise DescriptorError(
                f"{self.place} {key} : vide ; écrivez un texte", f"{self.place} {key}: empty; write a text"
            )
        if one_of and value not in one_of:
            known = ", ".join(one_of)
            raise DescriptorError(
                f"{self.place} {key} : {value!r} n'est pas compris ; écrivez l'un de {known}",
                f"{self.place} {key}: {value!r} is not understood; write one of {known}",
            )
        return value

    def inner_or_text(self, key: str, default: str, *, one_of: tuple[str, ...]) -> Table | str:
        """Return an inline table, or one of a few texts.

        Raises:
            DescriptorError: it is neither.
        """
        if isinstance(self._members.get(key), dict):
            inner = self.inner(key)
            if inner is not None:
                return inner
        return self.text(key, default, one_of=one_of)

    def names(self) -> tuple[str, ...]:
        """Return the keys that are there, for a table whose keys are the user's own."""
        return tuple(self._members)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of texts.

        Raises:
            DescriptorError: it is no list, or holds something else.
        """
        value = self._take(key, list(default))
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise DescriptorError(
                f'{self.place} {key} : écrivez une liste de textes, comme ["a", "b"]',
                f'{self.place} {key}: write a list of texts, such as ["a", "b"]',
            )
        return tuple(value)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return a list of tables.

        Raises:
            DescriptorError: it is no list, or holds something else.
        """
        value = self._take(key, [])
        if not isinstance(value, list):
            fr, en = _kind(value)
            raise DescriptorError(
                f"{self.place} {key} : écrivez une liste de tables, et non {fr}",
                f"{self.place} {key}: write a list of tables, not {en}",
            )
        return tuple(Table(one, f"{self.place} {key} {number}") for number, one in enumerate(value, 1))

    def number(self, key: str, default: float, *, least: float = 0.0) -> float:
        """Return a number.

        Raises:
            DescriptorError: it is none, too small, or larger than anything that is meant here.
        """
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            fr, en = _kind(value)
            raise DescriptorError(
                f"{self.place} {key} : écrivez un nombre, et non {fr}",
                f"{self.place} {key}: write a number, not {en}",
            )
        # also what is no number at all (nan) and what no float can hold
        if not -LARGEST <= value <= LARGEST:
            raise DescriptorError(
                f"{self.place} {key} : écrivez un nombre de {least:g} à {LARGEST:g}",
                f"{self.place} {key}: write a number from {least:g} to {LARGEST:g}",
            )
        if value < least:
            raise DescriptorError(
                f"{self.place} {key} : {value:g} est trop petit ; écrivez {least:g} ou plus",
                f"{self.place} {key}: {value:g} is too small; write {least:g} or more",
            )
        return float(value)

    def day(self, key: str) -> date:
        """Return a day, written as a TOML date or as a text (RFC 3339 full-date).

        Raises:
            DescriptorError: it is missing, or no day.
        """
        value = self._take(key, None)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise DescriptorError(
                f"{self.place} {key} : écrivez un jour comme 2027-01-31",
                f"{self.place} {key}: write a day such as 2027-01-31",
            ) from None

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is not there.

        Raises:
            DescriptorError: it is neither.
        """
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            fr, en = _kind(value)
            raise DescriptorError(
                f"{self.place} {key} : écrivez true ou false, et non {fr}",
                f"{self.place} {key}: write true or false, not {en}",
            )
        return value

    def rest(self) -> dict[str, Any]:
        """Return the members that nobody asked for yet, for somebody else to check."""
        return {key: self._take(key, None) for key in self._members if key not in self._asked}

    def port(self, key: str, default: int) -> int:
        """Return a port.

        Raises:
            DescriptorError: it is none.
        """
        number = self.number(key, default)
        if number != int(number) or number > LAST_PORT:
            raise DescriptorError(
                f"{self.place} {key} : {number:g} n'est pas un port ; écrivez 1 à {LAST_PORT}, ou 0 pour un port libre",
                f"{self.place} {key}: {number:g} is no port; write 1 to {LAST_PORT}, or 0 for any free one",
            )
        return int(number)

    def finish(self) -> None:
        """Refuse what nobody asked for.

        Raises:
            DescriptorError: there is an unknown key.
        """
        if unknown := sorted(set(self._members) - set(self._asked)):
            raise DescriptorError(*unknown_key(f"{self.place} {unknown[0]}", unknown[0], self._asked))

    def _take(self, key: str, default: Any) -> Any:
        self._look_for_misspelt(key)
        self._asked.append(key)
        return self._members.get(key, default)

    def _look_for_misspelt(self, key: str) -> None:
        """Name what stands in the place of a key that is not there, before anything else is said or taken for it."""
        strangers = [] if key in self._members else [one for one in self._members if one not in self._asked]
        for written in get_close_matches(key, strangers, n=1, cutoff=NEAR):
            raise DescriptorError(*unknown_key(f"{self.place} {written}", written, [key]))


def unknown_key(place: str, written: str, known: Iterable[str]) -> tuple[str, str]:
    """Return what to say of a key that nobody knows, in French and English: the one that was meant, else all there are.

    Args:
        place: where it stands, itself included.
        written: the key.
        known: the keys that there are.
    """
    there = tuple(dict.fromkeys(known))
    for near in get_close_matches(written, there, n=1, cutoff=NEAR):
        return (
            f"{place} : clé inconnue ; vouliez-vous écrire {near} ?",
            f"{place}: unknown key; did you mean {near}?",
        )
    return (
        f"{place} : clé inconnue ; clés connues : {', '.join(there)}",
        f"{place}: unknown key; known are {', '.join(there)}",
    )


_KINDS: Final[Mapping[type, tuple[str, str]]] = {
    bool: ("true ou false", "true or false"),
    str: ("un texte", "a text"),
    int: ("un nombre", "a number"),
    float: ("un nombre", "a number"),
    list: ("une liste", "a list"),
    dict: ("une table", "a table"),
}


def _kind(value: object) -> tuple[str, str]:
    """Return what a value is, in French and English; the rest of what TOML knows are dates and times."""
    return _KINDS.get(type(value), ("une date ou une heure", "a date or a time"))
