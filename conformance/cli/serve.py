"""``psc-conformance serve``: the provider for a person with a browser, or for a container."""

from __future__ import annotations

import ipaddress
import secrets
import signal
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.card_door import add_card_options, open_card_door, trust_cards
from conformance.cli.configuring import add_client_options, client_of, configuration_of, ready_name
from conformance.cli.https_door import add_https_options, open_doors
from conformance.cli.lasting import MEMORY, add_store_option, store_for
from conformance.cli.names import add_name_options, check_names, named, warn_of_impersonation
from conformance.cli.options import UsageError, add_language, port_number, secret_in
from conformance.cli.seat import make_provider
from conformance.exit_codes import ExitCode
from mock_idp.settings import PscProfile
from mock_idp.web.serve import BehindDoors, Serving, bind

if TYPE_CHECKING:
    import argparse
    import socket

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from mock_idp.configuration import Configuration
    from mock_idp.protocol import Client
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
    add_name_options(parser, talk)
    parser.add_argument(
        "--psc-profile",
        choices=[date.value for date in PscProfile],
        help=talk("Pro Santé Connect de quelle date", "Pro Santé Connect of which date"),
    )
    add_store_option(parser, talk)
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=talk("réglages, portails et personnes", "settings, portals and people"),
    )
    add_client_options(parser, talk)
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
    check_names(options)
    configured, outside = configuration_of(options), not _is_loopback(options.host)
    with ExitStack() as stack:
        store = stack.enter_context(store_for(options.store))
        doors = stack.enter_context(open_doors(options))
        listener = None if doors.alone else _listen(options)
        if listener is not None:
            stack.callback(listener.close)
        settings = doors.named_in(named(configured.settings, options, doors.main_port(listener)))
        door = open_card_door(options)
        settings = door.named_in(settings) if door is not None else settings
        token = secret_in(options.control_token_env, "--control-token-env", ("un jeton à vous", "a token of your own"))
        drawn = token is None and outside
        if drawn:
            token = secrets.token_urlsafe(24)
        provider, cards = make_provider(
            settings, control_token=token, people=configured.people, ecps=configured.ecps, store=store
        )
        provider.outage.tell = lambda news: terminal.say(f"  {news.fr}", f"  {news.en}", "bold yellow")
        trust_cards(options, provider, cards.igc)
        serving = BehindDoors(provider) if listener is None else Serving(listener, provider)
        signal.signal(signal.SIGTERM, _interrupt)
        stack.callback(serving.stop)
        _introduce(options, terminal, provider, configured, token if drawn else None)
        if outside:
            _warn(options, terminal)
        warn_of_impersonation(settings, terminal)
        authority = doors.serve(provider, terminal)
        if door is not None:
            stack.enter_context(door.port(provider))
            terminal.say(
                f"  Connexion par carte : {door.address} ; autorité à accepter : {door.authority.resolve()}",
                f"  Card login: {door.address}; authority to trust: {door.authority.resolve()}",
            )
        if options.demo_portal:
            # only for those who ask: its imports take as long as the provider's own
            from conformance.cli.small_portal import demo_portal  # noqa: PLC0415

            base = stack.enter_context(demo_portal(provider, language=terminal.language, authority=authority))
            terminal.say(f"  Petit portail : {base}/", f"  Small portal: {base}/", "bold")
        terminal.say("\nCtrl-C pour arrêter.", "\nCtrl-C to stop.", "dim")
        # waitress ends its loop at an interruption, and lets it pass when it comes before the loop
        with suppress(KeyboardInterrupt):
            serving.run()
        terminal.say("Arrêté.", "Stopped.", "dim")
    return ExitCode.CLEAN


def _listen(options: argparse.Namespace) -> socket.socket:
    try:
        return bind(options.host, options.port)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        why = error.strerror
        raise UsageError(
            f"--host, --port : impossible d'écouter sur {where} ({why}) ; choisissez-en un autre",
            f"--host, --port: cannot listen on {where} ({why}); choose another",
        ) from None


def _introduce(
    options: argparse.Namespace, terminal: Terminal, provider: Provider, configured: Configuration, token: str | None
) -> None:
    settings = provider.settings
    ready = _know_portals(options, provider, configured)
    for fr, en in configured.warnings:
        terminal.say(f"  {fr}", f"  {en}", "yellow")
    terminal.title("SIMULATEUR Pro Santé Connect, prêt", "Pro Santé Connect SIMULATEUR, ready")
    terminal.say(f"  Découverte : {settings.discovery_url}", f"  Discovery: {settings.discovery_url}")
    terminal.say(
        f"  Téléphone simulé : {settings.wallet_base}/phone/", f"  Simulated phone: {settings.wallet_base}/phone/"
    )
    for client in (*configured.clients, *([ready[0]] if ready else [])):
        terminal.say(f"  client_id : {client.client_id}", f"  client_id: {client.client_id}")
        for uri in client.redirect_uris:
            terminal.say(f"    redirect_uri : {uri}", f"    redirect_uri: {uri}")
    if ready is not None and ready[1]:
        secret = ready[0].client_secret
        terminal.say(
            f"  client_secret : {secret} (tiré {_how_long(options, 'fr')})",
            f"  client_secret: {secret} (drawn {_how_long(options, 'en')})",
        )
    people = ", ".join(person.idnat for person in provider.directory.everybody()[:3])
    terminal.say(
        f"  Personnes fictives : {people}… ; code confidentiel de leur carte : 1234",
        f"  Fictional people: {people}…; code confidentiel of their card: 1234",
    )
    if offset := provider.clock.offset:
        terminal.say(
            f"  Horloge décalée de {offset} (retenu dans --store)",
            f"  Clock moved by {offset} (kept in --store)",
            "yellow",
        )
    if token is not None:
        terminal.say(
            f"  Jeton de l'API de contrôle : {token} (tiré pour cette exécution)",
            f"  Control API token: {token} (drawn for this run)",
        )


def _know_portals(
    options: argparse.Namespace, provider: Provider, configured: Configuration
) -> tuple[Client, bool] | None:
    """Make the portals of file and options known; return that of the options, and whether its secret was drawn."""
    server = provider.server
    ready = client_of(options, configured, server.query_client(ready_name(options)))
    for client in configured.clients:
        server.introduce(client)
    if ready is not None:
        server.register_client(ready[0])
    return ready


def _how_long(options: argparse.Namespace, language: str) -> str:
    if options.store == MEMORY:
        return {"fr": "pour cette exécution", "en": "for this run"}[language]
    return {"fr": "une fois, retenu dans --store", "en": "once, kept in --store"}[language]


def _warn(options: argparse.Namespace, terminal: Terminal) -> None:
    terminal.say(
        "  Écoute hors bouclage. N'exposez jamais ce simulateur.",
        "  Listening beyond loopback. Never expose this simulator.",
        "bold yellow",
    )
    if options.issuer_base is None and options.public_url is None and options.impersonate is None:
        terminal.say(
            "  --public-url (ou --issuer-base) manque : les autres machines ne suivront pas les adresses annoncées.",
            "  --public-url (or --issuer-base) is missing: other machines cannot follow the addresses announced.",
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
