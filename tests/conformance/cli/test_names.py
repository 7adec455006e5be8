"""Names of `serve`: one public address, two, or Pro Santé Connect's own in a closed network."""

from __future__ import annotations

import ipaddress
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from conformance.cli import names
from conformance.cli.names import check_names, named, warn_of_impersonation
from conformance.cli.options import UsageError
from conformance.cli.terminal import Terminal
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = "8.8.8.8"
"""An address that `ipaddress` knows to be public; nothing is sent there."""


def options(**given: Any) -> Namespace:
    """Return what was typed."""
    plain = {"host": "127.0.0.1", "tls": False, "https_port": None, "impersonate": None}
    return Namespace(**{**plain, "issuer_base": None, "wallet_base": None, "public_url": None, **given})


@pytest.mark.parametrize(
    ("given", "issuer", "wallet"),
    [
        ({}, "http://127.0.0.1:1", "http://localhost:1"),
        ({"public_url": "http://psc.test:8080"}, "http://psc.test:8080", "http://psc.test:8080"),
        ({"public_url": "http://a.test", "wallet_base": "http://w.test"}, "http://a.test", "http://w.test"),
        (
            {"impersonate": "bas"},
            "https://auth.bas.psc.esante.gouv.fr",
            "https://wallet.bas.psc.esante.gouv.fr",
        ),
        ({"impersonate": "prod"}, "https://auth.esw.esante.gouv.fr", "https://wallet.esw.esante.gouv.fr"),
        ({"tls": True}, "https://127.0.0.1:1", "https://localhost:1"),
        ({"tls": True, "public_url": "https://psc.test"}, "https://psc.test", "https://psc.test"),
    ],
)
def test_where_issuer_and_wallet_stand(given: dict[str, Any], issuer: str, wallet: str) -> None:
    """As typed, or by the port."""
    settings = named(Settings(), options(**given), 1)

    assert (issuer, wallet) == (settings.issuer_base, settings.wallet_base)


@pytest.mark.parametrize(
    ("given", "kept"), [({}, None), ({"impersonate": "bas"}, 443), ({"impersonate": "bas", "https_port": 8443}, 8443)]
)
def test_https_is_at_its_own_port_under_pscs_names(given: dict[str, Any], kept: int | None) -> None:
    """Whoever has the addresses compiled in calls them without a port."""
    asked = options(**given)
    check_names(asked)

    assert kept == asked.https_port


@pytest.mark.parametrize("flag", ["issuer_base", "wallet_base", "public_url"])
def test_pscs_names_want_their_own_word(flag: str) -> None:
    """An address may be copied by mistake; a flag is meant."""
    base = "https://auth.bas.psc.esante.gouv.fr"

    with pytest.raises(UsageError, match=f"{base}: is a host name of Pro Santé Connect; write --impersonate"):
        named(Settings(), options(**{flag: base}), 1)
    with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')}: --impersonate bas says it already"):
        check_names(options(impersonate="bas", **{flag: base}))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(issuer_base="https://auth.esw.esante.gouv.fr"),
        Settings(wallet_base="https://wallet.esw.esante.gouv.fr"),
    ],
)
def test_in_the_file_it_is_no_different(settings: Settings) -> None:
    """Refused without the flag; with it, the flag says which names."""
    with pytest.raises(UsageError, match="--impersonate"):
        named(settings, options(), 1)

    assert "https://auth.bas.psc.esante.gouv.fr" == named(settings, options(impersonate="bas"), 1).issuer_base


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.5", "172.18.0.2", "192.168.1.4"])
def test_a_closed_network_is_fine(host: str) -> None:
    """Loopback and private addresses."""
    check_names(options(impersonate="bas", host=host))


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (PUBLIC, f"--host {PUBLIC}: {PUBLIC} is a public address"),
        ("psc.test", "--host psc.test: with --impersonate, write the address as a number"),
    ],
)
def test_a_public_address_is_refused(host: str, said: str) -> None:
    """With the names of a government login nobody listens there; without them it is only warned of."""
    with pytest.raises(UsageError, match=said):
        check_names(options(impersonate="prod", host=host))
    check_names(options(host=host))


TRIE = """Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 127.0.0.1
        /32 host LOCAL
     |-- {}
        /32 host LOCAL
     |-- 8.8.4.255
        /32 link BROADCAST
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRIE.format("172.18.0.2"), None),
        (TRIE.format(PUBLIC), f"--host 0.0.0.0: {PUBLIC} is a public address"),
        ("nothing that we know", "--host 0.0.0.0: 0.0.0.0 is a public address"),
        (None, "--host 0.0.0.0: with --impersonate, name one address"),
    ],
)
def test_every_address_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, said: str | None
) -> None:
    """A container listens on all it has; what this machine has is read from the system."""
    if text is not None:
        (tmp_path / "trie").write_text(text)
    monkeypatch.setattr(names, "_LOCAL_ADDRESSES", tmp_path / "trie")
    asked = options(impersonate="bas", host=names.EVERY_ADDRESS)
    if said is None:
        check_names(asked)
        return

    with pytest.raises(UsageError, match=said):
        check_names(asked)


def test_this_machine_says_its_addresses() -> None:
    """On Linux, loopback among them."""
    assert ipaddress.ip_address("127.0.0.1") in names._addresses_of_this_machine(names._LOCAL_ADDRESSES)


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("auth.bas.psc.esante.gouv.fr", True),
        ("esante.gouv.fr", True),
        ("psc.test", False),
        ("notesante.gouv.fr", False),
    ],
)
def test_pscs_own_names_are_warned_of(capsys: pytest.CaptureFixture[str], host: str, *, warned: bool) -> None:
    """Whoever goes under them must know it; everybody else is left in peace."""
    terminal = Terminal(Console(width=400), "en")
    warn_of_impersonation(Settings(issuer_base=f"https://{host}", wallet_base="https://w.test"), terminal)

    assert warned is ("WARNING: this simulator answers under host names of Pro" in capsys.readouterr().out)
