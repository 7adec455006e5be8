from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from conformance.descriptor import read_file
from conformance.miniatures.server import portal_toml
from tests.containers.sites import BASE
from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from docker import DockerClient

CI = ROOT / "ci"
CHECK = Path(sys.executable).with_name("check-jsonschema")
SHIM = """#!/usr/bin/env bash
# compose as a plugin of docker, where only the older program of its own is there
if [ "$1" = compose ]; then exec docker-compose "${@:2}"; fi
exec %s "$@"
"""


def yaml(path: Path) -> Any:
    """Return what a YAML file holds."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def gitlab() -> str:
    """Return the commands of the GitLab template: its list is one script."""
    return "\n".join(yaml(CI / "gitlab-ci.yml")["psc-conformance"]["script"])


def github(number: int = 0) -> str:
    """Return the commands of one step of the GitHub template."""
    return str(yaml(CI / "github" / "action.yml")["runs"]["steps"][number]["run"]).strip()


def jenkins() -> str:
    """Return the script of the Jenkins template, as Jenkins writes it into a file and starts that."""
    found = re.search(r"sh '''(.*?)'''", (CI / "Jenkinsfile").read_text(encoding="utf-8"), re.DOTALL)

    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.compose-spec", ROOT / "compose.yaml"),
        ("vendor.compose-spec", ROOT / "compose.psc-hosts.yaml"),
        ("vendor.gitlab-ci", CI / "gitlab-ci.yml"),
        ("vendor.github-actions", CI / "github" / "action.yml"),
    ],
)
def test_the_file_keeps_to_its_schema(schema: str, path: Path) -> None:
    """The schema that ships with the checker, offline, finds nothing."""
    done = subprocess.run(
        [CHECK, "--builtin-schema", schema, path], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_three_templates_run_the_same_commands() -> None:
    """In the same order; Jenkins needs to be told its shell and its strictness."""
    commands = gitlab().splitlines()
    shebang, strict, *theirs = [line.strip() for line in jenkins().strip().splitlines()]

    assert commands == github().splitlines() == theirs
    assert ("#!/usr/bin/env bash", "set -euo pipefail") == (shebang, strict)
    assert ["docker compose up --detach fournisseur portail", "docker compose run --rm suite"] == commands[-2:]


def test_every_template_brings_the_reports_home() -> None:
    """JUnit for all, SARIF and the summary where the platform shows them, also when the suite failed.

    What the containers wrote comes home even when there is no report: no step before it stumbles over that.
    """
    job = yaml(CI / "gitlab-ci.yml")["psc-conformance"]["artifacts"]
    steps = yaml(CI / "github" / "action.yml")["runs"]["steps"][1:]
    post = (CI / "Jenkinsfile").read_text(encoding="utf-8").partition("always {")[2]

    assert ("always", "psc-report/junit.xml") == (job["when"], job["reports"]["junit"])
    wanted = ("psc-report/summary.md", "psc-report/report.sarif")
    assert [*(f"always() && hashFiles('{name}') != ''" for name in wanted), "always()"] == [
        step["if"] for step in steps
    ]
    assert "psc-report/report.sarif" == steps[1]["with"]["sarif_file"]
    assert [] == [name for name in ("junit.xml", "report.sarif", "psc-report/**") if name not in post]
    assert post.strip().startswith("archiveArtifacts")
    assert "allowEmptyResults: true" in post


def test_compose_publishes_nothing_and_has_no_way_out() -> None:
    """No service has a port on the host, the network is closed, and ours have no capability and no place to write."""
    whole = yaml(ROOT / "compose.yaml")

    assert [] == [name for name, service in whole["services"].items() if "ports" in service]
    assert whole["networks"]["psc"]["internal"] is True
    own = [whole["services"][name] for name in ("fournisseur", "suite")]
    assert [(["ALL"], True)] * 2 == [(service["cap_drop"], service["read_only"]) for service in own]


def test_the_descriptor_beside_it_is_the_small_portals() -> None:
    """The file that a pipeline starts from can be read, and is what the small portal needs."""
    text = (CI / "portal.toml").read_text(encoding="utf-8")

    assert BASE == read_file(CI / "portal.toml").base_url
    assert portal_toml(BASE, name="portail", registered=False) == text.partition("\n")[2]


@pytest.fixture
def checkout(tmp_path: Path, image: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vendor's repository with the compose file and the descriptor, and docker with compose at hand."""
    for name in ("compose.yaml", "compose.psc-hosts.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "ci").mkdir()
    shutil.copy(CI / "portal.toml", tmp_path / "ci")
    docker = shutil.which("docker")
    if subprocess.run([str(docker), "compose", "version"], capture_output=True, check=False, timeout=20).returncode:
        shim = tmp_path / "bin" / "docker"
        shim.parent.mkdir()
        shim.write_text(SHIM % docker, encoding="utf-8")
        shim.chmod(0o755)
        monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    for name, value in {
        "PSC_IMAGE": image,
        "PSC_PORTAL_IMAGE": image,
        "PSC_SELECT": "idt.iss.*",
        "PSC_LANG": "en",
        "COMPOSE_PROJECT_NAME": f"psc{os.getpid()}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary-of-the-job.md"),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def execute(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a template's commands as its platform does: one strict shell."""
    shell = shutil.which("bash") or "bash"
    return subprocess.run(
        [shell, "-eo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker", "compose")
def test_a_pipeline_is_green_for_a_correct_portal(checkout: Path, engine: DockerClient) -> None:
    """GitLab's commands, in their order: exit code 0, the reports are there, nothing is left running."""
    done = execute(gitlab(), checkout)

    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.name for path in (checkout / "psc-report").iterdir()}
    assert {"junit.xml", "report.sarif", "summary.md", "containers.log"} <= names
    assert [] == engine.containers.list(all=True, filters={"label": f"com.docker.compose.project=psc{os.getpid()}"})


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker", "compose")
def test_a_pipeline_is_red_for_a_portal_with_a_defect(
    checkout: Path, engine: DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub's steps, under PSC's own names: the suite's exit code comes through, the summary says what failed."""
    monkeypatch.setenv("COMPOSE_FILE", "compose.yaml:compose.psc-hosts.yaml")
    monkeypatch.setenv("PSC_PORTAL_FAULT", "never_compares_iss")
    done = execute(github(), checkout)
    shown = execute(github(1), checkout)

    assert (1, 0) == (done.returncode, shown.returncode), done.stdout + done.stderr + shown.stderr
    assert "`idt.iss.wrong`" in (checkout / "summary-of-the-job.md").read_text(encoding="utf-8")
    assert "ATTENTION" in (checkout / "psc-report" / "containers.log").read_text(encoding="utf-8")
    assert "https://auth.bas.psc.esante.gouv.fr" in (checkout / "psc-report" / "events.jsonl").read_text(
        encoding="utf-8"
    )
    junit = ET.parse(checkout / "psc-report" / "junit.xml").getroot()  # noqa: S314  # our own file
    sarif = json.loads((checkout / "psc-report" / "report.sarif").read_text(encoding="utf-8"))
    assert "1" == junit.get("failures")
    assert ["idt.iss.wrong"] == [one["ruleId"] for one in sarif["runs"][0]["results"]]


@pytest.mark.container
@pytest.mark.integration
@pytest.mark.requires("docker", "compose")
def test_a_pipeline_whose_portal_never_becomes_healthy_is_red_and_cleans_up(
    checkout: Path, engine: DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jenkins' script, started as Jenkins does: no suite, the log says why, nothing is left running."""
    monkeypatch.setenv("PSC_PORTAL_FAULT", "no_such_defect")
    script = checkout / "script.sh"
    script.write_text(jenkins(), encoding="utf-8")
    script.chmod(0o755)
    done = subprocess.run([script], cwd=checkout, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode != 0
    assert "no_such_defect" in (checkout / "psc-report" / "containers.log").read_text(encoding="utf-8")
    assert not (checkout / "psc-report" / "junit.xml").exists()
    assert [] == engine.containers.list(all=True, filters={"label": f"com.docker.compose.project=psc{os.getpid()}"})


@pytest.mark.container
@pytest.mark.requires("docker", "compose")
def test_compose_says_which_secret_is_missing(checkout: Path, engine: DockerClient) -> None:
    """Without the variables nothing starts."""
    done = execute("unset PSC_CLIENT_SECRET; docker compose up --detach", checkout)

    assert done.returncode != 0
    assert "PSC_CLIENT_SECRET" in done.stderr
    assert "set it to a long random text" in done.stderr
