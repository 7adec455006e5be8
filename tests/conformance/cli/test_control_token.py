from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from conformance.cli import main
from conformance.cli.options import UsageError, secret_in
from conformance.cli.seat import SUITE_SETTINGS, make_provider
from conformance.cli.small_portal import demo_portal
from conformance.miniatures.server import portal_toml
from mock_idp.web.serve import Serving, bind, on_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration
NAME = "PSC_TEST_CONTROL_TOKEN"


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    """A control token, in the environment."""
    drawn = secrets.token_urlsafe(16)
    monkeypatch.setenv(NAME, drawn)
    return drawn


@pytest.fixture
def guarded(token: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A provider that wants a control token, and the descriptor of a portal connected to it."""
    listener = bind("127.0.0.1", 0)
    settings = on_port(SUITE_SETTINGS, listener.getsockname()[1])
    provider, _ = make_provider(settings, control_token=token)
    described = tmp_path / "portal.toml"
    with Serving(listener, provider), demo_portal(provider) as base:
        described.write_text(portal_toml(base), encoding="utf-8")
        yield settings.issuer_base, described


def run(url: str, described: Path, *more: str) -> int:
    """Run one scenario and return the exit code."""
    folder = str(described.parent / "report")
    chosen = ("--select", "idt.iss.wrong", "--report-dir", folder, "--lang", "en")
    return main(["run", str(described), "--provider", url, *chosen, *more])


def test_the_token_opens_the_providers_control_api(
    guarded: tuple[str, Path], token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With it the run is clean, and it stands in no report and on no screen."""
    url, described = guarded

    assert 0 == run(url, described, "--control-token-env", NAME)
    # the bundle is an archive of the same files
    reports = [path for path in (described.parent / "report").iterdir() if path.suffix != ".zip"]
    written = "".join(path.read_text(encoding="utf-8") for path in reports)
    assert "idt.iss.wrong" in written
    assert token not in written + capsys.readouterr().out


def test_without_it_the_provider_refuses(guarded: tuple[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal says what to present."""
    assert 3 == run(*guarded)
    assert "present the control token" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("token")
def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is as good as none: otherwise the door would stand open by mistake."""
    monkeypatch.setenv(NAME, "")

    with pytest.raises(UsageError, match=f"--control-token-env: {NAME} is not set; set it to a token"):
        secret_in(NAME, "--control-token-env", ("un jeton", "a token"))


def test_no_variable_is_no_secret(token: str) -> None:
    """Without the option there is nothing to read; with it, what is there."""
    assert (None, token) == (secret_in(None, "--x", ("x", "x")), secret_in(NAME, "--x", ("x", "x")))
