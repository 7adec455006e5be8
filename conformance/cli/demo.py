"""``psc-conformance demo``: the whole story once, against a small portal of our own."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.browser import Browser
from conformance.cli.options import (
    UsageError,
    add_language,
    add_reporting,
    check_workers,
    port_number,
    report_folder,
)
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.cli.small_portal import demo_portal
from conformance.descriptor import read_descriptor
from conformance.exit_codes import ExitCode
from conformance.hop import origin_host
from conformance.journey import Journey, JourneyError
from conformance.miniatures.defects import Defect
from conformance.miniatures.server import portal_toml
from conformance.miniatures.table import MINIATURES
from conformance.outcome import Verdict
from conformance.portal import HttpPortal
from conformance.report_files import HTML_FILE
from conformance.runner import Order, Result, run_suite
from conformance.workstation import Phone, Workstation
from virtual_card import Desk, DeskError, Reader
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.seat import Seat
    from conformance.cli.terminal import Terminal
    from conformance.events import Event

PERSON: Final = "899799000015"
STRICT: Final = "strict"
MOST_WORKERS: Final = 4


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help=talk(
            "tout le parcours, puis les scénarios, contre un petit portail",
            "the whole journey, then the scenarios, against a small portal",
        ),
    )
    parser.add_argument(
        "--fault",
        metavar="NAME",
        help=talk("portail avec ce seul défaut ; ? en donne la liste", "a portal with this one defect; ? lists them"),
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=0,
        help=talk("port du fournisseur (par défaut : libre)", "port of the provider (default: any free one)"),
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help=talk(
            f"scénarios joués à la fois (par défaut : un par processeur, {MOST_WORKERS} au plus ; un avec --fault)",
            f"scenarios played at once (default: one a processor, {MOST_WORKERS} at most; a single one with --fault)",
        ),
    )
    add_reporting(parser, talk, profile=STRICT)
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Show the journey and the suite at work.

    Returns:
        CLEAN when the demonstration showed what it was to show: nothing found on the correct portal, or with a defect
        exactly the scenario that looks for it.
    """
    if options.fault == "?":
        return _list_faults(terminal)
    defect = _defect(options.fault)
    check_workers(options.workers)
    folder = report_folder(options.report_dir)
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            # the pages speak French, because the journey clicks on the tutorial's own words
            seat = stack.enter_context(running_seat(SUITE_SETTINGS, port=options.port))
        except OSError as error:
            raise UsageError(
                f"--port {options.port} : impossible d'y écouter ({error.strerror}) ; choisissez un autre port",
                f"--port {options.port}: cannot listen there ({error.strerror}); choose another port",
            ) from None
        base = stack.enter_context(demo_portal(seat.provider, defect))
        result = _show(options, terminal, seat, base, defect)
    seconds = time.monotonic() - began
    return _conclude(terminal, result, defect, folder, seconds)


def _show(options: argparse.Namespace, terminal: Terminal, seat: Seat, base: str, defect: Defect | None) -> Result:
    settings = seat.provider.settings
    terminal.title("Ce qui tourne (sur cette machine seulement)", "What is running (on this machine only)")
    terminal.say(f"  Fournisseur : {settings.issuer}", f"  Provider: {settings.issuer}")
    terminal.say(f"  Portefeuille (wallet) : {settings.wallet_base}", f"  Wallet: {settings.wallet_base}")
    kind = defect or STRICT
    terminal.say(f"  Portail : {base} ({kind})", f"  Portal: {base} ({kind})")
    folder = Path(options.report_dir)
    described = folder / "portal.toml"
    described.write_text(portal_toml(base, name=f"{kind} (miniature)"), encoding="utf-8")
    of_the_tutorial = defect is not None and MINIATURES[defect].caught_by.startswith("seed.")
    steps = _walk(terminal, seat, base, described, of_the_tutorial=of_the_tutorial)
    order = Order(
        portal=described,
        provider=seat.url,
        profile=options.profile,
        folder=folder,
        patterns=tuple(options.select),
        language=terminal.language,
        workers=_workers(options.workers, defect),
    )
    try:
        return run_suite(order, terminal, steps=steps)
    finally:
        terminal.ends()


def _workers(wanted: int | None, defect: Defect | None) -> int:
    """Return how many scenarios are played at once: a defect may mix up people who are there together."""
    if wanted is not None:
        return wanted
    return 1 if defect is not None else min(os.cpu_count() or 1, MOST_WORKERS)


def _walk(terminal: Terminal, seat: Seat, base: str, described: Path, *, of_the_tutorial: bool = False) -> list[Event]:
    wallet = seat.provider.settings.wallet_base
    hosts = frozenset({origin_host(seat.url), origin_host(wallet)})
    portal = HttpPortal(read_descriptor(described.read_text(encoding="utf-8"), source=described.name), hosts)
    terminal.title("Le parcours du tutoriel e-CPS", "The journey of the e-CPS tutorial")
    card = seat.cards.card(PERSON)
    journey = Journey(
        portal=portal,
        station=Workstation(
            computer=portal.browser(),
            phone=Phone(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet),
            wallet=wallet,
        ),
        desk=Desk(Reader(card)),
        home=f"{base}/",
        idnat=PERSON,
        pin=DEFAULT_PIN,
    )
    events: list[Event] = []
    try:
        for step in journey.walk():
            terminal.step(step)
            events.append({"kind": "step", **asdict(step)})
    except DeskError as error:
        raise JourneyError(f"carte : {error.fr}", f"card: {error.en}") from None
    except JourneyError:
        if not of_the_tutorial:
            raise
        # the portal's one defect is on the way that the tutorial takes
        terminal.say(
            "  Le parcours s'arrête là : c'est le défaut.", "  The journey ends here: this is the defect.", "dim"
        )
    return events


def _conclude(terminal: Terminal, result: Result, defect: Defect | None, folder: Path, seconds: float) -> ExitCode:
    if result.run is None:
        terminal.say(
            f"La connexion honnête n'aboutit pas ({result.trouble}).",
            f"The honest login does not succeed ({result.trouble}).",
            "bold red",
        )
        return result.code
    terminal.summary(result.run)
    found = {one.id for one in result.run.scenarios if one.ruled is Verdict.FAILED}
    wanted = {MINIATURES[defect].caught_by} if defect is not None else set()
    kindred = MINIATURES[defect].also if defect is not None else frozenset()
    played = {one.id for one in result.run.scenarios}
    as_shown = found - kindred == wanted & played
    terminal.console.print()
    if defect is not None and as_shown:
        terminal.say(
            f"Défaut « {defect} » trouvé par {', '.join(sorted(found)) or '—'}, et par rien d'autre.",
            f"Defect '{defect}' found by {', '.join(sorted(found)) or '—'}, and by nothing else.",
            "green",
        )
    elif not as_shown:
        terminal.say(
            f"Démonstration inattendue : {', '.join(sorted(found ^ wanted))}.",
            f"Unexpected demonstration: {', '.join(sorted(found ^ wanted))}.",
            "bold red",
        )
    terminal.say(f"Rapport : {(folder / HTML_FILE).resolve()}", f"Report: {(folder / HTML_FILE).resolve()}", "bold")
    terminal.say(f"Durée : {seconds:.1f} s", f"Time: {seconds:.1f} s", "dim")
    if result.code is ExitCode.HARNESS or not as_shown:
        return max(result.code, ExitCode.FAILURES)
    return ExitCode.CLEAN


def _defect(name: str | None) -> Defect | None:
    if name in {None, "", STRICT}:
        return None
    try:
        return Defect(str(name))
    except ValueError:
        raise UsageError(
            f"--fault : {name!r} n'est pas un défaut ; --fault '?' en donne la liste",
            f"--fault: {name!r} is no defect; --fault '?' lists them",
        ) from None


def _list_faults(terminal: Terminal) -> ExitCode:
    for defect, portal in MINIATURES.items():
        terminal.say(f"  {defect:<40} {portal.title_fr}", f"  {defect:<40} {portal.title_en}")
    return ExitCode.CLEAN
