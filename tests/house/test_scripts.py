"""The scripts that set a machine up say what is missing instead of failing in the middle."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.house.inventory import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = sorted([*(ROOT / "scripts").glob("*.sh"), ROOT / ".ci" / "run"])


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder for PATH with the ordinary tools, but no Python and no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "cat", "dirname", "env", "id", "mktemp", "rm"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    return folder


def script(name: str, *arguments: str, path: Path, **environment: str) -> tuple[int, str]:
    """Run one of our scripts with only that folder on its PATH; return the exit code and what it complained about."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", ROOT / "scripts" / name, *arguments],
        env={"PATH": str(path), "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_executable_and_stop_at_the_first_failure(path: Path) -> None:
    """Each has a shebang, the executable bit, strict mode, and parses."""
    text = path.read_text(encoding="utf-8")

    assert text.startswith("#!/usr/bin/env bash\n# ")
    assert "set -euo pipefail" in text
    assert os.access(path, os.X_OK)
    subprocess.run([shutil.which("bash") or "bash", "-n", path], check=True)


def test_without_python_the_remedy_is_said(bare_path: Path) -> None:
    """A machine without Python 3.11 learns what to install."""
    code, said = script("bootstrap.sh", "runtime", path=bare_path)

    assert code == 2
    assert "Python 3.11 or newer is needed" in said
    assert "apt-get install python3 python3-venv" in said


def test_an_old_python_is_as_good_as_none(bare_path: Path) -> None:
    """An interpreter that answers 'too old' is passed over."""
    old = bare_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)

    assert script("bootstrap.sh", "runtime", path=bare_path)[0] == 2


def test_an_unknown_set_is_refused(bare_path: Path) -> None:
    """A misspelt argument is a usage error."""
    code, said = script("bootstrap.sh", "production", path=bare_path)

    assert (2, True) == (code, "use 'runtime' or 'dev'" in said)


def test_nothing_is_installed_when_told_not_to(bare_path: Path) -> None:
    """The remedy is printed, and the exit code says that something is missing."""
    code, said = script("system-packages.sh", "browser", path=bare_path, PSC_SYSTEM_PACKAGES="no")

    assert (3, True) == (code, "sudo apt-get install chromium" in said)


@pytest.mark.parametrize(
    ("purpose", "package"),
    [
        ("pyscard", "gcc"),
        ("pcsc", "opensc"),
        ("screen", "xdotool"),
        ("screen", "libnss3-tools"),
        ("node", "nodejs npm"),
    ],
)
def test_what_a_purpose_needs_is_named(bare_path: Path, purpose: str, package: str) -> None:
    """Each purpose knows its packages."""
    code, said = script("system-packages.sh", purpose, path=bare_path, PSC_SYSTEM_PACKAGES="no")

    assert (3, True) == (code, package in said)


def test_a_machine_without_apt_is_left_alone(bare_path: Path) -> None:
    """Elsewhere than on Debian the script only talks."""
    code, said = script("system-packages.sh", "browser", path=bare_path)

    assert (3, True) == (code, "your system's package manager" in said)


def test_an_unknown_purpose_is_refused(bare_path: Path) -> None:
    """A misspelt purpose is a usage error too."""
    code, said = script("system-packages.sh", "brwser", path=bare_path)

    assert (2, True) == (code, "unknown purpose 'brwser'" in said)
