"""The command ``psc-conformance``: reads its arguments, calls a subcommand, turns every failure into a sentence."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from rich.console import Console

from conformance.cli.arguments import parser_in
from conformance.cli.options import Talk, language_of
from conformance.cli.terminal import Terminal
from conformance.exit_codes import ExitCode, Stop
from conformance.guard import check_ownership
from conformance.leave import polite_end

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

SUBCOMMANDS: Final = {
    "demo": "demo",
    "serve": "serve",
    "portal": "portal",
    "init": "init",
    "run": "run",
    "list": "catalogue_commands",
    "explain": "catalogue_commands",
    "phone": "phone",
    "mint": "mint",
    "card": "card",
    "bench": "bench",
    "fuzz": "fuzz",
    "replay": "fuzz",
}
"""Subcommands and the module of each.  Only the one that was typed is imported: ``serve`` must be up at once, and needs
neither pytest nor a decoder of QR codes.
"""


def parser(language: str, typed: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the reader of arguments, its help in ``fr`` or ``en``.

    Args:
        language: of the help.
        typed: the arguments, if only their subcommand need be known.
    """
    talk = Talk(language)
    whole = parser_in(language)(
        prog="psc-conformance",
        description=talk(
            "Un faux Pro Santé Connect, une carte CPS logicielle, et une suite qui dit comment se comporte "
            "un portail (SIMULATEUR).",
            "A stand-in for Pro Santé Connect, a software CPS card, and a suite that says how a portal "
            "behaves (SIMULATEUR).",
        ),
    )
    whole.add_argument(
        "--version",
        action="version",
        version=f"psc-conformance {version('psc-conformance')}",
        help=talk("montrer la version", "show the version"),
    )
    commands = whole.add_subparsers(dest="command", required=True)
    wanted = SUBCOMMANDS.get(typed[0]) if typed else None
    for module in dict.fromkeys(SUBCOMMANDS.values()):
        if wanted in {None, module}:
            import_module(f"conformance.cli.{module}").add(commands, talk)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: as typed, without the command's own name; by default this process's.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(typed, os.environ)
    terminal = Terminal(Console(stderr=False, highlight=False), language)
    options = parser(language, typed).parse_args(typed)
    try:
        check_ownership()
        with polite_end():
            code: int = options.execute(options, terminal)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the process boundary: no trace reaches a user who did not ask for it
        return _stop(terminal, error)
    return code


def _stop(terminal: Terminal, error: Exception) -> int:
    if isinstance(error, Stop):
        terminal.say(f"Arrêt : {error.fr}", f"Stopped: {error.en}", "bold red")
        return error.code
    if os.environ.get("PSC_DEBUG"):
        raise error
    name = type(error).__name__
    terminal.say(
        f"Erreur inattendue ({name}). PSC_DEBUG=1 en montre le détail.",
        f"Unexpected error ({name}). PSC_DEBUG=1 shows the details.",
        "bold red",
    )
    return ExitCode.HARNESS
