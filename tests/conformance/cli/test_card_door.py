"""The card's port of `serve`: its certificate, its authority, and the way to it."""

from __future__ import annotations

import socket
import ssl
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from conformance.cli.card_door import open_card_door
from conformance.cli.options import UsageError
from conformance.cli.seat import make_provider
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def asked(folder: Path, port: int | None = 0, tls: str = "1.2") -> Namespace:
    """Return the options."""
    return Namespace(card_port=port, card_tls=tls, card_authority=str(folder / "authority.pem"))


def test_nobody_asked(tmp_path: Path) -> None:
    """Without the option nothing is opened and nothing is written."""
    assert open_card_door(asked(tmp_path, None)) is None
    assert [] == list(tmp_path.iterdir())


@pytest.mark.integration
@pytest.mark.parametrize(("tls", "spoken"), [("1.2", "TLSv1.2"), ("1.3", "TLSv1.3")])
def test_who_trusts_the_written_authority_reaches_the_port(tmp_path: Path, tls: str, spoken: str) -> None:
    """The certificate is good for `localhost` under that authority, at the newest version that was asked for."""
    door = open_card_door(asked(tmp_path, tls=tls))
    assert door is not None
    provider, _ = make_provider(door.named_in(Settings()))
    trusting = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    port = door.listener.getsockname()[1]
    with (
        door.port(provider),
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert spoken == secured.version()
    assert f"https://localhost:{port}" == provider.settings.card_base


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """The option is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--card-port {number}: cannot listen there"):
            open_card_door(asked(tmp_path, number))


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """The option and the file are named."""
    with pytest.raises(UsageError, match=r"--card-authority .*authority\.pem: cannot be written"):
        open_card_door(asked(tmp_path / "missing"))
