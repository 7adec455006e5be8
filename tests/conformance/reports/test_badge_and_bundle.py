"""The badge says the worst that must be known; the bundle holds every report and can be checked."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.reports import badge, bundle
from tests.conformance.reports.test_run_view import run_of, scenario

FILES = {"report.html": b"<html>", "junit.xml": b"<x/>"}


def words(run: Any, language: str = "en") -> list[str]:
    """Return the words on a badge, which must be well-formed XML."""
    picture = ET.fromstring(badge(run, language))  # noqa: S314  # written here
    return [element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("verdicts", "said"), [(["passed", "passed"], "2 ✓"), (["passed", "failed"], "1 failed"), (["warning"], "0 ✓")]
)
def test_the_badge_says_failures_first(verdicts: list[str], said: str) -> None:
    """One failure hides every pass."""
    run = run_of(*(scenario(f"a.n{number}", verdict) for number, verdict in enumerate(verdicts)))

    assert ["psc-conformance core", said] == words(run)


def test_an_incomplete_run_gets_no_green_badge() -> None:
    """What was cut off is not called passed."""
    run = run_of(scenario("a.one", "passed"), end=False)

    assert "incomplet" == words(run, "fr")[1]
    assert "#1c6b3c" not in badge(run)


def test_a_profile_with_a_hostile_name_stays_text() -> None:
    """Users bring their own profiles."""
    run = run_of(scenario("a.one", "passed"))
    run.start["profile"] = '"><script>'
    try:
        assert 'psc-conformance "><script>' == words(run)[0]
    finally:
        run.start["profile"] = "core"


def test_the_manifest_has_the_hash_of_every_file() -> None:
    """And what the run was."""
    with zipfile.ZipFile(BytesIO(bundle(FILES, {"portal": "portail"}))) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        content = {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}

    assert FILES == content
    assert {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()} == manifest["sha256"]
    assert "portail" == manifest["portal"]


def test_the_same_reports_give_the_same_bundle() -> None:
    """Whatever the order and the hour."""
    backwards = dict(reversed(FILES.items()))

    assert bundle(FILES, {"a": 1}) == bundle(backwards, {"a": 1})
