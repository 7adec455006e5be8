"""The door for cards: the provider's TLS port, when ``serve`` is asked to open it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.cli.options import UsageError, port_number
from mock_idp.web.serve import bind
from mock_idp.web.server_identity import HOST, ServerIdentity
from mock_idp.web.tls import TlsPort, TlsVersion, card_holders
from virtual_card.certificate_shape import Range
from virtual_card.revocation import Register

if TYPE_CHECKING:
    import argparse
    import socket

    from conformance.cli.options import Talk
    from mock_idp.settings import Settings
    from mock_idp.web import Provider
    from virtual_card import Igc

_CRL = re.compile(b"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
AUTHORITY_FILE = "psc-card-authority.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDoor:
    """A port that is listened on, and who answers there."""

    listener: socket.socket
    identity: ServerIdentity = field(repr=False)
    newest: TlsVersion
    authority: Path

    @property
    def address(self) -> str:
        """Return scheme, host and port, as browsers write them."""
        return f"https://{HOST}:{self.listener.getsockname()[1]}"

    def named_in(self, settings: Settings) -> Settings:
        """Return settings that send people with a card here."""
        return replace(settings, card_base=self.address)

    def port(self, provider: Provider) -> TlsPort:
        """Return the server, to be entered."""
        asking = card_holders(provider)
        return TlsPort(self.listener, provider, identity=self.identity, newest=self.newest, asking=asking)


def add_card_options(parser: argparse.ArgumentParser, talk: Talk) -> None:
    """Offer the options of the card's port."""
    parser.add_argument(
        "--card-port",
        type=port_number,
        metavar="PORT",
        help=talk(
            "port TLS où se connecter avec une carte ; 0 pour un port libre",
            "TLS port to log in at with a card; 0 for any free one",
        ),
    )
    parser.add_argument(
        "--card-tls",
        choices=[version.value for version in TlsVersion],
        default=TlsVersion.V1_2.value,
        help=talk(
            "version TLS la plus récente de ce port (1.2 pour une CPS3)",
            "newest TLS version of that port (1.2 for a CPS3)",
        ),
    )
    parser.add_argument(
        "--card-trust",
        action="append",
        default=[],
        metavar="FILE",
        help=talk(
            "autorités d'une carte insérée par « card insert » ; plusieurs fois si besoin",
            "authorities of a card that 'card insert' keeps; may be repeated",
        ),
    )
    parser.add_argument(
        "--card-authority",
        metavar="FILE",
        default=AUTHORITY_FILE,
        help=talk(
            f"où écrire l'autorité à laquelle le navigateur doit se fier (par défaut : {AUTHORITY_FILE})",
            f"where to write the authority that the browser must trust (default: {AUTHORITY_FILE})",
        ),
    )


def trust_cards(options: argparse.Namespace, provider: Provider, own: Igc) -> None:
    """Let a provider trust the authorities of cards that other processes keep, and heed their lists of oppositions.

    Once one file holds a list, a card whose authority published none is refused: nobody can tell whether it is revoked.

    Args:
        options: those of ``add_card_options``.
        provider: who shall trust.
        own: the hierarchy of the provider's own cards, none of which is in opposition.

    Raises:
        UsageError: a file cannot be read, or holds no certificate.
    """
    lists: list[bytes] = []
    for name in options.card_trust:
        try:
            pem = Path(name).read_bytes()
            found = x509.load_pem_x509_certificates(pem)
            lists += [x509.load_pem_x509_crl(one).public_bytes(Encoding.DER) for one in _CRL.findall(pem)]
        except OSError as error:
            why = error.strerror
            raise UsageError(
                f"--card-trust {name} : illisible ({why})", f"--card-trust {name}: cannot be read ({why})"
            ) from None
        except ValueError:
            raise UsageError(
                f"--card-trust {name} : aucun certificat, ou une liste abîmée ; donnez ce que « card insert » a écrit",
                f"--card-trust {name}: holds no certificates, or a damaged list; give what card insert wrote",
            ) from None
        for one in found:
            der = one.public_bytes(Encoding.DER)
            if one.subject == one.issuer:
                provider.card_anchors += (der,)
            else:
                provider.card_intermediates += (der,)
    if lists:
        register = Register(igc=own)
        provider.card_crls = lambda now: (*lists, *(register.crl(level, now=now) for level in Range))


def open_card_door(options: argparse.Namespace) -> CardDoor | None:
    """Listen on the card's port and write its authority down, or return None when nobody asked for it.

    Raises:
        UsageError: the port or the file cannot be used.
    """
    if options.card_port is None:
        return None
    authority = Path(options.card_authority)
    identity = ServerIdentity.create(now=datetime.now(UTC))  # noqa: TID251  # a throw-away certificate is made now
    try:
        authority.write_bytes(identity.authority_pem)
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"--card-authority {authority} : impossible à écrire ({why})",
            f"--card-authority {authority}: cannot be written ({why})",
        ) from None
    try:
        listener = bind("127.0.0.1", options.card_port)
    except OSError as error:
        port, why = options.card_port, error.strerror
        raise UsageError(
            f"--card-port {port} : impossible d'y écouter ({why})", f"--card-port {port}: cannot listen there ({why})"
        ) from None
    return CardDoor(listener=listener, identity=identity, newest=TlsVersion(options.card_tls), authority=authority)
