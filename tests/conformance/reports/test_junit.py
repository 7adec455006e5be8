"""JUnit for continuous integration: well-formed whatever a portal shows, and as Jenkins' schema has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.events import read_events
from conformance.outcome import Verdict
from conformance.reports import junit, read_run
from tests.conformance.reports.sample_run import end, every_verdict, run_of, scenario, start

if TYPE_CHECKING:
    from tests.conformance.real_run import RealRun

HOSTILE = "\x00\x01\x0b\x1b[31m\ud800\ufffe]]></failure><x/>&amp;&#0;\"'\t\n\U0001f4a9"
ERROR = {"kind": "error", "where": "scenarios/test_x.py", "what": "WorkstationError"}

# What junit-10.xsd of Jenkins' xUnit plugin says of the elements that are written: children, attributes, required ones.
RULES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "disabled", "errors"}, set()),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"name", "tests"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, {"name", "value"}),
    "testcase": (
        {"properties", "skipped", "error", "failure", "system-out", "system-err"},
        {"name", "assertions", "time", "classname", "status", "class", "file", "line"},
        {"name"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def read(text: str) -> ET.Element:
    """Return the root of a report."""
    return ET.fromstring(text.encode("utf-8"))  # noqa: S314  # our own text


def complaints(element: ET.Element) -> list[str]:
    """Return what is not as the schema has it."""
    children, attributes, required = RULES.get(element.tag, (set(), set(), set()))
    found = [f"{element.tag}: unknown"] if element.tag not in RULES else []
    found += [f"{element.tag}: child {one.tag}" for one in element if one.tag not in children]
    found += [f"{element.tag}: attribute {name}" for name in set(element.attrib) - attributes]
    found += [f"{element.tag}: no {name}" for name in required - set(element.attrib)]
    return [*found, *(one for child in element for one in complaints(child))]


def case(text: str, name: str) -> ET.Element:
    """Return the test case of a scenario."""
    return next(one for one in read(text).iter("testcase") if one.get("name") == name)


def test_it_is_as_the_schema_has_it() -> None:
    """With every verdict, and a mistake of ours."""
    assert [] == complaints(read(junit(run_of([*every_verdict()[:-1], ERROR, end()]))))


@pytest.mark.parametrize(
    ("text", "said_so"),
    [
        ("<testsuites><testcase name='x'/></testsuites>", ["testsuites: child testcase"]),
        ("<testsuite name='x'/>", ["testsuite: no tests"]),
        ("<testcase name='x' colour='red'/>", ["testcase: attribute colour"]),
        ("<warning/>", ["warning: unknown"]),
    ],
)
def test_what_is_not_is_noticed(text: str, said_so: list[str]) -> None:
    """The check itself bites."""
    assert said_so == complaints(read(text))


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [
        (Verdict.PASSED, None),
        (Verdict.FAILED, "failure"),
        (Verdict.WARNING, "system-out"),
        (Verdict.REVIEW, "system-out"),
        (Verdict.SKIPPED, "skipped"),
        (Verdict.INCONCLUSIVE, "skipped"),
    ],
)
def test_each_verdict_has_its_word(verdict: Verdict, tag: str | None) -> None:
    """JUnit knows fewer; the verdict itself stands in a property."""
    found = case(junit(run_of([start(), *scenario("idt.a", verdict), end()])), "idt.a")
    properties = {one.get("name"): one.get("value") for one in found.iter("property")}

    assert ([] if tag is None else [tag]) == [one.tag for one in found if one.tag != "properties"]
    assert verdict == properties["verdict"]
    assert "OIDC-CORE 3.1.3.7(2)" == properties["requirement"]


def test_the_declaration_names_the_encoding_it_is_written_in() -> None:
    """Not that of the machine."""
    assert junit(run_of(every_verdict())).startswith("<?xml version='1.0' encoding='utf-8'?>")


def test_counts_add_up() -> None:
    """Of the whole and of each suite, as they are in the cases."""
    root = read(junit(run_of([*every_verdict()[:-1], ERROR, end()])))
    for suite in root:
        cases = list(suite.iter("testcase"))

        assert str(len(cases)) == suite.get("tests")
        assert str(sum(one.find("failure") is not None for one in cases)) == suite.get("failures", "0")
        assert str(sum(one.find("skipped") is not None for one in cases)) == suite.get("skipped", "0")
        assert str(sum(one.find("error") is not None for one in cases)) == suite.get("errors")
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name, "0")) for suite in root))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_failure_says_how_to_mend_it(language: str) -> None:
    """In the language that was asked for."""
    failure = case(junit(run_of(every_verdict()), language), "idt.iss.wrong").find("failure")

    assert failure is not None
    assert {"fr": "vu en idt.iss.wrong", "en": "seen in idt.iss.wrong"}[language] == failure.get("message")
    assert {"fr": "corriger idt.iss.wrong", "en": "mend idt.iss.wrong"}[language] in str(failure.text)


def test_hostile_text_stays_text() -> None:
    """Signs that XML cannot hold are replaced, the rest is escaped."""
    text = junit(run_of([start(), *scenario("idt.a", Verdict.FAILED, seen_fr=HOSTILE), end()]))
    failure = case(text, "idt.a").find("failure")

    assert [] == complaints(read(text))
    assert failure is not None
    assert "\ufffd\ufffd\ufffd\ufffd[31m\ufffd\ufffd]]></failure><x/>&amp;&#0;\"'" in str(failure.get("message"))


@settings(max_examples=80)
@given(st.text(max_size=40), st.sampled_from(Verdict))
def test_whatever_stands_there_it_is_well_formed(text: str, verdict: Verdict) -> None:
    """In what was seen, in a finding, in an error's place and text, and in the profile's name."""
    changed: dict[str, Any] = {"seen_fr": text, "findings": [{"kept": False, "fr": text, "en": text}]}
    error = {"kind": "error", "where": text, "what": text}
    events = [start(profile=text), *scenario("idt.a", verdict, **changed), error, end()]

    assert [] == complaints(read(junit(run_of(events))))


def test_the_same_events_give_the_same_report() -> None:
    """Octet for octet."""
    assert junit(run_of(every_verdict())) == junit(run_of(every_verdict()))


def test_a_run_that_was_cut_off_does_not_look_whole() -> None:
    """Continuous integration would take it for a pass: an error says that the run did not end."""
    root = read(junit(run_of([start(), *scenario("idt.a", Verdict.PASSED)])))

    assert [] == complaints(root)
    assert "1" == root.get("errors")
    assert ["run"] == [one.get("name") for one in root.iter("testcase") if one.find("error") is not None]


def test_a_run_in_which_nothing_happened_is_a_report() -> None:
    """An empty one."""
    assert "0" == read(junit(run_of([start(), end()]))).get("tests")


@pytest.mark.integration
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_real_run_makes_a_report(real_run: RealRun, language: str) -> None:
    """From the log as it stands on disk."""
    text = junit(read_run(read_events((real_run.folder / "events.jsonl").read_text(encoding="utf-8"))), language)
    played = [event["scenario"] for event in real_run.events if event["kind"] == "verdict"]

    assert [] == complaints(read(text))
    assert sorted(played) == sorted(str(one.get("name")) for one in read(text).iter("testcase"))
