"""What the house rules look at: the rooms of the four packages and the text files of the repository."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("mock_idp", "virtual_card", "scenarios", "conformance")

_NOT_OURS = {"__pycache__", "build", "dist", "wheelhouse", "reports", "report-html", "psc-report", "node_modules"}
_TEXT = {
    "", ".babel", ".cfg", ".css", ".html", ".in", ".js", ".json", ".jsonl", ".lock", ".md", ".mk", ".po", ".pot", ".py",
    ".sh", ".svg", ".toml", ".txt", ".xml", ".xsd", ".yaml", ".yml",
}  # fmt: skip


def rooms() -> list[Path]:
    """Return every Python file of the four packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def repository_files() -> list[Path]:
    """Return every file a checkout contains, without environments, caches and what runs leave."""
    return sorted(_walk(ROOT))


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore", ".dockerignore"}
        if hidden or path.name in _NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            found.extend(_walk(path))
        else:
            found.append(path)
    return found


def text_files() -> list[Path]:
    """Return the files of the repository that people read."""
    return [path for path in repository_files() if path.suffix in _TEXT]


def vendored(path: Path) -> bool:
    """Tell whether a file is somebody else's, kept with its licence."""
    return path.name.endswith((".min.css", ".min.js")) or path.name.startswith("LICENSE")


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of one Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """Return a path as a reader of the repository writes it."""
    return path.relative_to(ROOT).as_posix()
