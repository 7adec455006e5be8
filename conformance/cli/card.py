"""``psc-conformance card``: a software card in a virtual reader of a real PC/SC service, for hands and for scripts."""

from __future__ import annotations

import getpass
import json
import signal
import tempfile
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from conformance.cards import holder_of
from conformance.cli.card_hierarchy import HIERARCHY_FILE, write_hierarchy
from conformance.cli.options import UsageError, add_language, secret_in
from conformance.exit_codes import ExitCode
from mock_idp.directory import Directory
from mock_idp.people import builtin_people
from virtual_card import Igc, Reader, personalise, process
from virtual_card.certificate_shape import Validity
from virtual_card.faults import AnswerFault, CardFault, CertificateFault, FaultImpossible, around, spoil, with_dates
from virtual_card.holder import Profile
from virtual_card.trace import Recorder
from virtual_card.transport.keeper import Keeper, KeeperError, ask, default_door
from virtual_card.transport.memory_file import MemoryFile, MemoryFileError
from virtual_card.transport.pcscd import PcscdError, pcscd
from virtual_card.transport.vpcd import DEFAULT_PORT, VpcdSlot

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from virtual_card import Card
    from virtual_card.state import Memory

ACTIONS: Final = ("insert", "remove", "status", "pin", "unblock", "trace")
FAULTS: Final = (*AnswerFault, *CardFault, *CertificateFault)
TRACE_LINES: Final = 10_000
STALE_FOR: Final = timedelta(days=2 * 365)
REFUSED: Final = ExitCode.FAILURES


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "card", help=talk("une carte CPS logicielle dans un lecteur virtuel", "a software CPS card in a virtual reader")
    )
    parser.add_argument(
        "action",
        choices=ACTIONS,
        help=talk(
            "insérer la carte (jusqu'à « remove » ou Ctrl-C), la retirer, son état, changer le code confidentiel, "
            "débloquer, afficher la trace",
            "insert the card (until 'remove' or Ctrl-C), take it out, its state, change the PIN, unblock, its trace",
        ),
    )
    parser.add_argument(
        "who",
        nargs="?",
        metavar="IDNAT",
        help=talk("insert : identifiant national du titulaire", "insert: identifiant national of the holder"),
    )
    parser.add_argument(
        "--profile",
        choices=[profile.value for profile in Profile],
        default=Profile.CPS3.value,
        help=talk("génération et interface de la carte", "generation and interface of the card"),
    )
    parser.add_argument(
        "--pinless",
        action="store_true",
        help=talk("carte de laboratoire sans code confidentiel", "laboratory card without a PIN"),
    )
    parser.add_argument(
        "--fault",
        choices=[fault.value for fault in FAULTS],
        help=talk("ce qui ne va pas avec cette carte", "what is wrong with this card"),
    )
    parser.add_argument(
        "--reader-port",
        type=int,
        metavar="PORT",
        help=talk(
            f"port vpcd d'un pcscd déjà démarré (par exemple {DEFAULT_PORT}) ; sinon un pcscd est démarré",
            f"vpcd port of a pcscd that runs already (for instance {DEFAULT_PORT}); otherwise one is started",
        ),
    )
    parser.add_argument(
        "--memory",
        metavar="FILE",
        help=talk(
            "fichier où survivent codes et essais restants", "file in which PINs and tries left survive"
        ),
    )  # fmt: skip
    parser.add_argument(
        "--hierarchy",
        metavar="FILE",
        default=HIERARCHY_FILE,
        help=talk(
            f"où écrire les autorités de la carte, pour que « serve » s'y fie (par défaut : {HIERARCHY_FILE})",
            f"where to write the card's authorities, for 'serve' to trust (default: {HIERARCHY_FILE})",
        ),
    )
    for name, fr, en in (
        ("--pin-env", "le code confidentiel actuel", "the present PIN"),
        ("--new-pin-env", "le nouveau code confidentiel", "the new PIN"),
        ("--puk-env", "le code de déblocage", "the PUK"),
    ):
        parser.add_argument(
            name,
            metavar="NAME",
            help=talk(
                f"variable d'environnement qui contient {fr} ; sinon demandé au clavier",
                f"environment variable that holds {en}; otherwise asked for",
            ),
        )
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Do what was asked.

    Raises:
        UsageError: an option cannot be used, or no card is inserted.
    """
    if options.action == "insert":
        return _insert(options, terminal)
    try:
        return _Asking(options=options, terminal=terminal).do()
    except KeeperError as refused:
        if refused.code in {"card-absent", "card-present", "door-unusable"}:
            raise UsageError(f"card {options.action} : {refused.fr}", f"card {options.action}: {refused.en}") from None
        terminal.say(f"Refusé ({refused.code}) : {refused.fr}", f"Refused ({refused.code}): {refused.en}", "bold red")
        return REFUSED


def _insert(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    now = datetime.now(UTC)  # noqa: TID251  # the card of a fresh hierarchy is made now
    igc = Igc.create(now=now)
    card, memory = _prepared(options, igc, now)
    opposed = options.fault == CertificateFault.OPPOSED
    write_hierarchy(Path(options.hierarchy), igc, now=now, opposed=card if opposed else None)
    fault = options.fault if options.fault in set(AnswerFault) else None
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        port = options.reader_port
        if port is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                port = stack.enter_context(pcscd(folder))
            except PcscdError as error:
                raise UsageError(
                    f"card insert : {error.fr} ; ou donnez --reader-port",
                    f"card insert: {error.en}; or give --reader-port",
                ) from None
        lines: deque[str] = deque(maxlen=TRACE_LINES)

        def keep(kept: Memory) -> None:
            if memory is not None:
                try:
                    memory.keep(card, kept)
                except MemoryFileError as error:
                    terminal.say(f"Attention : {error.fr}", f"Warning: {error.en}", "yellow")

        reader = Reader(
            process=around(AnswerFault(fault), _pause) if fault else process,
            keep=keep,
            witness=Recorder(lines.append),
        )
        about = {"holder": options.who, "profile": options.profile, "port": port, "fault": options.fault}
        try:
            keeper = Keeper(VpcdSlot(reader, port=port), card, door=default_door(), about=about, lines=lines)
        except KeeperError as error:
            raise UsageError(f"card insert : {error.fr}", f"card insert: {error.en}") from None
        terminal.title("SIMULATEUR : carte CPS insérée", "SIMULATEUR: CPS card inserted")
        terminal.say(
            f"  {options.who}, {options.profile}, lecteur vpcd sur le port {port}",
            f"  {options.who}, {options.profile}, vpcd reader on port {port}",
        )
        trust = Path(options.hierarchy).resolve()
        terminal.say(
            f"  Pour s'y connecter : psc-conformance serve --card-port 0 --card-trust {trust}",
            f"  To log in with it: psc-conformance serve --card-port 0 --card-trust {trust}",
        )
        try:
            keeper.run()
        except KeyboardInterrupt:
            terminal.say("Carte retirée.", "Card taken out.", "dim")
    return ExitCode.CLEAN


def _prepared(options: argparse.Namespace, igc: Igc, now: datetime) -> tuple[Card, MemoryFile | None]:
    person = Directory(builtin_people()).find(options.who or "")
    holder = holder_of(person) if person is not None else None
    if holder is None:
        known = ", ".join(one.idnat for one in builtin_people() if holder_of(one) is not None)
        raise UsageError(
            f"card insert : IDNAT {options.who or ''!r} n'a pas de carte ; prenez l'un de {known}",
            f"card insert: IDNAT {options.who or ''!r} has no card; take one of {known}",
        )
    validity = {
        CertificateFault.EXPIRED: Validity.expired(now),
        CertificateFault.TO_COME: Validity.to_come(now),
    }.get(options.fault)
    profile = Profile(options.profile)
    card = personalise(holder, igc, now=now, pinless=options.pinless, profile=profile, validity=validity)
    if options.fault == CertificateFault.STALE_DATES:
        card = with_dates(card, since=now - 2 * STALE_FOR, until=now - STALE_FOR)
    memory = MemoryFile(Path(options.memory)) if options.memory else None
    try:
        card = memory.restore(card) if memory is not None else card
        if options.fault in set(CardFault):
            card = spoil(card, CardFault(options.fault))
    except (MemoryFileError, FaultImpossible) as error:
        raise UsageError(f"card insert : {error.fr}", f"card insert: {error.en}") from None
    return card, memory


def _pause(seconds: float) -> None:
    Event().wait(seconds)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Questions to the card that another process keeps inserted."""

    options: argparse.Namespace
    terminal: Terminal
    door: Path = field(default_factory=default_door)

    def do(self) -> ExitCode:
        """Ask, and say what was answered.

        Raises:
            KeeperError: there is no card, or it refused.
        """
        match self.options.action:
            case "status":
                status = ask(self.door, {"ask": "status"})
                self.terminal.console.print(json.dumps(status, ensure_ascii=False), soft_wrap=True, markup=False)
            case "trace":
                for line in ask(self.door, {"ask": "trace"})["lines"]:
                    self.terminal.console.print(line, soft_wrap=True, markup=False)
            case "remove":
                ask(self.door, {"ask": "remove"})
                self.terminal.say("Carte retirée.", "Card taken out.")
            case "pin":
                old = self._secret("pin_env", "Code confidentiel : ", "PIN: ")
                new = self._secret("new_pin_env", "Nouveau code confidentiel : ", "New PIN: ")
                ask(self.door, {"ask": "change-pin", "old": old, "new": new})
                self.terminal.say("Code confidentiel changé.", "PIN changed.")
            case _:
                puk = self._secret("puk_env", "Code de déblocage : ", "PUK: ")
                new = self._secret("new_pin_env", "Nouveau code confidentiel : ", "New PIN: ")
                ask(self.door, {"ask": "unblock", "puk": puk, "new": new})
                self.terminal.say("Carte débloquée.", "Card unblocked.")
        return ExitCode.CLEAN

    def _secret(self, option: str, fr: str, en: str) -> str:
        """Return a secret: never an argument, which every user of the machine can read."""
        flag = "--" + option.replace("_", "-")
        given = secret_in(getattr(self.options, option), flag, ("des chiffres", "digits"))
        try:
            return given or getpass.getpass(fr if self.terminal.language == "fr" else en)
        except EOFError:
            raise UsageError(
                f"{flag} : rien n'a été tapé ; donnez le nom d'une variable d'environnement qui contient les chiffres",
                f"{flag}: nothing was typed; give the name of an environment variable that holds the digits",
            ) from None
