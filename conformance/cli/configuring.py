"""What ``serve`` serves: a configuration file, and the options that say more than it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from conformance.cli.options import UsageError, secret_in
from conformance.cli.seat import SUITE_SETTINGS
from mock_idp.configuration import Configuration, ConfigurationError, read_settings
from mock_idp.people import builtin_people
from mock_idp.protocol import Client
from mock_idp.protocol.clients import AuthPolicy
from mock_idp.settings import PscProfile, Settings

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk

READY_CLIENT: Final = "portail"
READY_CALLBACK: Final = "http://127.0.0.1:8081/callback"


def add_client_options(parser: Any, talk: Talk) -> None:
    """Offer a portal that is known from the start."""
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
        "--client-certificate",
        metavar="FILE",
        help=talk("certificat client TLS du portail (PEM)", "the portal's TLS client certificate (PEM)"),
    )
    parser.add_argument(
        "--client-auth",
        choices=[policy.value for policy in AuthPolicy],
        help=talk(
            "comment le portail s'authentifie ; either (par défaut) s'il a un certificat, sinon secret",
            "how the portal authenticates; either (default) if it has a certificate, otherwise secret",
        ),
    )


def configuration_of(options: argparse.Namespace) -> Configuration:
    """Return what the file says, with the options in place of what it does not say.

    Raises:
        UsageError: the file or an address cannot be used.
    """
    found = _file(options.config) if options.config else Configuration(settings=Settings(), people=builtin_people())
    if options.suite:
        habits = SUITE_SETTINGS
        settings = replace(
            found.settings,
            acr_values_policy=habits.acr_values_policy,
            scope_policy=habits.scope_policy,
            ciba_interval=habits.ciba_interval,
        )
        found = replace(found, settings=settings)
    if options.psc_profile is not None:
        dated = replace(found.settings, psc_profile=PscProfile(options.psc_profile))
        found = replace(found, settings=dated)
    return found


def client_of(
    options: argparse.Namespace, configured: Configuration, kept: Client | None
) -> tuple[Client, bool] | None:
    """Return the portal that the options describe, and whether its secret was drawn; None when the file has some.

    Args:
        options: as typed.
        configured: what the file says.
        kept: the portal of that name that the store remembers: a secret that was drawn once stays.

    Raises:
        UsageError: the certificate cannot be read, or the portal could not authenticate as the options want it.
    """
    if configured.clients and options.client_id is None:
        return None
    given = secret_in(options.client_secret_env, "--client-secret-env", ("le secret du portail", "the portal's secret"))
    name = ready_name(options)
    remembered = kept.client_secret if kept is not None else ""
    certificate = certificate_in(options.client_certificate)
    policy = AuthPolicy(options.client_auth or (AuthPolicy.EITHER if certificate else AuthPolicy.SECRET))
    if policy is not AuthPolicy.SECRET and not certificate:
        raise UsageError(
            f"--client-auth {policy} : --client-certificate manque ; donnez le certificat du portail",
            f"--client-auth {policy}: --client-certificate is missing; give the portal's certificate",
        )
    secret = given or remembered or secrets.token_urlsafe(24)
    client = Client(
        client_id=name,
        client_secret="" if policy is AuthPolicy.MTLS else secret,
        authentication=policy,
        certificate_sha256=certificate,
        redirect_uris=tuple(options.redirect_uri) or (READY_CALLBACK,),
        post_logout_redirect_uris=tuple(options.post_logout_redirect_uri),
        name=name,
    )
    return client, given is None and bool(client.client_secret)


def ready_name(options: argparse.Namespace) -> str:
    """Return what the portal of the options is called."""
    return str(options.client_id or READY_CLIENT)


def certificate_in(name: str | None) -> str:
    """Return the SHA-256 of a PEM certificate in a file, hexadecimal; nothing when no file was named.

    Raises:
        UsageError: there is none in it.
    """
    if name is None:
        return ""
    try:
        found = x509.load_pem_x509_certificate(Path(name).read_bytes())
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"--client-certificate {name} : illisible ({why})", f"--client-certificate {name}: cannot be read ({why})"
        ) from None
    except ValueError:
        raise UsageError(
            f"--client-certificate {name} : aucun certificat dedans ; donnez un fichier PEM",
            f"--client-certificate {name}: holds no certificate; give a PEM file",
        ) from None
    return found.fingerprint(SHA256()).hex()


def _file(name: str) -> Configuration:
    path = Path(name)
    try:
        return read_settings(path.read_text(encoding="utf-8"), source=path.name)
    except FileNotFoundError:
        raise UsageError(
            f"--config {path} : ce fichier n'existe pas ; écrivez-le, ou corrigez le chemin",
            f"--config {path}: there is no such file; write one, or correct the path",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = type(error).__name__
        raise UsageError(
            f"--config {path} : illisible ({why}) ; il faut un texte en UTF-8",
            f"--config {path}: cannot be read ({why}); it must be a UTF-8 text",
        ) from None
    except ConfigurationError as error:
        raise UsageError(f"--config {error.fr}", f"--config {error.en}") from None
