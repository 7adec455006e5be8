"""The page that a person reads: hostile text stays text, two languages, no network, the same every time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.advice import in_your_stack
from conformance.events import read_events
from conformance.markup import read_html
from conformance.outcome import Verdict
from conformance.reports import html, read_run
from conformance.texts import VERDICTS
from tests.conformance.reports.sample_run import end, every_verdict, run_of, scenario, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.events import Event
    from conformance.markup import Element
    from tests.conformance.real_run import RealRun

HOSTILE = (
    "</td></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)> {{ 7*7 }} {% raw %}"
)
FIXED = {"kind", "verdict", "outcome", "level", "reason", "role", "channel", "whoami", "expected", "scenario"}


def poisoned(value: Any, key: str = "") -> Any:
    """Return events in which every text that is not one of our words is hostile."""
    if isinstance(value, dict):
        return {name: poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, key) for inner in value]
    return HOSTILE if isinstance(value, str) and key not in FIXED else value


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the elements of a page with the names of their attributes."""
    return [(one.tag, tuple(sorted(one.attributes))) for one in read_html(page).walk() if one.tag]


def element(page: str, identifier: str) -> Element:
    """Return the element with an id."""
    return next(one for one in read_html(page).walk() if one.attributes.get("id") == identifier)


def test_hostile_text_stays_text() -> None:
    """Whatever a portal, a pack or a descriptor says, the page has the same elements as with harmless words."""
    honest, hostile = html(run_of(every_verdict())), html(run_of(poisoned(every_verdict())))
    tags = {tag for tag, _ in shape(hostile)}

    assert {"img", "svg", "script", "iframe"} & tags == set()
    assert {name for _, names in shape(hostile) for name in names} == {
        name for _, names in shape(honest) for name in names
    }
    assert "{{ 7*7 }}" in hostile
    assert "<script" not in hostile.lower()


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_whatever_stands_there_the_page_has_the_same_elements(text: str) -> None:
    """In the portal's name and in what was seen."""

    def page(word: str) -> str:
        portal = {"name": word or "x", "base_url": word}
        return html(
            run_of([start(portal=portal), *scenario("idt.a", Verdict.FAILED, seen_fr=word, seen_en=word), end()])
        )

    assert shape(page("a word")) == shape(page(text))


@pytest.mark.parametrize(
    ("verdicts", "fr", "en"),
    [
        ([], "Aucun échec sur 0 scénario.", "No failures in 0 scenarios."),
        ([Verdict.PASSED], "Aucun échec sur 1 scénario.", "No failures in 1 scenario."),
        (
            [Verdict.FAILED, Verdict.PASSED],
            "1 échec sur 2 scénarios.",
            "1 failure in 2 scenarios.",
        ),
        (
            [Verdict.FAILED, Verdict.FAILED, Verdict.WARNING, Verdict.REVIEW, Verdict.INCONCLUSIVE, Verdict.SKIPPED],
            "2 échecs sur 6 scénarios ; 3 autres à regarder.",
            "2 failures in 6 scenarios; 3 more to look at.",
        ),
    ],
)
def test_the_verdict_on_the_portal_stands_at_the_top(verdicts: list[Verdict], fr: str, en: str) -> None:
    """In one sentence, before the numbers."""
    told = [event for number, one in enumerate(verdicts) for event in scenario(f"a.b{number}", one)]
    page = html(run_of([start(), *told, end()]))
    first = next(one for one in read_html(page).walk() if "verdict" in one.attributes.get("class", "").split())

    assert f"{fr}{en}" == first.text.strip()
    assert ("failed" in first.attributes["class"]) == (Verdict.FAILED in verdicts)


def test_what_is_to_be_mended_says_how_in_each_stack() -> None:
    """Folded, beside the general remedy; what passed needs none."""
    page = html(run_of(every_verdict()))
    failed, passed = element(page, "idt.iss.wrong"), element(page, "idt.good")
    named = [one.name for one in in_your_stack("idt.iss.wrong")]

    assert len(named) == 6
    assert named == [
        one.text
        for stack in failed.walk()
        if stack.tag == "dl" and stack.attributes.get("class") == "stack"
        for one in stack.walk()
        if one.tag == "dt"
    ]
    assert all(name not in passed.text for name in named)


def test_what_passed_is_folded_away_by_document() -> None:
    """What is to be looked at stands open before it, and nothing is lost."""
    page = html(run_of(every_verdict()))
    groups = [one for one in read_html(page).walk() if "group" in one.attributes.get("class", "").split()]
    inside = [one.attributes["id"] for group in groups for one in group.walk() if one.attributes.get("class") == "case"]
    everywhere = [one.attributes["id"] for one in read_html(page).walk() if one.attributes.get("class") == "case"]

    assert ["idt.good"] == inside
    assert {"idt.iss.wrong", "req.state", "psc.look", "idt.lost", "lgt.none"} == set(everywhere) - set(inside)
    assert len(everywhere) == len(set(everywhere))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_opens_in_its_language_and_holds_both(language: str) -> None:
    """The switch is a radio button, so that it works without a script."""
    page = html(run_of(every_verdict()), language)

    assert language == next(one for one in read_html(page).walk() if one.tag == "html").attributes["lang"]
    assert "checked" in element(page, language).attributes
    assert "checked" not in element(page, "en" if language == "fr" else "fr").attributes
    for one in Verdict:
        french, english = VERDICTS[one]
        assert f'<span lang="fr">{french}</span><span lang="en">{english}</span>' in page


def test_failures_come_first_and_are_open() -> None:
    """A reader sees them without a click."""
    page = read_html(html(run_of(every_verdict())))
    cases = [one for one in page.walk() if one.tag == "details" and one.attributes.get("class", "").startswith("case")]

    assert "idt.iss.wrong" == cases[0].attributes["id"]
    assert ["idt.iss.wrong"] == [one.attributes["id"] for one in cases if "open" in one.attributes]
    assert "idt.good" == cases[-1].attributes["id"]


def test_a_page_says_that_it_comes_from_a_simulator() -> None:
    """On every page, at the top."""
    assert "SIMULATEUR" in html(run_of(every_verdict())).partition("<main>")[0]


def test_a_page_asks_the_network_for_nothing() -> None:
    """Its own policy forbids it, and there is no address to load from: only links that a person may follow."""
    page = html(run_of(every_verdict()))
    policy = next(
        one for one in read_html(page).walk() if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )

    assert policy.attributes["content"].startswith("default-src 'none'")
    assert [] == re.findall(r"\b(?:src|srcset|data|action|poster)=", page)
    assert [] == re.findall(r"@import|url\(", page)
    assert [] == [
        one for one in read_html(page).walk() if one.tag in {"link", "script", "iframe", "object", "embed", "form"}
    ]


def test_the_same_events_give_the_same_page() -> None:
    """Octet for octet; no clock, no randomness."""
    assert html(run_of(every_verdict())) == html(run_of(every_verdict()))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_run_that_was_cut_off_says_so(language: str) -> None:
    """In both languages, and shows what there is."""
    page = html(run_of(every_verdict()[:-1]), language)

    assert "Exécution interrompue : ce rapport est incomplet." in page
    assert "The run was cut off: this report is incomplete." in page
    assert "idt.iss.wrong" in page
    assert "ce rapport est incomplet" not in html(run_of(every_verdict()), language)


def cuts(events: list[Event]) -> Iterator[list[Event]]:
    """Return every beginning of a run."""
    yield from (events[:length] for length in range(1, len(events) + 1))


def test_wherever_a_run_was_cut_off_there_is_a_page() -> None:
    """Also between a card and its verdict: then that scenario is not shown as judged."""
    told = [len(run_of(events).scenarios) for events in cuts(every_verdict())]
    pages = [html(run_of(events)) for events in cuts(every_verdict())]

    assert sorted(told) == told
    assert 0 == told[0]
    assert all("</html>" in page for page in pages)


def test_a_degraded_run_says_how_little_is_known() -> None:
    """At the top."""
    page = html(run_of([start(degraded=True), end()]))

    assert "Mode dégradé" in page
    assert "Degraded mode" in page
    assert "Mode dégradé" not in html(run_of(every_verdict()))


def test_errors_of_ours_are_shown() -> None:
    """With where and what."""
    error = {"kind": "error", "where": "scenarios/test_x.py", "what": "WorkstationError: <b>"}
    page = html(run_of([start(), error, end()]))

    assert "scenarios/test_x.py" in page
    assert "WorkstationError: &lt;b&gt;" in page


@pytest.mark.integration
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_real_run_makes_a_page(real_run: RealRun, language: str) -> None:
    """From the log as it stands on disk."""
    log = (real_run.folder / "events.jsonl").read_text(encoding="utf-8")
    page = html(read_run(read_events(log)), language)

    assert [] == [one for one in real_run.events if one["kind"] == "scenario" and f'id="{one["scenario"]}"' not in page]
    assert html(read_run(real_run.events), language) == page


@pytest.mark.browser
@pytest.mark.integration
@pytest.mark.requires("chromium", "playwright")
def test_a_real_browser_opens_the_page_without_a_complaint(real_run: RealRun) -> None:
    """No message on the console, nothing asked of the network, and the language switches without a script."""
    from tests.mock_idp.web.browsing import chromium  # noqa: PLC0415  # needs Playwright, which may not be there

    messages: list[str] = []
    asked: list[str] = []
    with chromium() as browser:
        page = browser.new_page(java_script_enabled=True)
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((real_run.folder / "report.html").as_uri())
        heading = page.locator("h2").filter(has_text="Scénarios").locator("[lang=fr]").first
        french = heading.is_visible()
        page.locator("label[for=en]").click()
        english = heading.is_visible()

    assert [] == messages
    assert [(real_run.folder / "report.html").as_uri()] == asked
    assert (True, False) == (french, english)
