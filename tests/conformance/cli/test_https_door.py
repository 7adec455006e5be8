from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest
import requests
from rich.console import Console

from conformance.cli.https_door import https_door, warn_of_impersonation
from conformance.cli.options import UsageError
from conformance.cli.seat import make_provider
from conformance.cli.terminal import Terminal
from conformance.hop import trusted
from conformance.miniatures.server import free_port
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def options(folder: Path, port: int | None, file: str = "authority.pem") -> argparse.Namespace:
    """Return what was typed."""
    return argparse.Namespace(host="127.0.0.1", https_port=port, https_authority=str(folder / file))


def terminal() -> Terminal:
    """Return a terminal that speaks English."""
    return Terminal(Console(width=400), "en")


def test_the_provider_answers_over_https_to_who_trusts_its_authority(tmp_path: Path) -> None:
    """The certificate fits the public name; without the authority nobody is served."""
    port = free_port()
    settings = Settings(issuer_base=f"https://localhost:{port}", wallet_base="https://wallet.test")
    provider, _ = make_provider(settings)
    with https_door(options(tmp_path, port), provider, terminal()), requests.Session() as session:
        session.trust_env = False
        answer = session.get(settings.discovery_url, verify=str(tmp_path / "authority.pem"), timeout=10)
        with pytest.raises(requests.exceptions.SSLError):
            session.get(settings.discovery_url, timeout=10)

    assert (200, settings.issuer) == (answer.status_code, answer.json()["issuer"])


@pytest.mark.parametrize(
    ("base", "file", "complaint"),
    [
        ("http://localhost", "a.pem", "--https-port: write --issuer-base and --wallet-base with https://"),
        ("https://localhost", "no/such/a.pem", "--https-authority .* cannot be written"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, base: str, file: str, complaint: str) -> None:
    """The option at fault and what to write."""
    provider, _ = make_provider(Settings(issuer_base=base, wallet_base=base))

    with (
        pytest.raises(UsageError, match=complaint),
        https_door(options(tmp_path, free_port(), file), provider, terminal()),
    ):
        pytest.fail("the door must not open")


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
    warn_of_impersonation(Settings(issuer_base=f"https://{host}", wallet_base="https://w.test"), terminal())

    assert warned is ("WARNING: this simulator answers under host names of Pro" in capsys.readouterr().out)


def test_the_suite_trusts_the_file_that_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable the usual authorities hold."""
    monkeypatch.delenv("PSC_AUTHORITY_FILE", raising=False)
    usual = trusted()
    monkeypatch.setenv("PSC_AUTHORITY_FILE", "/x/authority.pem")

    assert (True, "/x/authority.pem") == (usual, trusted())
