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
from tests.conformance.reports.published import junit_complaints
from tests.conformance.reports.sample_run import end, every_verdict, run_of, scenario, start

if TYPE_CHECKING:
    from tests.conformance.real_run import RealRun

HOSTILE = "\x00\x01\x0b\x1b[31m\ud800\ufffe]]></failure><x/>&amp;&#0;\"'\t\n\U0001f4a9"
ERROR = {"kind": "error", "where": "scenarios/test_x.py", "what": "WorkstationError"}


def read(text: str) -> ET.Element:
    """Return the root of a report."""
    return ET.fromstring(text.encode("utf-8"))  # noqa: S314  # our own text


def case(text: str, name: str) -> ET.Element:
    """Return the test case of a scenario."""
    return next(one for one in read(text).iter("testcase") if one.get("name") == name)


def test_it_is_as_the_schema_has_it() -> None:
    """With every verdict, and a mistake of ours."""
    assert [] == junit_complaints(junit(run_of([*every_verdict()[:-1], ERROR, end()])))


@pytest.mark.parametrize(
    ("text", "said_so"),
    [
        ("<testsuites><testcase name='x'/></testsuites>", "Unexpected child with tag 'testcase'"),
        ("<testsuite name='x'/>", "missing required attribute 'tests'"),
        (
            "<testsuites><testsuite name='x' tests='1'><testcase name='x' colour='red'/></testsuite></testsuites>",
            "'colour'",
        ),
        ("<testsuites><testsuite name='x' tests='1'/></testsuites>", "missing required attribute 'failures'"),
        ("<warning/>", "is not an element of the schema"),
    ],
)
def test_what_is_not_is_noticed(text: str, said_so: str) -> None:
    """The check itself bites."""
    assert any(said_so in one for one in junit_complaints(text)), junit_complaints(text)


@pytest.mark.parametrize(
    ("verdict", "tag"),
    [
        (Verdict.PASSED, None),
        (Verdict.FAILED, "failure"),
        (Verdict.WARNING, None),
        (Verdict.REVIEW, None),
        (Verdict.SKIPPED, "skipped"),
        (Verdict.INCONCLUSIVE, "skipped"),
    ],
)
def test_each_verdict_has_its_word(verdict: Verdict, tag: str | None) -> None:
    """JUnit knows fewer; the verdict itself stands in the output, with the other facts, a line each."""
    found = case(junit(run_of([start(), *scenario("idt.a", verdict), end()])), "idt.a")
    lines = str(found.findtext("system-out")).splitlines()

    assert [*([] if tag is None else [tag]), "system-out"] == [one.tag for one in found]
    assert f"verdict: {verdict}" in lines
    assert "requirement: OIDC-CORE 3.1.3.7(2)" in lines
    assert (verdict in {Verdict.WARNING, Verdict.REVIEW}) == (f"{verdict.upper()}: " in "\n".join(lines))


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

    assert [] == junit_complaints(text)
    assert failure is not None
    assert "\ufffd\ufffd\ufffd\ufffd[31m\ufffd\ufffd]]></failure><x/>&amp;&#0;\"'" in str(failure.get("message"))


@settings(max_examples=80)
@given(st.text(max_size=40), st.sampled_from(Verdict))
def test_whatever_stands_there_it_is_well_formed(text: str, verdict: Verdict) -> None:
    """In what was seen, in a finding, in an error's place and text, and in the profile's name."""
    changed: dict[str, Any] = {"seen_fr": text, "findings": [{"kept": False, "fr": text, "en": text}]}
    error = {"kind": "error", "where": text, "what": text}
    events = [start(profile=text), *scenario("idt.a", verdict, **changed), error, end()]

    assert [] == junit_complaints(junit(run_of(events)))


def test_the_same_events_give_the_same_report() -> None:
    """Octet for octet."""
    assert junit(run_of(every_verdict())) == junit(run_of(every_verdict()))


def test_a_run_that_was_cut_off_does_not_look_whole() -> None:
    """Continuous integration would take it for a pass: an error says that the run did not end."""
    text = junit(run_of([start(), *scenario("idt.a", Verdict.PASSED)]))
    root = read(text)

    assert [] == junit_complaints(text)
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

    assert [] == junit_complaints(text)
    assert sorted(played) == sorted(str(one.get("name")) for one in read(text).iter("testcase"))
