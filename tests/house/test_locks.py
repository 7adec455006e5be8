"""The lock files hold names, versions and hashes, and nothing else."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house.inventory import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z,]+\])?==([0-9][^\s;]*)(?: ; [^\\]+?)?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(text: str) -> dict[str, str]:
    """Return name -> version of a lock, or raise ValueError on a line that is neither a pin nor a hash."""
    found: dict[str, str] = {}
    hashed: set[str] = set()
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if pin := PIN.match(line):
            name = pin[1]
            found[name] = pin[3]
        elif HASH.match(line):
            hashed.add(name)
        else:
            msg = f"line {number} is neither a pinned package nor a hash: {line!r}"
            raise ValueError(msg)
    if bare := found.keys() - hashed:
        msg = f"no hash for: {', '.join(sorted(bare))}"
        raise ValueError(msg)
    return found


def locked(name: str) -> dict[str, str]:
    """Return the pins of a lock file of the repository."""
    return pins((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_names_versions_and_hashes(name: str) -> None:
    """Every line is a pin or a hash; no address of any kind."""
    text = (ROOT / name).read_text(encoding="utf-8")

    assert len(pins(text)) >= 20
    assert "http" not in re.sub(r"^[a-z0-9-]*http[a-z0-9-]*==", "", text, flags=re.MULTILINE)
    assert "://" not in text


def test_no_lock_of_a_portal_holds_an_address() -> None:
    """Neither of a registry nor of whoever wants money: npm writes both unless told."""
    locks = sorted((ROOT / "tests" / "portals").glob("*/package-lock.json"))

    assert locks
    assert [] == [lock.parent.name for lock in locks if "://" in lock.read_text(encoding="utf-8")]


def test_the_development_lock_agrees_with_the_runtime_lock() -> None:
    """What is tested is what is run: the same versions, and more."""
    runtime, development = locked("requirements.lock"), locked("requirements-dev.lock")

    assert runtime == {name: development[name] for name in runtime}
    assert len(development) > len(runtime)


def test_the_readers_library_is_locked_alone() -> None:
    """Pyscard with its hashes, and what it is built with beside the other tools; atheris likewise."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = set(map(_bare, project["dependency-groups"]["card-build"]))

    assert ["pyscard"] == list(locked("requirements-card.lock"))
    assert ["atheris"] == list(locked("requirements-fuzz.lock"))
    assert ["pyscard"] == [_bare(one) for one in project["project"]["optional-dependencies"]["card"]]
    assert set() == tools - locked("requirements-dev.lock").keys()


def test_every_declared_dependency_is_locked() -> None:
    """A dependency added to the project file without a new lock is found here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    base = set(map(_bare, project["project"]["dependencies"] + project["dependency-groups"]["build"]))
    groups = project["dependency-groups"]["dev"]
    development = base | {_bare(entry) for entry in groups if isinstance(entry, str)}

    assert set() == base - locked("requirements.lock").keys()
    assert set() == development - locked("requirements-dev.lock").keys()


def _bare(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("flask==3.1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n-i https://example.org\n", "line 3"),
        ("flask>=3.1\n", "line 1"),
        ("flask==3.1.0\n", "no hash for: flask"),
    ],
)
def test_the_rule_itself_bites(text: str, complaint: str) -> None:
    """An address, a range and a missing hash are each refused."""
    with pytest.raises(ValueError, match=complaint):
        pins(text)
