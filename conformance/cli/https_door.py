"""The provider over https under its public names, for portals that insist on it or have PSC's names compiled in."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance.cli.options import UsageError
from mock_idp.web.serve import bind
from mock_idp.web.tls import CardPort, ServerIdentity, TlsVersion

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from mock_idp.settings import Settings
    from mock_idp.web import Provider

AUTHORITY_FILE: Final = "psc-authority.pem"
PSC_DOMAIN: Final = "esante.gouv.fr"
"""Domain of Pro Santé Connect's own hosts."""


def add_https_options(parser: Any, talk: Talk) -> None:
    """Offer the options of the https port."""
    parser.add_argument(
        "--https-port",
        type=int,
        metavar="PORT",
        help=talk(
            "sert aussi en https, sous les noms de --issuer-base et --wallet-base",
            "also serve over https, under the names of --issuer-base and --wallet-base",
        ),
    )
    parser.add_argument(
        "--https-authority",
        metavar="FILE",
        default=AUTHORITY_FILE,
        help=talk(
            f"où écrire l'autorité à laquelle le portail doit se fier (par défaut : {AUTHORITY_FILE})",
            f"where to write the authority that the portal must trust (default: {AUTHORITY_FILE})",
        ),
    )


@contextmanager
def https_door(options: argparse.Namespace, provider: Provider, terminal: Terminal) -> Iterator[None]:
    """Serve a provider over https for the length of a ``with`` block, when that was asked for.

    Raises:
        UsageError: the public addresses are not https, or the port or the file cannot be used.
    """
    warn_of_impersonation(provider.settings, terminal)
    if options.https_port is None:
        yield
        return
    names = _names(provider.settings)
    now = datetime.now(UTC)  # noqa: TID251  # a throw-away certificate is made now
    identity = ServerIdentity.create(now=now, host=names[0], others=names[1:])
    try:
        listener = bind(options.host, options.https_port)
    except OSError as error:
        port, why = options.https_port, error.strerror
        raise UsageError(
            f"--https-port {port} : impossible d'y écouter ({why})", f"--https-port {port}: cannot listen there ({why})"
        ) from None
    with CardPort(listener, provider, identity=identity, newest=TlsVersion.V1_3, asks=False):
        authority = Path(options.https_authority)
        try:
            authority.write_bytes(identity.authority_pem)
        except OSError as error:
            why = error.strerror
            raise UsageError(
                f"--https-authority {authority} : impossible à écrire ({why})",
                f"--https-authority {authority}: cannot be written ({why})",
            ) from None
        terminal.say(
            f"  https : {', '.join(names)} ; autorité à accepter : {authority.resolve()}",
            f"  https: {', '.join(names)}; authority to trust: {authority.resolve()}",
        )
        yield


def warn_of_impersonation(settings: Settings, terminal: Terminal) -> None:
    """Say that the provider goes under names that are Pro Santé Connect's, when it does."""
    names = [urlsplit(base).hostname or "" for base in (settings.issuer_base, settings.wallet_base)]
    if any(name == PSC_DOMAIN or name.endswith(f".{PSC_DOMAIN}") for name in names):
        terminal.say(
            "  ATTENTION : ce simulateur répond sous des noms d'hôte de Pro Santé Connect. Réseau fermé seulement : "
            "jamais dans un DNS, un fichier hosts partagé ou un réseau où travaillent de vraies personnes.",
            "  WARNING: this simulator answers under host names of Pro Santé Connect. In a closed network only: never "
            "in a DNS, in a shared hosts file, or on a network where real people work.",
            "bold red",
        )


def _names(settings: Settings) -> tuple[str, ...]:
    parts = [urlsplit(base) for base in (settings.issuer_base, settings.wallet_base)]
    if any(part.scheme != "https" for part in parts):
        raise UsageError(
            "--https-port : donnez --issuer-base et --wallet-base en https://, comme les portails les appelleront",
            "--https-port: write --issuer-base and --wallet-base with https://, as portals are to call them",
        )
    return tuple(dict.fromkeys(part.hostname or "" for part in parts))
