"""``psc-conformance portal``: a small portal alone, for a container or a second terminal."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.options import UsageError, add_language, secret_in
from conformance.exit_codes import ExitCode
from conformance.hop import origin_host
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.defects import Defect
from conformance.miniatures.server import LOOPBACK, run_portal
from mock_idp.settings import DISCOVERY_PATH

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal

DEFAULT_PORT: Final = 8081


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "portal",
        help=talk(
            "un petit portail seul, raccordé à « serve » (SIMULATEUR)",
            "a small portal alone, connected to 'serve' (SIMULATEUR)",
        ),
    )
    parser.add_argument(
        "--issuer", metavar="URL", required=True, help=talk("émetteur du fournisseur", "issuer of the provider")
    )
    parser.add_argument(
        "--client-id", required=True, help=talk("identifiant chez le fournisseur", "identifier at the provider")
    )
    parser.add_argument(
        "--client-secret-env",
        metavar="NAME",
        required=True,
        help=talk("variable d'environnement qui contient son secret", "environment variable that holds its secret"),
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help=talk("adresse d'écoute (par défaut : bouclage)", "address to listen on (default: loopback)"),
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=talk("port d'écoute", "port to listen on"))
    parser.add_argument(
        "--base-url",
        metavar="URL",
        help=talk("adresse publique, nécessaire hors bouclage", "public address, needed beyond loopback"),
    )
    parser.add_argument(
        "--fault",
        metavar="NAME",
        help=talk("ce seul défaut ; voir demo --fault '?'", "this one defect; see demo --fault '?'"),
    )
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Serve until interrupted."""
    for flag, url in (("--issuer", options.issuer), ("--base-url", options.base_url)):
        if url is not None and not origin_host(url):
            raise UsageError(
                f"{flag} : {url!r} n'est pas une adresse ; écrivez par exemple http://portail.test:8081",
                f"{flag}: {url!r} is no address; write for instance http://portail.test:8081",
            )
    if options.host != LOOPBACK and options.base_url is None:
        raise UsageError(
            "--base-url : manque ; hors bouclage, le portail doit savoir à quelle adresse on le joint",
            "--base-url: missing; beyond loopback the portal must know under which address it is reached",
        )
    secret = secret_in(
        options.client_secret_env, "--client-secret-env", ("le secret du portail", "the portal's secret")
    )
    config = PortalConfig(
        issuer=options.issuer,
        discovery_url=options.issuer + DISCOVERY_PATH,
        client_id=options.client_id,
        client_secret=secret or "",
        public_base_url=(options.base_url or "").rstrip("/"),
        language="en" if terminal.language == "en" else "fr",
    )
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    try:
        with run_portal(config, _defect(options.fault), port=options.port, host=options.host) as base:
            terminal.say(f"Petit portail (SIMULATEUR) : {base}/", f"Small portal (SIMULATEUR): {base}/", "bold")
            over.wait()
    except OSError as error:
        where = f"{options.host}:{options.port}"
        why = error.strerror
        raise UsageError(
            f"--host, --port : impossible d'écouter sur {where} ({why}) ; choisissez-en un autre",
            f"--host, --port: cannot listen on {where} ({why}); choose another",
        ) from None
    return ExitCode.CLEAN


def _defect(name: str | None) -> Defect | None:
    if not name:
        return None
    try:
        return Defect(name)
    except ValueError:
        raise UsageError(
            f"--fault : {name!r} n'est pas un défaut ; « demo --fault ? » en donne la liste",
            f"--fault: {name!r} is no defect; 'demo --fault ?' lists them",
        ) from None
