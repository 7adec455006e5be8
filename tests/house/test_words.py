"""What the repository must not contain: places of one machine, package registries, private keys."""

from __future__ import annotations

import re

import pytest

from tests.house.inventory import repository_files, shown, text_files, vendored

FEWEST_FILES = 60

# Written in pieces, so that this file does not find itself.
PLACES = re.compile(r"/wo" + r"rk/|\bfa" + r"rm\b|\.\./sha" + r"red\b|/tmp/br" + r"ief")
REGISTRIES = re.compile(
    r"py" + r"pi\.org|python" + r"hosted|npm" + r"js\.(org|com)|registry\.[a-z]+\.(io|org|com)|index-" + r"url"
)
PRIVATE_KEYS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\\?n?\s*[A-Za-z0-9+/=]{20,}"),
    re.compile(r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{40,}[\"']"),
)
KEY_FILES = {".key", ".p12", ".pfx", ".jks", ".p8"}

# The one script that names the options of the resolver.
MAY_NAME_REGISTRY_OPTIONS = {"scripts/lock.sh"}


def found(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return what a forbidden pattern matches in a text, with line numbers."""
    return [f"{text.count(chr(10), 0, hit.start()) + 1}: {hit.group(0)!r}" for hit in pattern.finditer(text)]


def offenders(pattern: re.Pattern[str]) -> list[str]:
    """Return `path:line: text` for every match in our own text files."""
    return [
        f"{shown(path)}:{hit}"
        for path in text_files()
        if not vendored(path)
        for hit in found(pattern, path.read_text(encoding="utf-8", errors="replace"))
    ]


def test_no_place_of_one_machine() -> None:
    """The repository stands alone: no path of the machine it was written on."""
    assert [] == offenders(PLACES)
    assert len(text_files()) >= FEWEST_FILES


def test_no_registry_address() -> None:
    """Where packages come from is the installer's business; nothing in the repository says."""
    hits = [hit for hit in offenders(REGISTRIES) if hit.split(":")[0] not in MAY_NAME_REGISTRY_OPTIONS]

    assert [] == hits


@pytest.mark.parametrize("pattern", PRIVATE_KEYS)
def test_no_private_key_in_a_text(pattern: re.Pattern[str]) -> None:
    """Keys are made when they are needed; none is committed."""
    assert [] == offenders(pattern)


def test_no_key_file() -> None:
    """No file with the ending of a key store either."""
    assert [] == [shown(path) for path in repository_files() if path.suffix in KEY_FILES]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PLACES, "see /wo" + "rk/main"),
        (PLACES, "on the fa" + "rm"),
        (REGISTRIES, "https://py" + "pi.org/simple"),
        (PRIVATE_KEYS[0], "-----BEGIN PRIVATE " + "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ"),
        (PRIVATE_KEYS[1], '{"d": "' + "A" * 43 + '"}'),
    ],
)
def test_the_patterns_themselves_bite(pattern: re.Pattern[str], text: str) -> None:
    """Each pattern finds the thing it is there for, and gives its line."""
    assert ["2"] == [hit.split(":")[0] for hit in found(pattern, "\n" + text)]


def test_ordinary_words_pass() -> None:
    """Words that merely look alike are left alone."""
    assert [] == found(PLACES, "pharmacien, framework/main, homework/")
