"""Every layer contract is broken on purpose once, and must say so by its name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.inventory import PACKAGES, ROOT

LINT = Path(sys.executable).with_name("lint-imports")
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One bad line in one room, and the contract that must notice it."""

    contract: str
    room: str
    line: str


BREAKS = (
    Break(contract="packages", room="conformance/guard.py", line="import scenarios"),
    Break(contract="packages", room="mock_idp/people.py", line="import virtual_card"),
    Break(contract="packages", room="virtual_card/tlv.py", line="import mock_idp"),
    Break(contract="packages", room="mock_idp/web/app.py", line="import conformance"),
    Break(contract="mock-idp-layers", room="mock_idp/ecps/activation.py", line="import mock_idp.web"),
    Break(contract="mock-idp-layers", room="mock_idp/artefacts.py", line="import mock_idp.settings"),
    Break(contract="mock-idp-layers", room="mock_idp/undeclared.py", line="ROOM = 1"),
    Break(contract="mock-idp-layers", room="mock_idp/protocol/server.py", line="import mock_idp.configuration"),
    Break(contract="mock-idp-layers", room="mock_idp/identifiers.py", line="import mock_idp.people"),
    Break(contract="honest-core", room="mock_idp/configuration.py", line="import mock_idp.deviations"),
    Break(contract="virtual-card-layers", room="virtual_card/state.py", line="import virtual_card.card"),
    Break(contract="virtual-card-layers", room="virtual_card/undeclared.py", line="ROOM = 1"),
    Break(contract="conformance-layers", room="conformance/judge.py", line="import conformance.runner"),
    Break(contract="conformance-layers", room="conformance/undeclared.py", line="ROOM = 1"),
    Break(contract="pure-judge", room="conformance/judge.py", line="import conformance.hop"),
    Break(contract="pure-judge", room="conformance/evidence.py", line="import time"),
    Break(contract="virtual-card-layers", room="virtual_card/reader.py", line="import virtual_card.transport"),
    Break(contract="pure-card", room="virtual_card/pins.py", line="import secrets"),
    Break(contract="pure-card", room="virtual_card/reader.py", line="import socket"),
    Break(contract="pure-card", room="virtual_card/transport/frames.py", line="import socket"),
    Break(contract="pure-card", room="virtual_card/bench.py", line="import os"),
    Break(contract="honest-core", room="mock_idp/protocol/tokens.py", line="import mock_idp.deviations"),
    Break(contract="pure-provider", room="mock_idp/ecps/approval.py", line="import random"),
    Break(contract="pure-provider", room="mock_idp/protocol/tokens.py", line="import flask"),
    Break(contract="pure-provider", room="mock_idp/deviations/apply.py", line="import time"),
    Break(contract="flask", room="conformance/guard.py", line="import flask"),
    Break(contract="fuzzing-layers", room="conformance/fuzzing/plan.py", line="import conformance.fuzzing.hunt"),
    Break(contract="fuzzing-layers", room="conformance/fuzzing/undeclared.py", line="ROOM = 1"),
    Break(contract="hypothesis", room="conformance/fuzzing/finding.py", line="import hypothesis"),
    Break(contract="pytest", room="mock_idp/web/app.py", line="import pytest"),
    Break(contract="pytest", room="conformance/containers/site.py", line="import pytest"),
    Break(contract="conformance-layers", room="conformance/containers/site.py", line="import conformance.runner"),
    Break(contract="pytest", room="conformance/lab.py", line="import pytest"),
    Break(contract="conformance-layers", room="conformance/plugin.py", line="import conformance.fixtures"),
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages and of the contracts, to be spoilt."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_no_caches)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _no_caches(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "__pycache__"}


def lint(folder: Path) -> tuple[int, str]:
    """Check the contracts of a copy, and return the exit code and what was said, on one line."""
    done = subprocess.run(
        [LINT, "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_contracts_hold(copy: Path) -> None:
    """The code as it stands keeps every contract."""
    code, said = lint(copy)

    assert (0, True) == (code, f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said), said


@pytest.mark.integration
@pytest.mark.parametrize("broken", BREAKS, ids=lambda one: f"{one.contract}:{one.room}")
def test_a_broken_contract_is_named(copy: Path, broken: Break) -> None:
    """One bad import, or one undeclared room, fails the build and says which rule it broke."""
    room = copy / broken.room
    honest = room.read_text(encoding="utf-8") if room.exists() else '"""A room nobody declared."""\n'
    room.write_text(f"{honest}\n{broken.line}\n", encoding="utf-8")
    code, said = lint(copy)

    assert code == 1, said
    assert f"{CONTRACTS[broken.contract]} BROKEN" in said


def test_every_contract_is_broken_once() -> None:
    """A contract without a test that breaks it may have been holding nothing."""
    assert set(CONTRACTS) == {broken.contract for broken in BREAKS}
