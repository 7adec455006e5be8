"""The TLS ports of `serve`: everything over https, and portals' certificates, at the same port or at one of its own."""

from __future__ import annotations

import argparse
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests
from rich.console import Console

from conformance.cli.https_door import Doors, open_doors
from conformance.cli.options import UsageError
from conformance.cli.seat import make_provider
from conformance.cli.terminal import Terminal
from conformance.hop import trusted
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def options(folder: Path, **given: Any) -> argparse.Namespace:
    """Return what was typed."""
    plain = {"port": 0, "tls": False, "https_port": None, "https_authority": str(folder / "authority.pem")}
    return argparse.Namespace(
        host="127.0.0.1", **{**plain, "mtls": False, "mtls_port": None, "mtls_base": None, **given}
    )


def terminal() -> Terminal:
    """Return a terminal that speaks English."""
    return Terminal(Console(width=400), "en")


def at_https(doors: Doors) -> Settings:
    """Return settings of a provider behind these doors."""
    assert doors.https is not None
    base = f"https://localhost:{doors.https.getsockname()[1]}"
    return Settings(issuer_base=base, wallet_base="https://wallet.test")


def test_the_provider_answers_over_https_to_who_trusts_its_authority(tmp_path: Path) -> None:
    """The certificate fits the public name; without the authority nobody is served."""
    with open_doors(options(tmp_path, https_port=0)) as doors, requests.Session() as session:
        settings = doors.named_in(at_https(doors))
        provider, _ = make_provider(settings)
        doors.serve(provider, terminal())
        session.trust_env = False
        answer = session.get(settings.discovery_url, verify=str(tmp_path / "authority.pem"), timeout=10)
        with pytest.raises(requests.exceptions.SSLError):
            session.get(settings.discovery_url, timeout=10)

    assert (200, settings.issuer) == (answer.status_code, answer.json()["issuer"])
    assert "" == settings.mtls_base


def test_nothing_is_written_when_nothing_was_asked_for(tmp_path: Path) -> None:
    """And nothing opened."""
    with open_doors(options(tmp_path)) as doors:
        provider, _ = make_provider(doors.named_in(Settings()))
        doors.serve(provider, terminal())

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "flag"),
    [({"https_port": 0}, "--https-port"), ({"tls": True}, "--tls"), ({"tls": True, "https_port": 0}, "--https-port")],
)
@pytest.mark.parametrize("plain", ["issuer_base", "wallet_base"])
def test_public_addresses_must_be_https(tmp_path: Path, given: dict[str, Any], flag: str, plain: str) -> None:
    """Which is not, and what to write, is said."""
    named = Settings(issuer_base="https://a.test", wallet_base="https://w.test")
    named = replace(named, **{plain: "http://p.test"})  # type: ignore[arg-type]  # names of addresses
    with (
        open_doors(options(tmp_path, **given)) as doors,
        pytest.raises(UsageError, match=f"{flag}: http://p.test is no https address; write --public-url, or --issuer"),
    ):
        doors.named_in(named)


@pytest.mark.parametrize("own_port", [False, True])
def test_tls_is_at_the_ports_of_the_options(tmp_path: Path, *, own_port: bool) -> None:
    """At --port, with nothing plain beside it; or at --https-port, and then that port is the one in the addresses."""
    with open_doors(options(tmp_path, tls=True, https_port=0 if own_port else None)) as doors:
        assert doors.https is not None
        port = doors.main_port(None)

        assert (not own_port, doors.https.getsockname()[1]) == (doors.alone, port)


def test_without_tls_the_plain_port_is_the_one(tmp_path: Path) -> None:
    """Also beside an https port, whose addresses are typed."""
    with open_doors(options(tmp_path, https_port=0)) as doors, socket.create_server(("127.0.0.1", 0)) as plain:
        assert (False, plain.getsockname()[1]) == (doors.alone, doors.main_port(plain))


@pytest.mark.parametrize(
    ("given", "mtls_base"),
    [
        ({"tls": True, "mtls": True}, "https://a.test"),
        ({"tls": True}, ""),
        ({"tls": True, "mtls_port": 0, "mtls_base": "https://m.test"}, "https://m.test"),
    ],
)
def test_where_certificates_are_presented(tmp_path: Path, given: dict[str, Any], mtls_base: str) -> None:
    """With --mtls at the issuer itself, as at PSC."""
    with open_doors(options(tmp_path, **given)) as doors:
        settings = doors.named_in(Settings(issuer_base="https://a.test", wallet_base="https://w.test"))

    assert mtls_base == settings.mtls_base


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """The option is named."""
    asked = options(tmp_path, https_port=0, https_authority=str(tmp_path / "no/such/a.pem"))
    with open_doors(asked) as doors:
        provider, _ = make_provider(doors.named_in(at_https(doors)))

        with pytest.raises(UsageError, match=r"--https-authority .* cannot be written"):
            doors.serve(provider, terminal())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mtls": True}, "--mtls: there is no https port to ask at"),
        (
            {"mtls": True, "https_port": 0, "mtls_port": 0},
            "--mtls, --mtls-port: certificates are asked for at one place",
        ),
        ({"mtls_base": "https://m.test"}, "--mtls-base: is the address of --mtls-port, which is missing"),
        ({"mtls_port": 0, "mtls_base": "http://m.test"}, "--mtls-base: 'http://m.test' is no https address"),
        ({"mtls_port": 0, "mtls_base": "https:"}, "--mtls-base: 'https:' is no https address"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    """Which to leave out or to add."""
    with pytest.raises(UsageError, match=said):
        open_doors(options(tmp_path, **given))


@pytest.mark.parametrize(
    ("flag", "beside"), [("https_port", {}), ("mtls_port", {}), ("port", {"tls": True, "https_port": None})]
)
def test_a_port_that_is_taken(tmp_path: Path, flag: str, beside: dict[str, Any]) -> None:
    """The option is named, and no other door stays open."""
    with open_doors(options(tmp_path, https_port=0)) as holder:
        assert holder.https is not None
        holder.https.listen()
        taken = holder.https.getsockname()[1]

        with pytest.raises(UsageError, match=f"--{flag.replace('_', '-')} {taken}: cannot listen there"):
            open_doors(options(tmp_path, **{"https_port": 0, flag: taken, **beside}))


def test_the_suite_trusts_the_file_that_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable the usual authorities hold."""
    monkeypatch.delenv("PSC_AUTHORITY_FILE", raising=False)
    usual = trusted()
    monkeypatch.setenv("PSC_AUTHORITY_FILE", "/x/authority.pem")

    assert (True, "/x/authority.pem") == (usual, trusted())
