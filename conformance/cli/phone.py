"""``psc-conformance phone``: a phone for scripts, before a provider that ``serve`` started."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from conformance.browser import Browser
from conformance.cli.options import SERVE_TOKEN, UsageError, add_language, secret_in
from conformance.control import Control
from conformance.exit_codes import ExitCode
from conformance.origins import origin_host
from conformance.workstation import PASSWORD, Phone

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal

DEFAULT_PROVIDER: Final = "http://127.0.0.1:8080"
ACTIONS: Final = ("activate", "approve", "refuse")


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "phone", help=talk("un téléphone pour les scripts", "a phone for scripts")
    )
    parser.add_argument(
        "action",
        choices=ACTIONS,
        help=talk(
            "activer un téléphone pour une personne, approuver ou refuser la demande la plus récente",
            "activate a phone for somebody, approve or refuse the newest request",
        ),
    )
    parser.add_argument(
        "who",
        metavar="IDNAT|DEVICE",
        help=talk(
            "identifiant national (activate), ou le téléphone que « activate » a affiché",
            "identifiant national (activate), or the phone that 'activate' printed",
        ),
    )
    parser.add_argument(
        "--number", metavar="NN", help=talk("nombre affiché sur l'ordinateur", "number that the computer shows")
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


def execute(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Do what was asked, and print the phone's id after an activation.

    Raises:
        UsageError: an option is missing, or the provider knows no such person.
        WorkstationError: there is no request, or the phone refuses.
    """
    password = secret_in(options.password_env, "--password-env", ("quatre chiffres", "four digits")) or PASSWORD
    token = secret_in(options.control_token_env, "--control-token-env", SERVE_TOKEN)
    with closing(Control(options.provider, token=token)) as control:
        wallet = control.whereabouts().wallet
        if options.action == "activate":
            terminal.console.print(control.phone(options.who, password), soft_wrap=True)
            return ExitCode.CLEAN
    phone = Phone(browser=Browser(frozenset({origin_host(wallet)})), wallet=wallet, password=password)
    phone.activated(options.who)
    if options.action == "refuse":
        phone.refuse()
        terminal.say("Refusé.", "Refused.")
    else:
        if options.number is None:
            raise UsageError(
                "--number : manque ; donnez le nombre que l'ordinateur affiche",
                "--number: missing; give the number that the computer shows",
            )
        phone.approve(options.number)
        terminal.say("Approuvé.", "Approved.")
    return ExitCode.CLEAN
