"""``psc-conformance run portal.toml``: the suite against anybody's portal."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.cli.options import UsageError, add_language, add_reporting
from conformance.cli.seat import running_seat
from conformance.descriptor import read_file
from conformance.runner import HTML_FILE, JUNIT_FILE, Order, run_suite
from mock_idp.protocol import Client
from mock_idp.settings import Settings, Unlisted

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from conformance.descriptor import Descriptor
    from conformance.exit_codes import ExitCode


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
    add_reporting(parser, talk, profile="")
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Play the scenarios, write the reports, and say where they are."""
    described = read_file(Path(options.portal))
    with ExitStack() as stack:
        provider = options.provider or described.provider.url or _start(described, terminal, stack)
        order = Order(
            portal=Path(options.portal),
            provider=provider,
            profile=options.profile or described.profile,
            folder=Path(options.report_dir),
            patterns=tuple(options.select),
            language=terminal.language,
        )
        try:
            result = run_suite(order, terminal)
        finally:
            terminal.ends()
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
    folder = order.folder.resolve()
    terminal.say(f"\nRapport : {folder / HTML_FILE}", f"\nReport: {folder / HTML_FILE}", "bold")
    terminal.say(f"JUnit : {folder / JUNIT_FILE}", f"JUnit: {folder / JUNIT_FILE}")
    return result.code


def _start(described: Descriptor, terminal: Terminal, stack: ExitStack) -> str:
    """Start a provider where the descriptor says, with the portal registered, and return its address."""
    wanted = described.provider
    if not wanted.client_id:
        raise UsageError("[provider] client_id: missing; write the portal's client_id, or give --provider URL")
    secret = os.environ.get(wanted.client_secret_env, "") if wanted.client_secret_env else ""
    if not secret:
        name = wanted.client_secret_env or "PSC_CLIENT_SECRET"
        raise UsageError(
            f'[provider] client_secret_env: write "{name}" and set that environment variable to the portal\'s secret'
        )
    try:
        seat = stack.enter_context(running_seat(Settings(acr_values_policy=Unlisted.IGNORE), port=wanted.port))
    except OSError as error:
        raise UsageError(
            f"[provider] port: {wanted.port} cannot be listened on ({error.strerror}); choose another"
        ) from None
    seat.provider.server.register_client(
        Client(
            client_id=wanted.client_id,
            client_secret=secret,
            redirect_uris=(described.callback,),
            post_logout_redirect_uris=described.after_logout,
            name=described.name,
        )
    )
    settings = seat.provider.settings
    terminal.say(f"Fournisseur : {settings.discovery_url}", f"Provider: {settings.discovery_url}")
    return seat.url
