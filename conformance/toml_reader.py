"""Reading a TOML table key by key, so that every mistake is told by its key and with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.exit_codes import Mistaken

if TYPE_CHECKING:
    from collections.abc import Mapping


LARGEST: Final = 1_000_000_000
LAST_PORT: Final = 65_535


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
            raise DescriptorError(f"{place}: write a table, not {_kind(members)}")
        self.place = place
        self._members: Mapping[str, Any] = members
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self._members

    def table(self, key: str) -> Table:
        """Return a table inside this one, empty when it is not there."""
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
            raise DescriptorError(f"{self.place} {key}: missing; write a text between quotes")
        if not isinstance(value, str):
            raise DescriptorError(f"{self.place} {key}: write a text between quotes, not {_kind(value)}")
        if not value and default != "":
            raise DescriptorError(f"{self.place} {key}: empty; write a text")
        if one_of and value not in one_of:
            raise DescriptorError(f"{self.place} {key}: {value!r} is not understood; write one of {', '.join(one_of)}")
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
            raise DescriptorError(f'{self.place} {key}: write a list of texts, such as ["a", "b"]')
        return tuple(value)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return a list of tables.

        Raises:
            DescriptorError: it is no list, or holds something else.
        """
        value = self._take(key, [])
        if not isinstance(value, list):
            raise DescriptorError(f"{self.place} {key}: write a list of tables, not {_kind(value)}")
        return tuple(Table(one, f"{self.place} {key} {number}") for number, one in enumerate(value, 1))

    def number(self, key: str, default: float, *, least: float = 0.0) -> float:
        """Return a number.

        Raises:
            DescriptorError: it is none, too small, or larger than anything that is meant here.
        """
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DescriptorError(f"{self.place} {key}: write a number, not {_kind(value)}")
        # also what is no number at all (nan) and what no float can hold
        if not -LARGEST <= value <= LARGEST:
            raise DescriptorError(f"{self.place} {key}: write a number from {least:g} to {LARGEST:g}")
        if value < least:
            raise DescriptorError(f"{self.place} {key}: {value:g} is too small; write {least:g} or more")
        return float(value)

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is not there.

        Raises:
            DescriptorError: it is neither.
        """
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise DescriptorError(f"{self.place} {key}: write true or false, not {_kind(value)}")
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
                f"{self.place} {key}: {number:g} is no port; write 1 to {LAST_PORT}, or 0 for any free one"
            )
        return int(number)

    def finish(self) -> None:
        """Refuse what nobody asked for.

        Raises:
            DescriptorError: there is an unknown key.
        """
        if unknown := sorted(set(self._members) - set(self._asked)):
            known = ", ".join(self._asked)
            raise DescriptorError(f"{self.place} {unknown[0]}: unknown key; known are {known}")

    def _take(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        return self._members.get(key, default)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    names: dict[type, str] = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)
