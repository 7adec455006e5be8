from __future__ import annotations

import pytest

from conformance.outcome import Verdict
from conformance.reports import markdown
from tests.conformance.reports.sample_run import end, every_verdict, run_of, scenario, start


def test_counts_come_first_then_what_needs_somebody() -> None:
    """One line of counts, one row for each scenario that is neither passed nor left out, failures first."""
    lines = markdown(run_of(every_verdict()), "en").splitlines()

    assert "## ❌ psc-conformance (SIMULATEUR), portail témoin" == lines[0]
    assert "❌ 1 failed · ⚠️ 1 warning · 🔍 1 to review · ∅ 1 inconclusive · – 1 not counted · ✅ 1 passed" == lines[2]
    rows = [line.split("|")[1:3] for line in lines if line.startswith("| ") and "`" in line]
    assert [
        [" ❌ ", " `idt.iss.wrong`<br>title of idt.iss.wrong "],
        [" ⚠️ ", " `req.state`<br>title of req.state "],
        [" 🔍 ", " `psc.look`<br>title of psc.look "],
        [" ∅ ", " `idt.lost`<br>title of idt.lost "],
    ] == rows


def test_a_row_says_requirement_seen_and_how_to_mend() -> None:
    """The clause is a link to its text."""
    text = markdown(run_of([start(), *scenario("a.b", Verdict.FAILED), end()]))

    assert (
        "| ❌ | `a.b`<br>titre de a.b "
        "| [OIDC\\-CORE 3.1.3.7\\(2\\)](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation) "
        "| *connecté, bonne personne*. vu en a.b | corriger a.b |"
    ) in text


def test_a_clean_run_says_so() -> None:
    """No table without rows."""
    text = markdown(run_of([start(), *scenario("a.b", Verdict.PASSED), end(0)]))

    assert "## ✅" == text[:4]
    assert "Rien à signaler." in text
    assert "|" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("Scénario", "Exigence", "échec", "profil psc")),
        ("en", ("Scenario", "Requirement", "failed", "profile psc")),
    ],
)
def test_both_languages(language: str, words: tuple[str, ...]) -> None:
    """Headings, verdicts and the foot follow the language."""
    text = markdown(run_of(every_verdict()), language)

    assert [] == [word for word in words if word not in text]
    assert "2023\\-11\\-14 22\\:13 UTC" in text


def test_a_run_that_was_cut_off_says_so_first() -> None:
    """A partial report must not be taken for a whole one, nor for a clean one."""
    text = markdown(run_of([start(), *scenario("a.b", Verdict.PASSED)]), "en")

    assert text.startswith("## ∅ ")
    assert "**Partial report:**" in text


def test_degraded_mode_is_said() -> None:
    """Without a who-am-I page much less is known."""
    text = markdown(run_of([start(degraded=True), *scenario("a.b", Verdict.PASSED), end(0)]), "en")

    assert "**Degraded mode:**" in text


def test_our_own_mistakes_are_listed_and_nothing_is_called_clean() -> None:
    """An error of the harness is no clean run, even when every verdict is one."""
    error = {
        "kind": "error",
        "where": "x.py::test_a",
        "what": "ControlFailed: nothing answers",
        "what_fr": "ControlFailed : rien",
    }
    text = markdown(run_of([start(), *scenario("a.b", Verdict.PASSED), error, end(4)]), "en")

    assert text.startswith("## ❌ ")
    assert "- x.py\\:\\:test\\_a: ControlFailed\\: nothing answers" in text
    assert "Nothing to report." not in text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a | b", "a \\| b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("[x](http://h.test)", "\\[x\\]\\(http\\://h.test\\)"),
        ("@everyone #1 `x`", "\\@everyone \\#1 \\`x\\`"),
        ("two\nlines", "two lines"),
        ("www.h.test", "www\\.h.test"),
        ("&lt;b&gt;", "\\&lt;b\\&gt;"),
    ],
)
def test_what_a_portal_shows_is_text_and_nothing_else(hostile: str, shown: str) -> None:
    """No link, picture, mention, further cell or line comes out of a portal's own words."""
    text = markdown(run_of([start(), *scenario("a.b", Verdict.FAILED, seen_fr=hostile), end()]))

    assert f"*connecté, bonne personne*. {shown} |" in text


def test_missed_findings_are_in_the_row() -> None:
    """What was not done by itself stands under what was seen."""
    findings = [{"kept": True, "fr": "fait", "en": "done"}, {"kept": False, "fr": "pas fait", "en": "not done"}]
    text = markdown(run_of([start(), *scenario("a.b", Verdict.FAILED, findings=findings), end()]))

    assert "vu en a.b<br>– pas fait |" in text
