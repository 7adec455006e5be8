"""Under which names ``serve`` is reached: addresses of one's own, or those of Pro Santé Connect in a closed network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance.cli.options import UsageError
from conformance.origins import origin_host
from mock_idp.settings import Settings

if TYPE_CHECKING:
    import argparse

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal

PSC_DOMAIN: Final = "esante.gouv.fr"
"""Domain of Pro Santé Connect's own hosts."""

IMPERSONATED: Final = {
    "bas": ("https://auth.bas.psc.esante.gouv.fr", "https://wallet.bas.psc.esante.gouv.fr"),
    "prod": ("https://auth.esw.esante.gouv.fr", "https://wallet.esw.esante.gouv.fr"),
}
"""Issuer and wallet of Pro Santé Connect's sandbox and production (confirmed: public connectors of ANS)."""

HTTPS_PORT: Final = 443
EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104  compared with, not listened on
_LOCAL_ADDRESSES: Final = Path("/proc/net/fib_trie")
_LOCAL = re.compile(r"\|-- (\S+)\n +/32 host LOCAL")


def add_name_options(parser: Any, talk: Talk) -> None:
    """Offer the addresses."""
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help=talk(
            "adresse publique du fournisseur, si émetteur et portefeuille ont la même",
            "public address of the provider, when issuer and wallet have the same",
        ),
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
        "--impersonate",
        choices=IMPERSONATED,
        help=talk(
            "répond sous les noms d'hôte du bac à sable (bas) ou de la production (prod) de Pro Santé Connect ; "
            "réseau fermé seulement",
            "answer under the host names of Pro Santé Connect's sandbox (bas) or production (prod); in a closed "
            "network only",
        ),
    )


def check_names(options: argparse.Namespace) -> None:
    """Refuse addresses that are none or contradict each other, and a public address under PSC's names.

    With ``--impersonate`` the https port is 443 unless another was named.

    Raises:
        UsageError: the option at fault, and what to write.
    """
    for name in ("public_url", "issuer_base", "wallet_base"):
        written, flag = getattr(options, name), "--" + name.replace("_", "-")
        if written is None:
            continue
        if options.impersonate is not None:
            raise UsageError(
                f"{flag} : --impersonate {options.impersonate} le dit déjà ; ôtez l'un des deux",
                f"{flag}: --impersonate {options.impersonate} says it already; leave one of them out",
            )
        if not origin_host(written):
            raise UsageError(
                f"{flag} : {written!r} n'est pas une adresse ; écrivez par exemple https://auth.psc.test",
                f"{flag}: {written!r} is no address; write for instance https://auth.psc.test",
            )
    if options.impersonate is None:
        return
    _refuse_public_address(options.host)
    if options.https_port is None:
        options.https_port = HTTPS_PORT


def named(settings: Settings, options: argparse.Namespace, port: int) -> Settings:
    """Return settings with the addresses that options or file name, and otherwise those of the port.

    Args:
        settings: of the file.
        options: as typed.
        port: where everything is served: over https with ``--tls``.

    Raises:
        UsageError: the names are Pro Santé Connect's, and nobody said ``--impersonate``.
    """
    plain = Settings()
    issuer = None if settings.issuer_base == plain.issuer_base else settings.issuer_base
    wallet = None if settings.wallet_base == plain.wallet_base else settings.wallet_base
    if options.impersonate is not None:
        issuer, wallet = IMPERSONATED[options.impersonate]
        return replace(settings, issuer_base=issuer, wallet_base=wallet)
    scheme = "https" if options.tls else "http"
    found = replace(
        settings,
        issuer_base=options.issuer_base or options.public_url or issuer or f"{scheme}://127.0.0.1:{port}",
        wallet_base=options.wallet_base or options.public_url or wallet or f"{scheme}://localhost:{port}",
    )
    for base in (found.issuer_base, found.wallet_base):
        if is_of_psc(base):
            raise UsageError(
                f"{base} : c'est un nom d'hôte de Pro Santé Connect ; si vous le voulez vraiment, et en réseau fermé "
                "seulement, écrivez --impersonate bas ou --impersonate prod à la place de l'adresse",
                f"{base}: is a host name of Pro Santé Connect; write --impersonate bas or --impersonate prod in place "
                "of the address if you mean it, and only in a closed network",
            )
    return found


def is_of_psc(base: str) -> bool:
    """Tell whether an address is in Pro Santé Connect's own domain."""
    name = urlsplit(base).hostname or ""
    return name == PSC_DOMAIN or name.endswith(f".{PSC_DOMAIN}")


def warn_of_impersonation(settings: Settings, terminal: Terminal) -> None:
    """Say that the provider goes under names that are Pro Santé Connect's, when it does."""
    if is_of_psc(settings.issuer_base) or is_of_psc(settings.wallet_base):
        terminal.say(
            "  ATTENTION : ce simulateur répond sous des noms d'hôte de Pro Santé Connect. Réseau fermé seulement : "
            "jamais dans un DNS, un fichier hosts partagé ou un réseau où travaillent de vraies personnes.",
            "  WARNING: this simulator answers under host names of Pro Santé Connect. In a closed network only: never "
            "in a DNS, in a shared hosts file, or on a network where real people work.",
            "bold red",
        )


def _refuse_public_address(host: str) -> None:
    try:
        where = [ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)]
    except ValueError:
        raise UsageError(
            f"--host {host} : avec --impersonate, écrivez l'adresse en chiffres, pour qu'on la sache privée",
            f"--host {host}: with --impersonate, write the address as a number, so that it is seen to be private",
        ) from None
    if str(where[0]) == EVERY_ADDRESS:
        where = _addresses_of_this_machine(_LOCAL_ADDRESSES)
    public = next((one for one in where if one.is_global or one.is_unspecified), None)
    if public is not None:
        raise UsageError(
            f"--host {host} : {public} est une adresse publique ; avec --impersonate, écoutez sur le bouclage ou "
            "sur une adresse du réseau fermé",
            f"--host {host}: {public} is a public address; with --impersonate listen on loopback or on an address of "
            "the closed network",
        )


def _addresses_of_this_machine(known: Path) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        text = known.read_text(encoding="ascii")
    except OSError:
        raise UsageError(
            f"--host {EVERY_ADDRESS} : avec --impersonate, nommez une adresse ; ce système ne dit pas lesquelles il a",
            f"--host {EVERY_ADDRESS}: with --impersonate, name one address; this system does not say which it has",
        ) from None
    # what cannot be read counts as public
    return [ipaddress.ip_address(one) for one in _LOCAL.findall(text)] or [ipaddress.ip_address(EVERY_ADDRESS)]
