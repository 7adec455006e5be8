"""Where the npm packages of a portal are: outside the repository, installed by ``scripts/npm-portals.sh``."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PORTALS = Path(__file__).parent
REMEDY = "scripts/npm-portals.sh (needs node and npm; scripts/system-packages.sh node on Debian)"


def cache() -> Path:
    """Return the folder of installed packages; the script and the tests agree on it."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path(os.environ.get("HOME", "/tmp")) / ".cache")  # noqa: S108  # as the script
    return Path(home) / "psc-conformance" / "npm"


def modules(folder: Path) -> Path:
    """Return the ``node_modules`` of a portal, installed from exactly the lock file beside it."""
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:20]
    return cache() / f"{folder.name}-{lock}" / "node_modules"


def installed() -> bool:
    """Tell whether the packages of every npm portal are there."""
    return all(modules(lock.parent).is_dir() for lock in PORTALS.glob("*/package-lock.json"))
