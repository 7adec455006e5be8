"""One answer of a program that drives a portal, read member by member, with errors that name verb and member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.drivers.errors import DriverFailed

if TYPE_CHECKING:
    from conformance.hop import Pairs


class Reply:
    """The ``ok`` member of an answer, read key by key."""

    def __init__(self, said: Any, verb: str) -> None:
        """Read what was said to a verb.

        Raises:
            DriverFailed: it is no object.
        """
        self._verb = verb
        if not isinstance(said, dict):
            raise DriverFailed(
                f"[driver] exec, {verb} : ok n'est pas un objet", f"[driver] exec, {verb}: ok is no object"
            )
        self._said = said

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text.

        Raises:
            DriverFailed: it is something else.
        """
        value = self._said.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "écrivez un texte", "write a text")
        return value

    def number(self, key: str) -> int:
        """Return a whole number.

        Raises:
            DriverFailed: it is something else.
        """
        value = self._said.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "écrivez un nombre entier, comme 200", "write a whole number, such as 200")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is left out.

        Raises:
            DriverFailed: it is something else.
        """
        value = self._said.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "écrivez true ou false", "write true or false")
        return value

    def mapping(self, key: str) -> dict[str, Any] | None:
        """Return an object, None when it is left out.

        Raises:
            DriverFailed: it is something else.
        """
        value = self._said.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, "écrivez un objet, ou rien", "write an object, or leave it out")
        return value

    def pairs(self, key: str) -> Pairs:
        """Return a list of name and value.

        Raises:
            DriverFailed: it is something else.
        """
        value = self._said.get(key) or []
        if not isinstance(value, list) or not all(_is_pair(one) for one in value):
            raise self.wrong(
                key, 'écrivez une liste comme [["nom", "valeur"]]', 'write a list such as [["name", "value"]]'
            )
        return tuple((name, text) for name, text in value)

    def wrong(self, key: str, fr: str, en: str) -> DriverFailed:
        """Return what to say of a member, with the remedy in French and English."""
        return DriverFailed(
            f"[driver] exec, {self._verb} : {key} manque ou n'est pas compris ; {fr}",
            f"[driver] exec, {self._verb}: {key} is missing or not understood; {en}",
        )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) for one in value)  # noqa: PLR2004  # a pair
