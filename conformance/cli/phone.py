"""``psc-conformance phone``: a phone for scripts, before a provider that ``serve`` started."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.options import SERVE_TOKEN, add_language, secret_in
from conformance.cli.phone_actions import Hand
from conformance.cli.phone_words import ACTIONS, BY, PIN, in_words, seconds
from conformance.control import Control, ControlFailed
from conformance.exit_codes import ExitCode
from conformance.workstation import PASSWORD

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal

DEFAULT_PROVIDER: Final = "http://127.0.0.1:8080"


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "phone", help=talk("un téléphone pour les scripts", "a phone for scripts")
    )
    lines = [f"{action.usage}: {talk(*action.does)}" for action in ACTIONS.values()]
    parser.add_argument("action", choices=tuple(ACTIONS), help="; ".join(lines))
    parser.add_argument(
        "words",
        nargs="*",
        metavar="IDNAT|PHONE",
        help=talk(
            "identifiant national, ou téléphone affiché par « activate » ou « install », puis ce que l'action demande",
            "identifiant national, or the phone that 'activate' or 'install' printed, then what the action asks for",
        ),
    )
    _add_details(parser, talk)
    parser.add_argument(
        "--provider",
        metavar="URL",
        default=DEFAULT_PROVIDER,
        help=talk("fournisseur démarré par « serve »", "provider started by 'serve'"),
    )
    parser.add_argument(
        "--control-token-env",
        metavar="NAME",
        help=talk("variable qui contient le jeton de l'API de contrôle", "variable that holds the control API's token"),
    )
    add_language(parser, talk)
    parser.set_defaults(execute=execute)


def _add_details(parser: argparse.ArgumentParser, talk: Talk) -> None:
    parser.add_argument(
        "--number", metavar="NN", help=talk("nombre affiché sur l'ordinateur", "number that the computer shows")
    )
    parser.add_argument(
        "--by",
        choices=BY,
        default=BY[0],
        help=talk(
            "activate : tout de suite, ou par toutes les pages, sans carte (contact) ou avec celle du lecteur simulé",
            "activate: at once, or through every page, without a card (contact) or with that of the simulated reader",
        ),
    )
    parser.add_argument(
        "--name", help=talk("activate : comment appeler le téléphone", "activate: what to call the phone")
    )
    parser.add_argument(
        "--login",
        metavar="ID",
        help=talk(
            "la connexion visée, au lieu de la plus récente (« requests » les affiche)",
            "the login that is meant, instead of the latest ('requests' shows them)",
        ),
    )
    parser.add_argument(
        "--persona",
        metavar="KEY",
        help=talk(
            "habit : toutes les personnes créées d'après cette persona (medecin-liberal…)",
            "habit: everybody made after this persona (medecin-liberal…)",
        ),
    )
    parser.add_argument(
        "--after",
        metavar="SECONDS",
        type=seconds,
        default=0.0,
        help=talk("habit : délai avant la réponse", "habit: how long before the answer"),
    )
    parser.add_argument(
        "--password-env",
        metavar="NAME",
        help=talk(
            f"variable d'environnement qui contient le mot de passe à 4 chiffres (par défaut : {PASSWORD})",
            f"environment variable that holds the four-digit password (default: {PASSWORD})",
        ),
    )
    parser.add_argument(
        "--pin-env",
        metavar="NAME",
        help=talk(
            f"activate --by card : variable qui contient le code confidentiel (par défaut : {PIN}, celui de livraison)",
            f"activate --by card: variable that holds the PIN (default: {PIN}, that of delivery)",
        ),
    )


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Do what was asked; what is printed is an id, a code or lines of JSON, for a script to read.

    Raises:
        UsageError: an environment variable is not set.
        ControlFailed: the provider does not answer, or knows no such person.
    """
    password = secret_in(options.password_env, "--password-env", ("quatre chiffres", "four digits")) or PASSWORD
    token = secret_in(options.control_token_env, "--control-token-env", SERVE_TOKEN)
    pin = secret_in(options.pin_env, "--pin-env", ("le code de la carte", "the PIN of the card")) or PIN
    with closing(Control(options.provider, token=token)) as control:
        hand = Hand(control=control, terminal=terminal, options=options, password=password, pin=pin)
        try:
            hand.do(options.action, options.words)
        except ControlFailed as failed:
            raise in_words(failed) from None
    return ExitCode.CLEAN
