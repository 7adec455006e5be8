"""JUnit XML, for continuous integration: one test case a scenario, grouped by document.

JUnit knows no warning: such a case passes, and says so in a property and in its output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.outcome import Verdict

if TYPE_CHECKING:
    from conformance.reports.run import Run, Told

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES: Final = ("outcome", "verdict", "level", "reason")


def junit(run: Run, language: str = "fr") -> str:
    """Return the run as JUnit XML.

    Args:
        run: what happened.
        language: of the sentences, ``fr`` or ``en``.
    """
    counts = run.counts
    seconds = sum(float(one.verdict["seconds"]) for one in run.scenarios)
    root = Element(
        "testsuites",
        name="psc-conformance",
        tests=str(len(run.scenarios) + len(run.errors)),
        failures=str(counts[Verdict.FAILED]),
        errors=str(len(run.errors)),
        time=f"{seconds:.3f}",
    )
    for document in dict.fromkeys(one.card["clause"]["document"] for one in run.scenarios):
        told = [one for one in run.scenarios if one.card["clause"]["document"] == document]
        suite = _suite(root, _clean(document), told)
        for one in told:
            _case(suite, one, run, language)
    if run.errors:
        suite = SubElement(root, "testsuite", name="harness", tests=str(len(run.errors)), errors=str(len(run.errors)))
        for error in run.errors:
            case = SubElement(suite, "testcase", classname="harness", name=_clean(str(error["where"])))
            SubElement(case, "error", message=_clean(str(error["what"])))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Element, name: str, told: list[Told]) -> Element:
    skipped = sum(one.ruled in {Verdict.SKIPPED, Verdict.INCONCLUSIVE} for one in told)
    return SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(told)),
        failures=str(sum(one.ruled is Verdict.FAILED for one in told)),
        errors="0",
        skipped=str(skipped),
        time=f"{sum(float(one.verdict['seconds']) for one in told):.3f}",
    )


def _case(suite: Element, one: Told, run: Run, language: str) -> None:
    card, verdict = one.card, one.verdict
    family = one.id.partition(".")[0]
    case = SubElement(suite, "testcase", classname=f"psc.{family}", name=one.id, time=f"{verdict['seconds']:.3f}")
    properties = SubElement(case, "properties")
    SubElement(properties, "property", name="requirement", value=card["clause"]["key"])
    SubElement(properties, "property", name="profile", value=_clean(str(run.start["profile"])))
    for name in _PROPERTIES:
        SubElement(properties, "property", name=name, value=_clean(str(verdict[name])))
    seen = _clean(verdict[f"seen_{language}"])
    if one.ruled is Verdict.FAILED:
        failure = SubElement(case, "failure", message=seen, type=verdict["outcome"])
        failure.text = _clean(_sentences(one, language))
    elif one.ruled in {Verdict.SKIPPED, Verdict.INCONCLUSIVE}:
        SubElement(case, "skipped", message=f"{verdict['verdict']}: {seen}")
    elif one.ruled is not Verdict.PASSED:
        SubElement(case, "system-out").text = _clean(f"{verdict['verdict'].upper()}: {_sentences(one, language)}")


def _sentences(one: Told, language: str) -> str:
    card, verdict = one.card, one.verdict
    lines = [
        card[f"title_{language}"],
        f"{card['clause']['key']}: {card['clause'][f'gist_{language}']}",
        verdict[f"expected_{language}"],
        verdict[f"seen_{language}"],
        *(f"- {finding[language]}" for finding in verdict["findings"]),
        card[f"mend_{language}"],
    ]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """Return a text without what XML 1.0 cannot hold: a portal may show anything."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
