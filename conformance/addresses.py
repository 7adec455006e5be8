"""Where in ``portal.toml`` each address of the portal stands: what a finding can point at, line by line.

A portal under test has no source here, and tools that follow findings want a file and a line; the line that gives the
address in question is the honest answer.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.descriptor import Descriptor

_TABLE: Final = re.compile(r"\s*\[\s*([A-Za-z_]+)\s*\]\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*([A-Za-z_]+)\s*=")


def addresses_of(described: Descriptor, text: str) -> list[dict[str, Any]]:
    """Return the portal's addresses, each with the key that gives it and its line, the most telling one first.

    Args:
        described: the portal.
        text: of its file; an address that the file leaves to its default is at the line of ``base_url``.
    """
    lines = _lines(text)
    base = lines.get("portal.base_url", 1)
    found = [
        ("portal.callback", described.callback),
        ("portal.logout", described.logout),
        ("portal.login", described.login),
        ("whoami.url", described.probe.url if described.probe else ""),
        ("portal.base_url", described.base_url),
    ]
    return [{"key": key, "url": url, "line": lines.get(key, base)} for key, url in found if url]


def shown_path(path: Path) -> str:
    """Return a path as somebody in the current folder writes it; one that lies elsewhere by its name only."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name


def _lines(text: str) -> dict[str, int]:
    """Return ``table.key`` -> line, from 1, for the keys that stand on lines of their own under plain tables."""
    table = ""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _TABLE.fullmatch(line):
            table = heading[1]
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found
