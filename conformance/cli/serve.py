"""``psc-conformance serve``: the provider for a person with a browser, or for a container."""

from __future__ import annotations

import ipaddress
import secrets
import signal
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.card_door import add_card_options, open_card_door, trust_cards
from conformance.cli.configuring import at_port, client_of, configuration_of
from conformance.cli.https_door import add_https_options, https_door
from conformance.cli.options import UsageError, add_language, port_number, secret_in
from conformance.cli.seat import make_provider
from conformance.exit_codes import ExitCode
from mock_idp.web.serve import Serving, bind

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from mock_idp.configuration import Configuration
    from mock_idp.web import Provider

DEFAULT_PORT: Final = 8080


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve", help=talk("le fournisseur seul, jusqu'à Ctrl-C", "the provider alone, until Ctrl-C")
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help=talk("adresse d'écoute (par défaut : bouclage)", "address to listen on (default: loopback)"),
    )
    parser.add_argument(
        "--port",
        type=port_number,
        default=DEFAULT_PORT,
        help=talk("port d'écoute ; 0 pour un port libre", "port to listen on; 0 for any free one"),
    )
    parser.add_argument(
        "--issuer-base",
        metavar="URL",
        help=talk("adresse publique de l'émetteur, si elle diffère", "public address of the issuer, if it differs"),
    )
    parser.add_argument(
        "--wallet-base",
        metavar="URL",
        help=talk("adresse publique du portefeuille, si elle diffère", "public address of the wallet, if it differs"),
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=talk("réglages, portails et personnes", "settings, portals and people"),
    )
    parser.add_argument("--client-id", help=talk("identifiant du portail", "identifier of the portal"))
    parser.add_argument(
        "--client-secret-env",
        metavar="NAME",
        help=talk(
            "variable d'environnement qui contient son secret ; sinon un secret est tiré et affiché",
            "environment variable that holds its secret; otherwise one is drawn and shown",
        ),
    )
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URL",
        help=talk("adresse de retour exacte ; plusieurs fois si besoin", "exact callback address; may be repeated"),
    )
    parser.add_argument(
        "--post-logout-redirect-uri",
        action="append",
        default=[],
        metavar="URL",
        help=talk("adresse de retour après déconnexion", "address to come back to after logout"),
    )
    parser.add_argument(
        "--control-token-env",
        metavar="NAME",
        help=talk(
            "variable d'environnement qui contient le jeton de l'API de contrôle ; sinon il est tiré, hors bouclage",
            "environment variable that holds the control API's token; otherwise one is drawn, beyond loopback",
        ),
    )
    parser.add_argument(
        "--suite",
        action="store_true",
        help=talk(
            "pour « run » : aucune demande n'est refusée pour son niveau ou son scope",
            "for 'run': no request is refused for its level or scope",
        ),
    )
    parser.add_argument(
        "--demo-portal",
        action="store_true",
        help=talk(
            "démarre aussi un petit portail correct, pour essayer à la main",
            "also start a small correct portal, to try by hand",
        ),
    )
    add_card_options(parser, talk)
    add_https_options(parser, talk)
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Serve until interrupted."""
    configured, outside = configuration_of(options), not _is_loopback(options.host)
    try:
        listener = bind(options.host, options.port)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        why = error.strerror
        raise UsageError(
            f"--host, --port : impossible d'écouter sur {where} ({why}) ; choisissez-en un autre",
            f"--host, --port: cannot listen on {where} ({why}); choose another",
        ) from None
    settings = at_port(configured.settings, options, listener.getsockname()[1])
    door = open_card_door(options)
    settings = door.named_in(settings) if door is not None else settings
    token = secret_in(options.control_token_env, "--control-token-env", ("un jeton à vous", "a token of your own"))
    drawn = token is None and outside
    if drawn:
        token = secrets.token_urlsafe(24)
    provider, cards = make_provider(settings, control_token=token, people=configured.people, ecps=configured.ecps)
    trust_cards(options, provider, cards.igc)
    serving = Serving(listener, provider)
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as stack:
        stack.callback(serving.stop)
        _introduce(options, terminal, provider, configured, token if drawn else None)
        if outside:
            _warn(options, terminal)
        stack.enter_context(https_door(options, provider, terminal))
        if door is not None:
            stack.enter_context(door.port(provider))
            terminal.say(
                f"  Connexion par carte : {door.address} ; autorité à accepter : {door.authority.resolve()}",
                f"  Card login: {door.address}; authority to trust: {door.authority.resolve()}",
            )
        if options.demo_portal:
            # only for those who ask: its imports take as long as the provider's own
            from conformance.cli.small_portal import demo_portal  # noqa: PLC0415

            base = stack.enter_context(demo_portal(provider, language=terminal.language))
            terminal.say(f"  Petit portail : {base}/", f"  Small portal: {base}/", "bold")
        terminal.say("\nCtrl-C pour arrêter.", "\nCtrl-C to stop.", "dim")
        # waitress ends its loop at an interruption, and lets it pass when it comes before the loop
        with suppress(KeyboardInterrupt):
            serving.run()
        terminal.say("Arrêté.", "Stopped.", "dim")
    return ExitCode.CLEAN


def _introduce(
    options: argparse.Namespace, terminal: Terminal, provider: Provider, configured: Configuration, token: str | None
) -> None:
    settings = provider.settings
    ready = client_of(options, configured)
    clients = [*configured.clients, *([ready[0]] if ready else [])]
    for client in clients:
        provider.server.register_client(client)
    for fr, en in configured.warnings:
        terminal.say(f"  {fr}", f"  {en}", "yellow")
    terminal.title("SIMULATEUR Pro Santé Connect, prêt", "Pro Santé Connect SIMULATEUR, ready")
    terminal.say(f"  Découverte : {settings.discovery_url}", f"  Discovery: {settings.discovery_url}")
    terminal.say(
        f"  Téléphone simulé : {settings.wallet_base}/phone/", f"  Simulated phone: {settings.wallet_base}/phone/"
    )
    for client in clients:
        terminal.say(f"  client_id : {client.client_id}", f"  client_id: {client.client_id}")
        for uri in client.redirect_uris:
            terminal.say(f"    redirect_uri : {uri}", f"    redirect_uri: {uri}")
    if ready is not None and ready[1]:
        secret = ready[0].client_secret
        terminal.say(
            f"  client_secret : {secret} (tiré pour cette exécution)", f"  client_secret: {secret} (drawn for this run)"
        )
    people = ", ".join(person.idnat for person in provider.directory.everybody()[:3])
    terminal.say(
        f"  Personnes fictives : {people}… ; code confidentiel de leur carte : 1234",
        f"  Fictional people: {people}…; code confidentiel of their card: 1234",
    )
    if token is not None:
        terminal.say(
            f"  Jeton de l'API de contrôle : {token} (tiré pour cette exécution)",
            f"  Control API token: {token} (drawn for this run)",
        )


def _warn(options: argparse.Namespace, terminal: Terminal) -> None:
    terminal.say(
        "  Écoute hors bouclage. N'exposez jamais ce simulateur.",
        "  Listening beyond loopback. Never expose this simulator.",
        "bold yellow",
    )
    if options.issuer_base is None:
        terminal.say(
            "  --issuer-base manque : les autres machines ne pourront pas suivre les adresses annoncées.",
            "  --issuer-base is missing: other machines cannot follow the addresses announced.",
            "yellow",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
