"""The provider over TLS: under its public names, and where portals present a certificate of their own."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from conformance.cli.options import UsageError, port_number
from conformance.origins import origin_host
from mock_idp.web.serve import bind
from mock_idp.web.server_identity import HOST, ServerIdentity
from mock_idp.web.tls import Asking, TlsPort

if TYPE_CHECKING:
    import argparse
    import socket
    from types import TracebackType
    from typing import Self

    from conformance.cli.options import Talk
    from conformance.cli.terminal import Terminal
    from mock_idp.settings import Settings
    from mock_idp.web import Provider

AUTHORITY_FILE: Final = "psc-authority.pem"


def add_https_options(parser: Any, talk: Talk) -> None:
    """Offer the options of the https port and of portals' certificates."""
    parser.add_argument(
        "--tls",
        action="store_true",
        help=talk(
            "sert tout en https, sur --port, sous une autorité locale dont le fichier est affiché",
            "serve everything over https, at --port, under a local authority whose file is shown",
        ),
    )
    parser.add_argument(
        "--https-port",
        type=port_number,
        metavar="PORT",
        help=talk(
            "sert aussi en https, sous les noms de --issuer-base et --wallet-base ; avec --tls, c'est le port de "
            "l'https",
            "also serve over https, under the names of --issuer-base and --wallet-base; with --tls, where https is",
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
    parser.add_argument(
        "--mtls",
        action="store_true",
        help=talk(
            "sur le port https, l'émetteur demande aux portails leur certificat client, comme chez PSC",
            "at the https port the issuer asks portals for their client certificate, as at PSC",
        ),
    )
    parser.add_argument(
        "--mtls-port",
        type=port_number,
        metavar="PORT",
        help=talk(
            "port TLS à part où les portails présentent leur certificat client ; 0 pour un port libre",
            "TLS port of its own where portals present their client certificate; 0 for any free one",
        ),
    )
    parser.add_argument(
        "--mtls-base",
        metavar="URL",
        help=talk("adresse publique de ce port, si elle diffère", "public address of that port, if it differs"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The TLS ports that ``serve`` was asked to open; each is listened on already.

    Attributes:
        https: where everything is served, or None.
        tls: whether the https port is the one that names the provider.
        alone: whether nothing is served but over TLS: the https port is that of ``--port``.
        mtls: where portals present certificates, or None.
        https_asks: whether the issuer asks for certificates at the https port.
        mtls_base: public address where portals present certificates; empty for nowhere.
        authority: file of the authority that both ports' certificate is under.
    """

    host: str
    https: socket.socket | None
    tls: bool
    alone: bool
    mtls: socket.socket | None
    https_asks: bool
    mtls_base: str
    authority: Path
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    def main_port(self, plain: socket.socket | None) -> int:
        """Return the port that names the provider when nobody does: https' own with ``--tls``, else the plain one."""
        main = self.https if self.tls else plain
        if main is None:
            raise RuntimeError("the provider has neither a plain port nor one over TLS")
        port: int = main.getsockname()[1]
        return port

    def named_in(self, settings: Settings) -> Settings:
        """Return settings that send portals with a certificate here.

        Raises:
            UsageError: the public addresses are not https, though there is an https port.
        """
        bases = (settings.issuer_base, settings.wallet_base)
        plain = next((base for base in bases if urlsplit(base).scheme != "https"), None)
        if self.https is not None and plain is not None:
            flag = "--tls" if self.alone else "--https-port"
            fr, en = ("", "") if self.tls else (" ; ou ajoutez --tls", "; or add --tls")
            raise UsageError(
                f"{flag} : {plain} n'est pas une adresse https ; donnez --public-url, ou --issuer-base et "
                f"--wallet-base, en https://, comme les portails les appelleront{fr}",
                f"{flag}: {plain} is no https address; write --public-url, or --issuer-base and --wallet-base, with "
                f"https://, as portals are to call them{en}",
            )
        base = settings.issuer_base if self.https_asks else self.mtls_base
        return replace(settings, mtls_base=base or settings.mtls_base)

    def serve(self, provider: Provider, terminal: Terminal) -> str:
        """Serve a provider at the ports until closed, write their authority down, and say where all that is.

        Returns:
            The authority, PEM; nothing when there is no port.

        Raises:
            UsageError: the file cannot be written.
        """
        if self.https is None and self.mtls is None:
            return ""
        settings = provider.settings
        bases = (settings.issuer_base, settings.wallet_base) if self.https is not None else ()
        names = [urlsplit(base).hostname or HOST for base in (*bases, *filter(None, [settings.mtls_base]))]
        now = datetime.now(UTC)  # noqa: TID251  # a throw-away certificate is made now
        identity = ServerIdentity.create(now=now, host=names[0], others=[*dict.fromkeys(names[1:])])
        try:
            self.authority.write_bytes(identity.authority_pem)
        except OSError as error:
            authority, why = self.authority, error.strerror
            raise UsageError(
                f"--https-authority {authority} : impossible à écrire ({why})",
                f"--https-authority {authority}: cannot be written ({why})",
            ) from None
        if self.https is not None:
            asking = Asking(only_as=frozenset({names[0]})) if self.https_asks else None
            self._open.enter_context(TlsPort(self.https, provider, identity=identity, asking=asking))
        if self.mtls is not None:
            self._open.enter_context(TlsPort(self.mtls, provider, identity=identity, asking=Asking()))
        shown, authority = ", ".join(dict.fromkeys(names)), self.authority.resolve()
        terminal.say(
            f"  https : {shown} ; autorité à accepter : {authority}",
            f"  https: {shown}; authority to trust: {authority}",
        )
        if settings.mtls_base:
            terminal.say(
                f"  Certificats clients des portails : {settings.mtls_base}",
                f"  Portals' client certificates: {settings.mtls_base}",
            )
        return identity.authority_pem.decode("ascii")

    def __enter__(self) -> Self:
        """Return the doors."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every port."""
        self._open.close()
        for listener in (self.https, self.mtls):
            if listener is not None:
                listener.close()


def open_doors(options: argparse.Namespace) -> Doors:
    """Listen on the TLS ports that were asked for.

    Raises:
        UsageError: a port cannot be had, or options contradict each other.
    """
    if options.mtls and options.https_port is None and not options.tls:
        raise UsageError(
            "--mtls : il n'y a pas de port https où demander ; ajoutez --tls ou --https-port, ou écrivez plutôt "
            "--mtls-port",
            "--mtls: there is no https port to ask at; add --tls or --https-port, or write --mtls-port instead",
        )
    if options.mtls and options.mtls_port is not None:
        raise UsageError(
            "--mtls, --mtls-port : les certificats se demandent à un seul endroit ; ôtez l'un des deux",
            "--mtls, --mtls-port: certificates are asked for at one place; leave one of them out",
        )
    if options.mtls_base is not None and options.mtls_port is None:
        raise UsageError(
            "--mtls-base : c'est l'adresse de --mtls-port, qui manque ; ajoutez-le",
            "--mtls-base: is the address of --mtls-port, which is missing; add it",
        )
    if options.mtls_base is not None and not (
        options.mtls_base.startswith("https:") and origin_host(options.mtls_base)
    ):
        raise UsageError(
            f"--mtls-base : {options.mtls_base!r} n'est pas une adresse https ; écrivez https://HÔTE:PORT",
            f"--mtls-base: {options.mtls_base!r} is no https address; write https://HOST:PORT",
        )
    alone = options.tls and options.https_port is None
    where = (options.port, "--port") if alone else (options.https_port, "--https-port")
    https = _listen(options.host, *where)
    try:
        mtls = _listen(options.host, options.mtls_port, "--mtls-port")
    except UsageError:
        if https is not None:
            https.close()
        raise
    own = f"https://{HOST}:{mtls.getsockname()[1]}" if mtls is not None else ""
    return Doors(
        host=options.host,
        https=https,
        tls=options.tls,
        alone=alone,
        mtls=mtls,
        https_asks=options.mtls,
        mtls_base=options.mtls_base or own,
        authority=Path(options.https_authority),
    )


def _listen(host: str, port: int | None, flag: str) -> socket.socket | None:
    try:
        return None if port is None else bind(host, port)
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"{flag} {port} : impossible d'y écouter ({why}) ; choisissez-en un autre",
            f"{flag} {port}: cannot listen there ({why}); choose another",
        ) from None
