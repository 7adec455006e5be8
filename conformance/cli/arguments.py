"""Arguments read in the user's language: argparse itself speaks English only."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from conformance.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

_USAGE: Final = "usage : "
_HEADINGS: Final = {"options": "options ", "positional arguments": "arguments "}
"""A colon follows; in French a space stands before it."""

_KINDS: Final = {"int": "nombre entier", "float": "nombre"}
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"the following arguments are required: (.+)", r"il faut encore : \1"),
    (r"one of the arguments (.+) is required", r"il faut encore l'un de : \1"),
    (r"unrecognized arguments: (.*)", r"arguments inconnus : \1"),
    (r"ambiguous option: (.+) could match (.+)", r"option ambiguë : \1 peut être \2"),
    (r"argument (.+?): expected one argument", r"\1 : il faut une valeur"),
    (r"argument (.+?): expected at most one argument", r"\1 : il faut une valeur au plus"),
    (r"argument (.+?): expected at least one argument", r"\1 : il faut au moins une valeur"),
    (r"argument (.+?): expected (\d+) arguments?", r"\1 : il faut \2 valeurs"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 : ne va pas avec \2"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1 : ne prend pas de valeur, enlevez \2"),
    (
        r"argument (.+?): invalid choice: (.+?)(?:, maybe you meant (.+?)\?)? \(choose from (.+)\)",
        r"\1 : choix inconnu : \2 (choisissez parmi \4)",
    ),
    (r"argument (.+?): (.+): write 0 to (\d+)", r"\1 : \2 : écrivez 0 à \3"),
)
"""What argparse says (CPython 3.11 to 3.14), and what ``port_number`` does; whatever else it says stays in English."""

_VALUE: Final = re.compile(r"argument (.+?): invalid (\w+) value: (.+)")


def in_french(message: str) -> str:
    """Return what argparse says of wrong arguments, in French where it is known how."""
    if (found := _VALUE.fullmatch(message)) is not None:
        name, kind, value = found.groups()
        return f"{name} : {value} n'est pas un {_KINDS.get(kind, kind)}"
    for pattern, french in _WORDS:
        if (found := re.fullmatch(pattern, message, re.DOTALL)) is not None:
            return found.expand(french)
    return message


class _FrenchHelp(argparse.HelpFormatter):
    """Help under French headings."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        """Begin with how it is used."""
        super().add_usage(usage, actions, groups, _USAGE if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin a section."""
        super().start_section(_HEADINGS.get(heading or "", heading))


class FrenchParser(argparse.ArgumentParser):
    """A reader of arguments, and of its subcommands', that speaks French."""

    def __init__(self, **settings: Any) -> None:
        """Take what argparse takes."""
        super().__init__(**{"formatter_class": _FrenchHelp, **settings, "add_help": False})
        self.add_argument("-h", "--help", action="help", help="montrer cette aide")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on standard error, and end with exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"{self.prog} : erreur : {in_french(message)}\n")


def parser_in(language: str) -> type[argparse.ArgumentParser]:
    """Return the reader of arguments that speaks ``fr`` or ``en``."""
    return argparse.ArgumentParser if language == "en" else FrenchParser
