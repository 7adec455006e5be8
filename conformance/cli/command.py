"""The command ``psc-conformance``: reads its arguments, calls a subcommand, turns every failure into a sentence."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from rich.console import Console

from conformance.catalogue import CatalogueError
from conformance.cli import bench, catalogue_commands, demo, init, run, serve
from conformance.cli.options import Talk, UsageError, language_of
from conformance.cli.terminal import Terminal
from conformance.control import ControlFailed
from conformance.exit_codes import ExitCode
from conformance.guard import OwnershipError, check_ownership
from conformance.journey import JourneyError
from conformance.launch import LaunchError
from conformance.profiles import ProfileError
from conformance.toml_reader import DescriptorError
from conformance.workstation import WorkstationError
from virtual_card import DeskError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED: Final = 130


def parser(language: str) -> argparse.ArgumentParser:
    """Return the reader of arguments, its help in ``fr`` or ``en``."""
    talk = Talk(language)
    whole = argparse.ArgumentParser(
        prog="psc-conformance",
        description=talk(
            "Un faux Pro Santé Connect, une carte CPS logicielle, et une suite qui dit comment se comporte "
            "un portail (SIMULATEUR).",
            "A stand-in for Pro Santé Connect, a software CPS card, and a suite that says how a portal "
            "behaves (SIMULATEUR).",
        ),
    )
    whole.add_argument("--version", action="version", version=f"psc-conformance {version('psc-conformance')}")
    commands = whole.add_subparsers(dest="command", required=True)
    for part in (demo, serve, init, run, catalogue_commands, bench):
        part.add(commands, talk)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: as typed, without the command's own name; by default this process's.
    """
    typed = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(typed, os.environ)
    terminal = Terminal(Console(stderr=False, highlight=False), language)
    options = parser(language).parse_args(typed)
    try:
        check_ownership()
        code: int = options.execute(options, terminal)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the process boundary: no trace reaches a user who did not ask for it
        return _stop(terminal, error)
    return code


_CODES: Final[tuple[tuple[tuple[type[Exception], ...], ExitCode], ...]] = (
    ((UsageError, DescriptorError, ProfileError, CatalogueError), ExitCode.USAGE),
    ((ControlFailed, LaunchError), ExitCode.UNREACHABLE),
    ((WorkstationError, JourneyError, DeskError, OwnershipError), ExitCode.HARNESS),
)
"""Failures whose text is ours and safe to show, and the exit code of each."""


def _stop(terminal: Terminal, error: Exception) -> int:
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            hint = f" {error.hint}" if isinstance(error, OwnershipError) else ""
            terminal.say(f"Arrêt : {error}{hint}", f"Stopped: {error}{hint}", "bold red")
            return code
    if os.environ.get("PSC_DEBUG"):
        raise error
    name = type(error).__name__
    terminal.say(
        f"Erreur inattendue ({name}). PSC_DEBUG=1 en montre le détail.",
        f"Unexpected error ({name}). PSC_DEBUG=1 shows the details.",
        "bold red",
    )
    return ExitCode.HARNESS
