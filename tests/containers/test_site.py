from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.containers import Names, Site, SiteError
from conformance.containers.engine import log_of
from conformance.exit_codes import ExitCode
from tests.conformance.reports.published import har_complaints, sarif_complaints
from tests.containers.sites import DESCRIPTOR, leftovers, miniature, miniature_for_psc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docker import DockerClient

pytestmark = [pytest.mark.container, pytest.mark.integration, pytest.mark.requires("docker")]


ASK = """
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Host": sys.argv[2]})).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


@pytest.fixture
def site_of(image: str, engine: DockerClient, tmp_path: Path) -> Callable[..., Site]:
    """Makes sites with their logs in this test's folder."""

    def make(*more: str, **changed: Any) -> Site:
        return Site(miniature(*more, **changed), image=image, logs=tmp_path / "logs")

    return make


def test_the_suite_in_one_container_against_a_portal_in_another(
    site_of: Callable[..., Site], engine: DockerClient, tmp_path: Path
) -> None:
    """One issuer address is right for the browser and for the portal's own calls; the correct portal passes.

    Nothing is published, another name for the same machine is refused, and the control API wants its token.
    """
    discovery = "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
    with site_of() as site:
        result = site.run(DESCRIPTOR, tmp_path / "report", "--select", "idt.iss.*", "--select", "req.*", "--lang", "en")

        assert ExitCode.CLEAN == result.code, result.output
        published = [port for port in site.provider.attrs["NetworkSettings"]["Ports"].values() if port]
        answers = [
            site.provider.exec_run(["python", "-c", ASK, f"http://127.0.0.1:8080{path}", host]).output
            for path, host in (
                (discovery, "psc.test:8080"),
                (discovery, "evil.test:8080"),
                ("/_control/v1/status", "psc.test:8080"),
            )
        ]

    assert ([], [b"200\n", b"421\n", b"401\n"]) == (published, answers)

    report = tmp_path / "report"
    issuers = {json.loads((report / "events.jsonl").read_text().splitlines()[0])["provider"]["issuer"]}

    assert {"http://psc.test:8080/auth/realms/esante-wallet"} == issuers
    assert [] == sarif_complaints(json.loads((report / "report.sarif").read_text()))
    assert [] == har_complaints(json.loads((report / "exchanges.har").read_text()))
    assert [] == leftovers(engine)


def test_a_provider_that_is_killed_in_mid_run_leaves_a_partial_report(
    site_of: Callable[..., Site], engine: DockerClient, tmp_path: Path
) -> None:
    """Exit code 4, what was played before is in every report, and nobody can take it for a whole run."""
    with site_of() as site:
        suite = site.begin(DESCRIPTOR, tmp_path / "report", "--select", "req.*", "--select", "idt.*", "--lang", "en")
        for line in suite.lines():
            if "✓" in line:
                site.provider.kill()
                break
        result = suite.wait(120)

    assert ExitCode.HARNESS == result.code, result.output
    events = [json.loads(line) for line in (tmp_path / "report" / "events.jsonl").read_text().splitlines()]
    played = [event for event in events if event["kind"] == "verdict"]
    summary = (tmp_path / "report" / "summary.md").read_text()
    sarif = json.loads((tmp_path / "report" / "report.sarif").read_text())

    assert played
    assert [event for event in events if event["kind"] == "error"]
    assert summary.startswith("## ❌ ")
    assert "Harness errors" in summary
    assert not sarif["runs"][0]["invocations"][0]["executionSuccessful"]
    assert [] == leftovers(engine)


def test_a_portal_that_ends_at_once_is_noticed_and_its_log_is_kept(
    site_of: Callable[..., Site], engine: DockerClient, tmp_path: Path
) -> None:
    """No waiting for the dead; the message says where the log is; nothing is left behind."""
    with (
        pytest.raises(SiteError, match=r"portal: ended with code 2 before it was ready; its log is in .*logs"),
        site_of("--fault", "no_such_defect"),
    ):
        pytest.fail("the site must not open")

    assert "no_such_defect" in (tmp_path / "logs" / "portal.log").read_text()
    assert [] == leftovers(engine)


def test_a_portal_that_never_answers_is_not_waited_for_for_ever(
    site_of: Callable[..., Site], engine: DockerClient
) -> None:
    """It listens elsewhere than its description says."""
    with (
        pytest.raises(SiteError, match=r"portal: http://portail.test:9999/ did not answer within 1 s"),
        site_of(port=9999, ready_seconds=1.0),
    ):
        pytest.fail("the site must not open")

    assert [] == leftovers(engine)


def test_a_failure_in_the_block_keeps_the_logs_without_secrets(
    site_of: Callable[..., Site], engine: DockerClient, tmp_path: Path
) -> None:
    """What the containers wrote is there, the drawn secrets are not, and everything is removed."""
    opened = site_of(command=("-c", "import os; print('the secret is', os.environ['SECRET'], flush=True); import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=8081)"), entrypoint=("python",))  # fmt: skip  # noqa: E501
    with pytest.raises(RuntimeError, match="something of the test's own"), opened:
        raise RuntimeError("something of the test's own")

    written = {path.name: path.read_text() for path in (tmp_path / "logs").iterdir()}

    assert {"provider.log", "portal.log"} == set(written)
    assert "SIMULATEUR" in written["provider.log"]
    assert "the secret is ‹PSC_CLIENT_SECRET›" in written["portal.log"]
    assert [] == leftovers(engine)


def test_a_portal_with_pscs_own_names_compiled_in(image: str, engine: DockerClient, tmp_path: Path) -> None:
    """Over https under PSC's sandbox names, in the closed network only: a login works, and the provider warns."""
    with Site(miniature_for_psc(), image=image, names=Names.of_psc(), logs=tmp_path / "logs") as site:
        result = site.run(DESCRIPTOR, tmp_path / "report", "--select", "idt.iss.wrong", "--lang", "en")
        log = log_of(site.provider)

    started = json.loads((tmp_path / "report" / "events.jsonl").read_text().splitlines()[0])

    assert ExitCode.CLEAN == result.code, result.output
    assert "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet" == started["provider"]["issuer"]
    assert "sous des noms d'hôte de Pro Santé Connect" in log
    assert [] == leftovers(engine)
