"""JUnit XML, for continuous integration: one test case a scenario, grouped by document.

JUnit knows no warning: such a case passes, and says so in its output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.outcome import Verdict
from conformance.reports.run import what_went_wrong
from conformance.texts import said

if TYPE_CHECKING:
    from conformance.reports.run import Run, Told
    from conformance.texts import Texts

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CUT_OFF: Final[Texts] = (
    "Exécution interrompue : ce rapport est incomplet.",
    "The run was cut off: this report is incomplete.",
)
_FACTS: Final = ("outcome", "verdict", "level", "reason")


def junit(run: Run, language: str = "fr") -> str:
    """Return the run as JUnit XML.

    Args:
        run: what happened.
        language: of the sentences, ``fr`` or ``en``.
    """
    counts, errors = run.counts, _errors(run, language)
    seconds = sum(float(one.verdict["seconds"]) for one in run.scenarios)
    root = Element(
        "testsuites",
        name="psc-conformance",
        tests=str(len(run.scenarios) + len(errors)),
        failures=str(counts[Verdict.FAILED]),
        errors=str(len(errors)),
        time=f"{seconds:.3f}",
    )
    for document in dict.fromkeys(one.card["clause"]["document"] for one in run.scenarios):
        told = [one for one in run.scenarios if one.card["clause"]["document"] == document]
        suite = _suite(root, _clean(document), told)
        for one in told:
            _case(suite, one, run, language)
    if errors:
        counted = str(len(errors))
        suite = SubElement(root, "testsuite", name="harness", tests=counted, failures="0", errors=counted)
        for where, what in errors:
            case = SubElement(suite, "testcase", classname="harness", name=_clean(where))
            SubElement(case, "error", message=_clean(what))
    indent(root)
    # by way of octets: as text, the declaration would name the encoding of this machine
    octets: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return octets.decode("utf-8") + "\n"


def _errors(run: Run, language: str) -> list[tuple[str, str]]:
    """Return mistakes of ours, and that the run was cut off: what was not played must not look like a pass."""
    found = [(str(error["where"]), what_went_wrong(error, language)) for error in run.errors]
    return found if run.end is not None else [*found, ("run", said(CUT_OFF, language))]


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
    verdict = one.verdict
    family = one.id.partition(".")[0]
    case = SubElement(suite, "testcase", classname=f"psc.{family}", name=one.id, time=f"{verdict['seconds']:.3f}")
    seen = _clean(verdict[f"seen_{language}"])
    if one.ruled is Verdict.FAILED:
        failure = SubElement(case, "failure", message=seen, type=verdict["outcome"])
        failure.text = _clean(_sentences(one, language))
    elif one.ruled in {Verdict.SKIPPED, Verdict.INCONCLUSIVE}:
        SubElement(case, "skipped", message=f"{verdict['verdict']}: {seen}")
    output = _facts(one, run)
    if one.ruled in {Verdict.WARNING, Verdict.REVIEW}:
        output += f"\n\n{verdict['verdict'].upper()}: {_sentences(one, language)}"
    SubElement(case, "system-out").text = _clean(output)


def _facts(one: Told, run: Run) -> str:
    """Return the facts, a line each: Jenkins' schema (junit-10.xsd) has no properties in a test case."""
    facts = {"requirement": one.card["clause"]["key"], "profile": run.start["profile"]}
    facts |= {name: one.verdict[name] for name in _FACTS}
    return "\n".join(f"{name}: {value}" for name, value in facts.items())


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
