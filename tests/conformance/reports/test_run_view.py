"""A run as reports see it: what to mend first, what changed, which clauses were looked at."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.clauses import find_clause
from conformance.outcome import Outcome, Verdict
from conformance.reports import html, junit, markdown, read_run, sarif
from conformance.reports.run import WORST_FIRST

START: dict[str, Any] = {
    "kind": "run",
    "schema": 1,
    "at": 1_795_000_000.0,
    "version": "0",
    "profile": "core",
    "profile_fr": "p",
    "profile_en": "p",
    "portal": {"name": "portail", "base_url": "http://127.0.0.1:1"},
    "provider": {"issuer": "i"},
    "select": [],
    "degraded": False,
}
END: dict[str, Any] = {"kind": "end", "code": 0, "counts": {}, "errors": 0, "seconds": 1.0}


def scenario(name: str, verdict: str, outcome: str = "fooled", clause: str = "OIDC-CORE 2") -> list[dict[str, Any]]:
    """Return the two events of a scenario."""
    found = find_clause(clause)
    card = {
        "kind": "scenario",
        "scenario": name,
        "title_fr": "t",
        "title_en": "t",
        "mend_fr": f"corriger {name}",
        "mend_en": f"mend {name}",
        "expected": "refused",
        "deviations": [],
        "clause": {
            "key": clause,
            "document": "d",
            "section": "s",
            "level": "must",
            "url": "",
            "gist_fr": found.gist_fr,
            "gist_en": found.gist_en,
        },
    }
    judged: dict[str, Any] = {
        "kind": "verdict",
        "scenario": name,
        "outcome": outcome,
        "verdict": verdict,
        "level": "must",
        "reason": "r",
        "expected_fr": "e",
        "expected_en": "e",
        "seen_fr": "s",
        "seen_en": "s",
        "findings": [],
        "exception": None,
        "known": None,
        "recovered": None,
        "told": [],
        "attempts": [],
        "seconds": 0.1,
    }
    return [card, judged]


def run_of(*scenarios: list[dict[str, Any]], end: bool = True) -> Any:
    """Return a run with these scenarios."""
    return read_run([START, *(event for one in scenarios for event in one), *([END] if end else [])])


def test_the_worst_is_mended_first() -> None:
    """A portal that was fooled comes before one that was rude; what passed is not mended."""
    run = run_of(
        scenario("a.rude", "failed", "broke"),
        scenario("a.fine", "passed", "refused"),
        scenario("a.fooled", "failed", "fooled"),
        scenario("a.warned", "warning", "fooled"),
    )

    assert ["a.fooled", "a.rude"] == [one.id for one in run.to_mend]
    assert set(Outcome) == set(WORST_FIRST)


def test_what_changed_is_told_with_what_was_before() -> None:
    """A new scenario has no verdict before; one that stayed the same is not named."""
    before = run_of(scenario("a.same", "passed"), scenario("a.mended", "failed"), scenario("a.gone", "failed"))
    now = run_of(scenario("a.same", "passed"), scenario("a.mended", "passed"), scenario("a.new", "failed"))

    assert [("a.mended", Verdict.FAILED), ("a.new", None)] == [(one.id, was) for one, was in now.changes(before)]


def test_the_matrix_goes_from_clause_to_scenarios() -> None:
    """Clauses in the order of their keys, each with all its scenarios."""
    run = run_of(
        scenario("b.one", "passed", clause="RPINIT 2"),
        scenario("a.one", "passed"),
        scenario("a.two", "failed"),
    )

    assert [("OIDC-CORE 2", ["a.one", "a.two"]), ("RPINIT 2", ["b.one"])] == [
        (clause["key"], [one.id for one in told]) for clause, told in run.matrix
    ]


def test_the_page_shows_all_three() -> None:
    """Mend list, changes and requirements, and how to play one scenario again."""
    before = run_of(scenario("a.one", "passed"))
    page = html(run_of(scenario("a.one", "failed")), "en", earlier=before)

    assert "mend a.one" in page
    assert "Changed since" in page
    assert "--select a.one" in page
    assert "Requirements" in page


def test_the_page_says_when_nothing_changed() -> None:
    """An earlier run with the same verdicts."""
    run = run_of(scenario("a.one", "passed"))

    assert "Nothing changed since" in html(run, "en", earlier=run)
    assert "Nothing changed since" not in html(run, "en")


def test_a_log_without_a_beginning_is_no_run() -> None:
    """Somebody's other file is refused with a sentence."""
    with pytest.raises(ValueError, match="no 'run' event"):
        read_run([END])


def test_a_run_that_was_cut_off_says_so() -> None:
    """Without its end the report is incomplete."""
    assert "this report is incomplete" in html(run_of(scenario("a.one", "passed"), end=False), "en")


@pytest.mark.parametrize(
    ("more", "french"),
    [({"what_fr": "ControlFailed : rien ne répond"}, "ControlFailed : rien ne répond"), ({}, "ControlFailed: nothing")],
    ids=["a new log", "an old log"],
)
def test_a_mistake_of_ours_is_said_in_the_reports_language(more: dict[str, str], french: str) -> None:
    """In every report; a log of an earlier version has the English only."""
    error = {"kind": "error", "where": "x.py", "what": "ControlFailed: nothing", **more}
    run = read_run([START, error, END])

    assert french in html(run)
    assert "ControlFailed: nothing" in html(run)
    for language, text in (("fr", french), ("en", "ControlFailed: nothing")):
        for report in (junit, sarif):
            assert text in report(run, language)
        assert text.replace(":", "\\:") in markdown(run, language)
