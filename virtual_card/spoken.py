"""The failures that a person at a desk reads: said in French and in English, whichever that person chose."""

from __future__ import annotations

from typing import Any


class Spoken(Exception):  # noqa: N818 - the base of what is named by what happened
    """A failure told to a person; it names what is wrong and what to do, in two languages, and holds no secret.

    Attributes:
        fr: the sentence in French.
        en: the same in English; what ``str`` gives, and logs keep.
    """

    def __init__(self, fr: str, en: str) -> None:
        """Say it in French and in English; neither can be left out."""
        super().__init__(fr, en)
        self.fr, self.en = fr, en

    def __str__(self) -> str:
        """Return the English sentence."""
        return self.en

    def said(self, language: str) -> str:
        """Return the sentence in ``fr`` or ``en``."""
        return self.en if language == "en" else self.fr

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes whatever a subclass is made from."""
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[Spoken], said: tuple[str, str]) -> Spoken:
    return kind.__new__(kind, *said)
