"""The wheel holds the four packages and all their data, and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.house.inventory import PACKAGES, ROOT

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DATA_KINDS = {".toml", ".html", ".css", ".mo", ".json", ".typed"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command of this environment and return what it printed; a failure shows everything it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a freshly built wheel and source distribution."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The wheel."""
    return built / f"psc_conformance-{VERSION}-py3-none-any.whl"


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone was installed."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def test_the_wheel_holds_four_packages_and_nothing_else(wheel: Path) -> None:
    """No tests, no configuration, no stray folder."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert {*PACKAGES, f"psc_conformance-{VERSION}.dist-info"} == tops


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    """Templates, catalogues, schemas and tables travel with the code."""
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert ours == shipped
    assert set() == DATA_KINDS - {Path(name).suffix or Path(name).name for name in shipped}


def test_the_source_distribution_holds_what_it_lists(built: Path) -> None:
    """No environment, no cache, no report."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    with tarfile.open(built / f"psc_conformance-{VERSION}.tar.gz") as archive:
        names = [Path(name) for name in archive.getnames()]

    assert {*settings["targets"]["sdist"]["only-include"], "PKG-INFO", ".gitignore"} == {
        name.parts[1] for name in names
    }
    assert [] == [name for name in names if "__pycache__" in name.parts]


def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    """The command answers with the version, and nothing of the checkout is needed."""
    said = run(installed / "bin" / "psc-conformance", "--version", cwd=tmp_path, PYTHONPATH=str(installed))

    assert VERSION in said


def test_the_installed_packages_are_the_ones_imported(installed: Path, tmp_path: Path) -> None:
    """What the test above ran came from the wheel, and the guard agrees."""
    code = "from conformance import guard; guard.check_ownership(); print(guard.__file__)"
    said = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(installed))

    assert installed / "conformance" / "guard.py" == Path(said.strip())


def test_the_scenarios_are_found_by_entry_point(installed: Path, tmp_path: Path) -> None:
    """Our own pack is found in the way anybody's pack is."""
    code = "from importlib.metadata import entry_points as e; print(*e(group='psc_conformance.scenarios').names)"
    said = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(installed))

    assert said.split() == ["builtin"]
