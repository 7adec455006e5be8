"""``psc-conformance bench``: measured times on this machine, with what the machine is; there is no threshold."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from conformance.catalogue import catalogue
from conformance.cli.bench_card import NoService, card_rows
from conformance.cli.options import add_language
from conformance.cli.seat import running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.evidence import Role
from conformance.exit_codes import ExitCode
from conformance.lab import open_lab
from conformance.miniatures.server import free_port, portal_toml
from conformance.profiles import builtin_profile
from conformance.stage import perform
from conformance.trial import CONTROL_PERSONA
from conformance.visit import Visit
from conformance.workstation import PASSWORD
from mock_idp.settings import DISCOVERY_PATH, REALM_PATH, Settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.visit import Lab

PATIENCE: Final = 30.0
ROUNDS: Final = 5
LOGINS: Final = 30


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "bench", help=talk("temps mesurés sur cette machine", "times measured on this machine")
    )
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Measure and print."""
    del options
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU, Python {platform.python_version()}"
    terminal.title(f"Mesures ({machine})", f"Measurements ({machine})")
    _row(
        terminal,
        "démarrage à froid de serve → 200 sur la découverte",
        "cold start of serve → 200 on discovery",
        [cold_start() for _ in range(ROUNDS)],
    )
    with running_seat(Settings()) as seat, demo_portal(seat.provider) as base:
        lab = open_lab(read_descriptor(portal_toml(base)), seat.url, builtin_profile("strict"))
        _row(
            terminal,
            "une connexion complète, par les pages",
            "one full login, through the pages",
            [_timed(lambda: _log_in(lab)) for _ in range(LOGINS)],
        )
        case = next(case for case in catalogue() if case.card.id == "idt.iss.wrong")
        _row(
            terminal,
            "un scénario avec ses deux contrôles",
            "one scenario with its two controls",
            [_timed(lambda: perform(case.card, case.play, lab)) for _ in range(LOGINS)],
        )
        lab.close()
    _card(terminal)
    _row(
        terminal,
        "toute la démonstration (processus compris)",
        "the whole demonstration (process included)",
        [_timed(_demo)],
    )
    _container(terminal)
    return ExitCode.CLEAN


def _card(terminal: Terminal) -> None:
    try:
        for fr, en, seconds in card_rows():
            _row(terminal, fr, en, seconds)
    except NoService as error:
        terminal.say(f"  carte par pcscd : pas ici ({error.fr})", f"  card through pcscd: not here ({error.en})", "dim")


def _container(terminal: Terminal) -> None:
    """Print what the images cost, or why that is not known here."""
    if find_spec("docker") is None:
        terminal.say("  images : paquet docker absent", "  images: package docker is not installed", "dim")
        return
    measure = import_module("conformance.containers.measure")
    for fr, en, name in (
        ("image", "image", measure.IMAGE),
        ("image de la carte", "image of the card", measure.CARD_IMAGE),
    ):
        try:
            found = [measure.footprint(name) for _ in range(ROUNDS)]
        except measure.EngineError as error:
            terminal.say(f"  {fr} : {error.fr}", f"  {en}: {error.en}", "dim")
            continue
        _row(terminal, f"{fr} : démarrage → répond", f"{en}: start → answers", [one.seconds for one in found])
        label = f"{fr} : démarrage → « healthy »", f'{en}: start → "healthy"'
        healthy = [one.healthy_seconds for one in found if one.healthy_seconds is not None]
        if healthy:
            _row(terminal, *label, healthy)
        else:
            waited = measure.PATIENCE_SECONDS
            unsaid = f"jamais dit par le moteur en {waited} s", f"not said by the engine within {waited} s"
            terminal.say(*(f"  {text:<52}{never}" for text, never in zip(label, unsaid, strict=True)))
        whole, own = (size / measure.MEBI for size in (found[0].image_bytes, found[0].own_bytes))
        held = statistics.median(one.memory_bytes for one in found) / measure.MEBI
        label = f"{fr} : taille, dont à nous ; mémoire tenue", f"{en}: size, of which ours; memory held"
        terminal.say(
            f"  {label[0]:<52}{whole:.0f} Mio, {own:.0f} Mio ; {held:.0f} Mio",
            f"  {label[1]:<52}{whole:.0f} MiB, {own:.0f} MiB; {held:.0f} MiB",
        )


def cold_start() -> float:
    """Return the seconds from starting ``serve`` to the first 200 on its discovery document."""
    port = free_port()
    url = f"http://127.0.0.1:{port}{REALM_PATH}{DISCOVERY_PATH}"
    began = time.monotonic()
    command = [sys.executable, "-m", "conformance.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # our own command
        try:
            while time.monotonic() - began < PATIENCE:
                if _answers(url):
                    return time.monotonic() - began
            raise TimeoutError(f"serve did not answer within {PATIENCE:g} s")
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  # loopback, http
            return bool(answer.status == 200)  # noqa: PLR2004  # RFC 9110 15.3.1
    except OSError:
        return False


def _log_in(lab: Lab) -> None:
    person = lab.control.person(persona=CONTROL_PERSONA, password=PASSWORD, identity_claim=lab.identity_claim)
    Visit(lab, person, lab.control.arm(()), role=Role.BEFORE).log_in()


def _demo() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "conformance.cli", "demo", "--report-dir", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command


def _timed(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def _row(terminal: Terminal, fr: str, en: str, seconds: list[float]) -> None:
    least, middle, most = (1000 * value for value in (min(seconds), statistics.median(seconds), max(seconds)))
    numbers = f"{middle:10.2f} ms  (min {least:.2f}, max {most:.2f}, n={len(seconds)})"
    terminal.say(f"  {fr:<52}{numbers}", f"  {en:<52}{numbers}")
