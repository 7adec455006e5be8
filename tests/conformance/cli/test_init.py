"""`psc-conformance init`, then `run` on what it wrote, against a portal that runs in another thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.cli import main
from conformance.cli.seat import SUITE_SETTINGS, running_seat
from conformance.descriptor import read_file
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.server import run_portal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

SECRET = "un-secret-fictif-0123456789"


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """A correct portal and the provider that it is connected to, which does not know it yet."""
    monkeypatch.setenv("PSC_CLIENT_SECRET", SECRET)
    with running_seat(SUITE_SETTINGS) as seat:
        settings = seat.provider.settings
        config = PortalConfig(
            issuer=settings.issuer,
            discovery_url=settings.discovery_url,
            client_id="portail-a-decrire",
            client_secret=SECRET,
            public_base_url="replaced",
        )
        with run_portal(config) as base:
            yield base, seat.url


def test_what_init_writes_run_accepts(portal: tuple[str, str], tmp_path: Path) -> None:
    """The file holds everything, and a scenario passes with it."""
    base, provider = portal
    target = tmp_path / "portal.toml"
    code = main(["init", base, "--provider", provider, "--output", str(target), "--lang", "en"])
    described = read_file(target)

    assert 0 == code
    assert described.probe is not None
    assert (base + "/login", base + "/logout", "POST") == (described.login, described.logout, described.logout_method)
    assert ("/identifier", "/claims") == (
        described.probe.identity.where,
        (described.probe.claims or described.probe.identity).where,
    )
    assert SECRET not in target.read_text(encoding="utf-8")

    played = main(["run", str(target), "--select", "idt.iss.*", "--report-dir", str(tmp_path / "r"), "--lang", "en"])

    assert 0 == played
    assert (tmp_path / "r" / "report.html").is_file()


def test_a_file_is_not_overwritten(portal: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is lost: the user is told about --force."""
    target = tmp_path / "portal.toml"
    target.write_text("precious", encoding="utf-8")
    code = main(["init", portal[0], "--provider", portal[1], "--output", str(target), "--lang", "en"])

    assert (2, "precious") == (code, target.read_text(encoding="utf-8"))
    assert "--force" in capsys.readouterr().out


def test_an_unknown_portal_without_secret_is_told_what_to_do(
    portal: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider does not know the client, and the remedy is named."""
    monkeypatch.delenv("PSC_CLIENT_SECRET")
    code = main(["init", portal[0], "--provider", portal[1], "--output", str(tmp_path / "p.toml"), "--lang", "en"])

    assert 2 == code
    assert "set PSC_CLIENT_SECRET" in " ".join(capsys.readouterr().out.split())


def test_a_portal_that_is_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, in French."""
    with running_seat(SUITE_SETTINGS) as seat:
        code = main(
            ["init", "http://127.0.0.1:9", "--provider", seat.url, "--output", str(tmp_path / "p"), "--lang", "fr"]
        )

    assert 3 == code
    assert "ne mène à un fournisseur" in capsys.readouterr().out


def test_an_address_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """The argument is named."""
    assert 2 == main(["init", "portail", "--lang", "en"])
    assert "URL: 'portail' is no address" in capsys.readouterr().out
