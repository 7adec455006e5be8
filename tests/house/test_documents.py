"""The documents agree with the code: links, make targets, environment variables, command-line options, changelog."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout, suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.cli.command import parser
from tests.house.inventory import PACKAGES, ROOT, repository_files, shown

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted(path for path in repository_files() if path.suffix == ".md" and path.parts[len(ROOT.parts)] != "tests")
PROSE = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
VARIABLES = (
    re.compile(r"""(?:environ(?:\.get)?|getenv)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']"""),
    re.compile(r"\$\{([A-Z][A-Z0-9_]+):"),
)
SECTION = re.compile(r"^## `psc-conformance ([a-z-]+)[^\n]*\n(.*?)(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")

# Set by the system or by Debian's tools, and not ours to explain.
NOT_OURS = {"HOME", "PATH", "DEBIAN_FRONTEND", "COLUMNS", "LINES", "TERM", "NO_COLOR"}


def variables(text: str) -> set[str]:
    """Return the environment variables that a program or a script reads."""
    return {hit.group(1) for pattern in VARIABLES for hit in pattern.finditer(text)} - NOT_OURS


@cache
def said_by(*command: str) -> str:
    """Return what our command says about itself."""
    shown = io.StringIO()
    with redirect_stdout(shown), suppress(SystemExit):
        parser("en", command).parse_args([*command, "--help"])
    return shown.getvalue()


def subcommands() -> list[str]:
    """Return the subcommands, as the command lists them."""
    listed = re.search(r"\{([a-z,-]+)\}", said_by())

    assert listed is not None, said_by()
    return listed.group(1).split(",")


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that exists."""
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]

    assert [] == [target for target in targets if not (page.parent / target).exists()]


def test_documented_make_targets_exist() -> None:
    """Every `make …` of the documents is a target, and every target says what it does."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, flags=re.MULTILINE))
    documented = set(re.findall(r"(?:^|`)make ([a-z-]+)", PROSE, flags=re.MULTILINE))
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, flags=re.MULTILINE))

    assert len(documented) >= 3
    assert set() == documented - targets
    assert {"setup", "setup-dev", "system-packages"} == targets - explained


def test_environment_variables_are_documented() -> None:
    """Whatever is read from the environment is explained somewhere."""
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    sources += [*(ROOT / "scripts").iterdir(), ROOT / "tests" / "conftest.py"]
    read = {name for path in sources for name in variables(path.read_text(encoding="utf-8"))}

    assert read >= {"CI", "PYTHON", "PSC_SYSTEM_PACKAGES"}
    assert set() == {name for name in read if f"`{name}`" not in PROSE}


def test_subcommands_are_documented() -> None:
    """Every subcommand has a heading in the page of commands."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert len(subcommands()) >= 4
    assert [] == [name for name in subcommands() if f"## `psc-conformance {name}" not in page]


def test_command_line_options_are_documented() -> None:
    """Every option that `--help` shows is explained in the page of commands, under its subcommand."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^## `psc-conformance ([a-z-]+)[^\n]*\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    )
    silent = {
        (name, option)
        for name in subcommands()
        for option in OPTION.findall(said_by(name))
        if option != "--help" and f"`{option}" not in sections.get(name, "")
    }

    assert set() == silent


def test_documented_options_exist() -> None:
    """The page of commands promises nothing that the command does not have."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = set(OPTION.findall(said_by())) | {one for name in subcommands() for one in OPTION.findall(said_by(name))}

    assert set() == set(re.findall(r"`(--[a-z][a-z-]+)", page)) - known


def test_the_changelog_has_an_unreleased_part_with_something_in_it() -> None:
    """What is not released yet is written down as it is made."""
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## |\Z)", CHANGELOG, flags=re.MULTILINE | re.DOTALL)

    assert unreleased is not None
    assert re.findall(r"^- \S", unreleased.group(1), flags=re.MULTILINE)


def test_decisions_are_numbered_without_gaps() -> None:
    """Each decision has its own number, a status, and the three parts."""
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))

    assert [f"{number:04d}" for number in range(1, len(decisions) + 1)] == [path.name[:4] for path in decisions]
    for path in decisions:
        text = path.read_text(encoding="utf-8")

        assert text.startswith(f"# {path.name[:4]}. "), path.name
        assert all(part in text for part in ("Status: ", "## Context", "## Decision", "## Consequences")), path.name


@pytest.mark.parametrize(
    "text", ['os.environ["PSC_X"]', "os.environ.get('PSC_X', '')", 'os.getenv("PSC_X")', 'tag="${PSC_X:-no}"']
)
def test_a_variable_is_found_however_it_is_read(text: str) -> None:
    """The pattern finds the usual ways of reading the environment."""
    assert {"PSC_X"} == variables(text)
