"""What the subcommands share: which language, which folder, what a mistake of the user's looks like."""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

from conformance.exit_codes import Mistaken
from conformance.texts import LANGUAGES, Texts, said
from conformance.toml_reader import LAST_PORT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

REPORT_FOLDER: Final = "psc-report"
SERVE_TOKEN: Final = (
    "le jeton donné à « serve », ou affiché par lui",
    "the token that 'serve' was given, or printed",
)


class UsageError(Mistaken):
    """An option that cannot be used; the message names it and says what to write."""


def secret_in(name: str | None, flag: str, what: Texts) -> str | None:
    """Return the secret in an environment variable, or None when no variable was named.

    Args:
        name: of the variable.
        flag: the option that named it.
        what: what belongs there, in French and English, for the message.

    Raises:
        UsageError: the variable is not set, or empty.
    """
    if name is None:
        return None
    value = os.environ.get(name, "")
    if not value:
        raise UsageError(
            f"{flag} : {name} n'est pas définie ; donnez-lui {what[0]}",
            f"{flag}: {name} is not set; set it to {what[1]}",
        )
    return value


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return ``fr`` or ``en``: as ``--lang`` says, else as the locale says, else French."""
    for number, argument in enumerate(arguments):
        wanted = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and number + 1 < len(arguments):
            wanted = arguments[number + 1]
        if wanted in LANGUAGES:
            return str(wanted)
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if locale.startswith("en") else "fr"


class Talk:
    """Help texts in one language."""

    def __init__(self, language: str) -> None:
        """Talk ``fr`` or ``en``."""
        self.language = language

    def __call__(self, fr: str, en: str) -> str:
        """Return the text."""
        return said((fr, en), self.language).replace("%", "%%")


def add_language(parser: argparse.ArgumentParser, talk: Talk) -> None:
    """Offer ``--lang``."""
    parser.add_argument(
        "--lang", choices=LANGUAGES, help=talk("langue de ce qui est affiché", "language of what is shown")
    )


def port_number(text: str) -> int:
    """Return a port that was typed, 0 for any free one; argparse names the option when it is none."""
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise ArgumentTypeError(f"{text!r}: write 0 to {LAST_PORT}")
    return int(text)


def report_folder(written: str) -> Path:
    """Return the folder for the reports, made if need be, before anything is started.

    Raises:
        UsageError: nothing can be written there.
    """
    folder = Path(written)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"--report-dir {written} : impossible d'y écrire ({why}) ; choisissez-en un autre",
            f"--report-dir {written}: cannot be written to ({why}); choose another",
        ) from None
    return folder


def check_workers(count: int | None) -> None:
    """Make sure that a number of workers is one, if any was given.

    Raises:
        UsageError: it is none.
    """
    if count is not None and count < 1:
        raise UsageError(f"--workers {count} : écrivez 1 ou plus", f"--workers {count}: write 1 or more")


def add_reporting(parser: argparse.ArgumentParser, talk: Talk, *, profile: str) -> None:
    """Offer where the reports go, what outcomes mean, and which scenarios to play."""
    parser.add_argument(
        "--report-dir",
        metavar="DIR",
        default=REPORT_FOLDER,
        help=talk(
            f"dossier des rapports (par défaut : {REPORT_FOLDER})", f"folder of the reports (default: {REPORT_FOLDER})"
        ),
    )
    parser.add_argument(
        "--profile",
        default=profile,
        help=talk("core, strict, psc, ou le chemin d'un profil", "core, strict, psc, or the path of a profile"),
    )
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="ID",
        help=talk(
            "scénario à jouer, * permis (idt.*) ; plusieurs fois si besoin",
            "scenario to play, * allowed (idt.*); may be repeated",
        ),
    )
