from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.cli.seat import SUITE_SETTINGS, make_provider
from conformance.cli.small_portal import demo_portal
from conformance.exit_codes import ExitCode
from conformance.miniatures.server import portal_toml
from conformance.outcome import Verdict
from conformance.report_files import MARKDOWN_FILE
from conformance.runner import Order, run_suite
from mock_idp.web.serve import Serving, bind, on_port

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.events import Event


pytestmark = pytest.mark.integration


class Saboteur:
    """Listens to a run, and stops the provider after the first scenario."""

    def __init__(self, serving: Serving) -> None:
        """Stop this one."""
        self._serving = serving
        self.failures: list[tuple[str, str]] = []

    def begins(self, count: int) -> None:
        """Take note of nothing."""

    def played(self, card: Event, verdict: Event) -> None:
        """Stop the provider."""
        self._serving.stop()

    def failed(self, where: str, fr: str, en: str) -> None:
        """Keep what went wrong, in French and English."""
        self.failures.append((fr, en))


def test_a_run_without_its_provider_stops_and_keeps_what_it_had(tmp_path: Path) -> None:
    """One scenario was played, one noticed that nobody is there, and the other dozen are not even tried."""
    listener = bind("127.0.0.1", 0)
    settings = on_port(SUITE_SETTINGS, listener.getsockname()[1])
    provider, _ = make_provider(settings)
    described = tmp_path / "portal.toml"
    with Serving(listener, provider) as serving, demo_portal(provider) as base:
        described.write_text(portal_toml(base), encoding="utf-8")
        order = Order(
            portal=described, provider=settings.issuer_base, profile="strict", folder=tmp_path, patterns=("idt.*",)
        )
        saboteur = Saboteur(serving)
        result = run_suite(order, saboteur, steps=())

    assert ExitCode.HARNESS is result.code
    assert result.run is not None
    assert [Verdict.PASSED] == [one.ruled for one in result.run.scenarios]
    assert 1 <= len(saboteur.failures) <= 2
    french, english = saboteur.failures[-1]
    assert "rien ne répond" in french
    assert "nothing answers" in english
    assert (tmp_path / MARKDOWN_FILE).read_text(encoding="utf-8").startswith("## ❌ ")
