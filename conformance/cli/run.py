"""``psc-conformance run portal.toml``: the suite against anybody's portal."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance.catalogue import catalogue, select
from conformance.cli.options import (
    SERVE_TOKEN,
    UsageError,
    add_language,
    add_reporting,
    check_workers,
    report_folder,
    secret_in,
)
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.control import Control
from conformance.descriptor import read_file
from conformance.exit_codes import ExitCode
from conformance.launch import LOG_FILE, Facts, LaunchedPortal, launched
from conformance.miniatures.server import free_port
from conformance.report_files import HTML_FILE, JUNIT_FILE
from conformance.runner import Order, run_suite
from conformance.selection import known_failure, why_not
from conformance.texts import said

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.descriptor import Descriptor
    from conformance.runner import Result

LAUNCHED_CLIENT: Final = "portail"
AUTHORITY_FILE: Final = "tls-authority.pem"


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "run", help=talk("jouer les scénarios contre un portail", "play the scenarios against a portal")
    )
    parser.add_argument(
        "portal", metavar="portal.toml", help=talk("description du portail", "description of the portal")
    )
    parser.add_argument(
        "--provider",
        metavar="URL",
        help=talk(
            "fournisseur déjà démarré par « serve » ; sinon la suite en démarre un",
            "provider started by 'serve' already; otherwise the suite starts one",
        ),
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help=talk("scénarios joués en même temps (par défaut : 1)", "scenarios played at once (default: 1)"),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=talk(
            "dire seulement ce qui serait joué, et pourquoi le reste ne le serait pas",
            "only say what would be played, and why the rest would not",
        ),
    )
    parser.add_argument(
        "--control-token-env",
        metavar="NAME",
        help=talk(
            "variable d'environnement qui contient le jeton de l'API de contrôle de ce fournisseur",
            "environment variable that holds the token of that provider's control API",
        ),
    )
    add_reporting(parser, talk, profile="")
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Play the scenarios, write the reports, and say where they are."""
    path = Path(options.portal)
    described = read_file(path)
    check_workers(options.workers)
    if options.dry_run:
        return _rehearse(described, tuple(options.select), terminal)
    token = secret_in(options.control_token_env, "--control-token-env", SERVE_TOKEN)
    folder = report_folder(options.report_dir)
    with ExitStack() as stack:
        port = (described.launch.port or free_port()) if described.launch else 0
        described = read_file(path, port=port)
        running = options.provider or described.provider.url
        secret = secret_of(described, own_provider=not running)
        provider = running or start_provider(described, terminal, stack)
        portal = introduce(described, provider, secret, token, path=path, folder=folder, stack=stack)
        order = Order(
            portal=path,
            provider=provider,
            profile=options.profile or described.profile,
            folder=folder,
            patterns=tuple(options.select),
            language=terminal.language,
            port=port,
            restart=portal.restart if portal is not None else None,
            workers=options.workers,
            control_token_env=options.control_token_env,
        )
        try:
            result = run_suite(order, terminal)
        finally:
            terminal.ends()
    return _conclude(result, described, folder, terminal)


def _rehearse(described: Descriptor, patterns: tuple[str, ...], terminal: Terminal) -> ExitCode:
    """Say what would be played; nothing is started and nothing is asked."""
    played = 0
    for case in select(catalogue(), patterns):
        reason = why_not(case.card, described)
        known = known_failure(case.card, described)
        played += reason is None
        sign = "✓" if reason is None else "–"
        note = said(reason, terminal.language) if reason is not None else (known.reason if known is not None else "")
        title = case.card.title(terminal.language)
        terminal.say(f"  {sign} {case.card.id:<26} {title}", f"  {sign} {case.card.id:<26} {title}")
        if note:
            terminal.say(f"      {note}", f"      {note}", "dim")
    terminal.say(f"\n{played} scénarios seraient joués.", f"\n{played} scenarios would be played.", "bold")
    return ExitCode.CLEAN if played else ExitCode.NOTHING


def _conclude(result: Result, described: Descriptor, folder: Path, terminal: Terminal) -> ExitCode:
    if result.run is None:
        terminal.say(
            f"Arrêt : la première connexion honnête n'aboutit pas ({result.trouble}). Le portail {described.base_url} "
            "répond-il ? Est-il raccordé à ce fournisseur ? [whoami] est-il juste ?",
            f"Stopped: the first honest login does not succeed ({result.trouble}). Does {described.base_url} answer? "
            "Is it connected to this provider? Is [whoami] right?",
            "bold red",
        )
        return result.code
    terminal.summary(result.run)
    report, junit = folder.resolve() / HTML_FILE, folder.resolve() / JUNIT_FILE
    terminal.say(f"\nRapport : {report}", f"\nReport: {report}", "bold")
    terminal.say(f"JUnit : {junit}", f"JUnit: {junit}")
    return result.code


def start_provider(described: Descriptor, terminal: Terminal, stack: ExitStack) -> str:
    """Start a provider where the descriptor says, and return its address."""
    port = described.provider.port
    try:
        seat = stack.enter_context(running_seat(SUITE_SETTINGS, port=port))
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"[provider] port : impossible d'écouter sur {port} ({why}) ; choisissez-en un autre",
            f"[provider] port: {port} cannot be listened on ({why}); choose another",
        ) from None
    url = seat.provider.settings.discovery_url
    terminal.say(f"Fournisseur : {url}", f"Provider: {url}")
    return seat.url


def introduce(
    described: Descriptor, provider: str, secret: str, token: str | None, *, path: Path, folder: Path, stack: ExitStack
) -> LaunchedPortal | None:
    """Make the portal known to the provider, and start it when its descriptor says how."""
    client_id = described.provider.client_id or (LAUNCHED_CLIENT if described.launch else "")
    with closing(Control(provider, token=token)) as control:
        where, authority = control.whereabouts(), folder.resolve() / AUTHORITY_FILE
        if described.launch is not None:
            folder.mkdir(parents=True, exist_ok=True)
            authority.write_text(control.tls_authority(), encoding="ascii")
        if secret:
            if not client_id:
                raise UsageError(
                    "[provider] client_id : manque ; écrivez le client_id du portail",
                    "[provider] client_id: missing; write the portal's client_id",
                )
            control.register(
                client_id,
                secret,
                [described.callback],
                described.after_logout,
                described.name,
                ciba=described.ciba is not None,
                certificate_sha256=described.mtls.certificate_sha256 if described.mtls is not None else "",
            )
    if described.launch is None:
        return None
    facts = Facts(
        members={
            "issuer": where.issuer,
            "discovery": where.discovery,
            "wallet": where.wallet,
            "port": str(urlsplit(described.base_url).port or 0),
            "client_id": client_id,
            "client_secret": secret,
            "authority": str(authority),
        }
    )
    portal = LaunchedPortal(
        described.launch, base_url=described.base_url, facts=facts, folder=path.resolve().parent, log=folder / LOG_FILE
    )
    return stack.enter_context(launched(portal))


def secret_of(described: Descriptor, *, own_provider: bool) -> str:
    """Return the portal's secret: from the environment, or drawn when the suite starts the portal; empty for unknown.

    Raises:
        UsageError: the suite starts the provider, which must know the secret.
    """
    name = described.provider.client_secret_env
    found = os.environ.get(name, "") if name else ""
    if found:
        return found
    if described.launch is not None and not name:
        return secrets.token_urlsafe(24)
    if not own_provider:
        return ""
    if not described.provider.client_id:
        raise UsageError(
            "[provider] client_id : manque ; écrivez le client_id du portail, ou donnez --provider URL",
            "[provider] client_id: missing; write the portal's client_id, or give --provider URL",
        )
    wanted = name or "PSC_CLIENT_SECRET"
    raise UsageError(
        f'[provider] client_secret_env : écrivez "{wanted}" et donnez à cette variable d\'environnement '
        "le secret du portail",
        f'[provider] client_secret_env: write "{wanted}" and set that environment variable to the portal\'s secret',
    )
