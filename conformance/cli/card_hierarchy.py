"""The file that makes a provider trust an inserted card: its authorities, and their lists of revoked certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.cli.options import UsageError
from virtual_card import Desk, Reader
from virtual_card.certificate_shape import Range
from virtual_card.revocation import Register

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from virtual_card import Card, Igc

HIERARCHY_FILE: Final = "psc-card-hierarchy.pem"


def write_hierarchy(path: Path, igc: Igc, *, now: datetime, opposed: Card | None = None) -> None:
    """Write the authorities of a card and their lists of revoked certificates, PEM, for a provider that shall trust it.

    Args:
        path: of the file.
        igc: who certified the card.
        now: when the lists are published; aware UTC.
        opposed: a card in opposition, None for nobody's.

    Raises:
        UsageError: the file cannot be written.
    """
    register = Register(igc=igc)
    if opposed is not None:
        found = Desk(Reader(opposed)).certificates()
        register = register.oppose(*(one.der for one in found), since=now - timedelta(seconds=1))
    lists = [x509.load_der_x509_crl(register.crl(level, now=now)) for level in Range]
    authorities = [one.certificate for one in (*igc.roots.values(), *igc.persons.values())]
    written = [one.public_bytes(Encoding.PEM) for one in authorities] + [
        one.public_bytes(Encoding.PEM) for one in lists
    ]
    try:
        path.write_bytes(b"".join(written))
    except OSError as error:
        why = error.strerror
        raise UsageError(
            f"--hierarchy {path} : impossible à écrire ({why})", f"--hierarchy {path}: cannot be written ({why})"
        ) from None
