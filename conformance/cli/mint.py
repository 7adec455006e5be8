"""``psc-conformance mint``: a portal's tokens for somebody, without a login, from a provider that ``serve`` started."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from conformance.cli.options import SERVE_TOKEN, add_language, secret_in
from conformance.control import Control
from conformance.exit_codes import ExitCode
from mock_idp.protocol.tokens import Means

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal

DEFAULT_PROVIDER: Final = "http://127.0.0.1:8080"


def add(commands: Any, talk: Talk) -> None:
    """Offer the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "mint", help=talk("des jetons pour une personne, sans connexion", "tokens for a person, without a login")
    )
    parser.add_argument("idnat", metavar="IDNAT", help=talk("identifiant national", "identifiant national"))
    parser.add_argument(
        "--client-id", required=True, help=talk("portail auquel ils sont destinés", "portal that they are for")
    )
    parser.add_argument(
        "--scope", metavar="SCOPES", help=talk("par défaut : openid scope_all", "by default: openid scope_all")
    )
    parser.add_argument("--nonce", help=talk("à répéter dans le jeton d'identité", "to be repeated in the ID token"))
    parser.add_argument(
        "--means",
        choices=[means.value for means in Means],
        help=talk(
            "moyen dont la personne est dite s'être servie (par défaut : MOBILE)",
            "how the person is said to have proved who they are (default: MOBILE)",
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
    """Print the token response as JSON, and nothing else.

    Raises:
        UsageError: an option cannot be used.
        ControlFailed: nothing answers, or there is no such person or portal.
    """
    token = secret_in(options.control_token_env, "--control-token-env", SERVE_TOKEN)
    asked = {name: getattr(options, name) for name in ("client_id", "idnat", "scope", "nonce", "means")}
    with closing(Control(options.provider, token=token)) as control:
        tokens = control.mint({name: value for name, value in asked.items() if value is not None})
    terminal.console.print(json.dumps(tokens, indent=2), soft_wrap=True, markup=False)
    return ExitCode.CLEAN
