"""A summary in Markdown, for the page of a pipeline or a comment on a change: counts, then what needs somebody."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.outcome import Outcome, Verdict
from conformance.reports.run import SHOWN_FIRST, what_went_wrong
from conformance.texts import OUTCOMES, VERDICTS, Texts, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.reports.run import Run, Told

SIGNS: Final = {
    Verdict.FAILED: "❌",
    Verdict.WARNING: "⚠️",
    Verdict.REVIEW: "🔍",
    Verdict.INCONCLUSIVE: "∅",
    Verdict.SKIPPED: "–",
    Verdict.PASSED: "✅",
}
_LOUD: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~@$&:-]|(?<=www)\.)")
"""What Markdown, a table or a code host would take for more than a letter; a portal may show anything."""

_CUT_OFF: Final[Texts] = (
    "**Rapport partiel :** l'exécution a été interrompue ; ce qui suit est ce qui avait été joué.",
    "**Partial report:** the run was cut off; what follows is what had been played.",
)
_DEGRADED: Final[Texts] = (
    "**Mode dégradé :** sans page « qui suis-je », on ne sait pas qui le portail croit connecté.",
    "**Degraded mode:** without a who-am-I page, whom the portal thinks is logged in is not known.",
)
_ERRORS: Final[Texts] = ("Erreurs du harnais", "Harness errors")
_HEADINGS: Final[tuple[Texts, ...]] = (
    ("Scénario", "Scenario"),
    ("Exigence", "Requirement"),
    ("Constaté", "Seen"),
    ("Comment corriger", "How to mend"),
)
_PROFILE: Final[Texts] = ("profil", "profile")
_NOTHING: Final[Texts] = ("Rien à signaler.", "Nothing to report.")


def markdown(run: Run, language: str = "fr") -> str:
    """Return the run as a Markdown summary.

    Args:
        run: what happened.
        language: of the sentences, ``fr`` or ``en``.
    """
    return "\n".join(_lines(run, language)) + "\n"


def _lines(run: Run, language: str) -> Iterator[str]:
    counts = run.counts
    portal = _quiet(str(run.start["portal"]["name"]))
    yield f"## {SIGNS[_worst(run)]} psc-conformance (SIMULATEUR), {portal}"
    yield ""
    if run.end is None:
        yield from (said(_CUT_OFF, language), "")
    if run.degraded:
        yield from (said(_DEGRADED, language), "")
    told = (
        f"{SIGNS[one]} {counts[one]} {said(VERDICTS[one], language)}"
        for one in SHOWN_FIRST
        if counts[one] or one in {Verdict.FAILED, Verdict.PASSED}
    )
    yield " · ".join(told)
    yield ""
    loud = [one for one in run.ordered if one.ruled not in {Verdict.PASSED, Verdict.SKIPPED}]
    if run.errors:
        yield from _errors(run, language)
    if loud:
        yield from _table(loud, language)
    elif not run.errors:
        yield said(_NOTHING, language)
    yield ""
    when = datetime.fromtimestamp(float(run.start["at"]), UTC)
    foot = (
        str(run.start["version"]),
        f"{said(_PROFILE, language)} {run.start['profile']}",
        f"{when:%Y-%m-%d %H:%M} UTC",
    )
    yield f"<sub>psc-conformance {', '.join(_quiet(part) for part in foot)}</sub>"


def _worst(run: Run) -> Verdict:
    """Return the sign of the heading: a failure or a mistake of ours first, then whether the run has an end."""
    if run.counts[Verdict.FAILED] or run.errors:
        return Verdict.FAILED
    if run.end is None or not run.scenarios:
        return Verdict.INCONCLUSIVE
    return Verdict.WARNING if run.counts[Verdict.WARNING] else Verdict.PASSED


def _table(loud: list[Told], language: str) -> Iterator[str]:
    yield "| | " + " | ".join(said(heading, language) for heading in _HEADINGS) + " |"
    yield "|---" * (len(_HEADINGS) + 1) + "|"
    for one in loud:
        clause = one.card["clause"]
        key = _quiet(clause["key"])
        cells = (
            SIGNS[one.ruled],
            f"`{one.id}`<br>{_quiet(one.card[f'title_{language}'])}",
            f"[{key}]({clause['url']})" if clause["url"] else key,
            _seen(one, language),
            _quiet(one.card[f"mend_{language}"]),
        )
        yield "| " + " | ".join(cells) + " |"


def _seen(one: Told, language: str) -> str:
    missed = [finding[language] for finding in one.verdict["findings"] if not finding["kept"]]
    outcome = said(OUTCOMES[Outcome(one.verdict["outcome"])], language)
    return "<br>".join(
        (f"*{outcome}*. {_quiet(one.verdict[f'seen_{language}'])}", *(f"– {_quiet(text)}" for text in missed))
    )


def _errors(run: Run, language: str) -> Iterator[str]:
    yield f"**{said(_ERRORS, language)}**"
    yield ""
    for error in run.errors:
        yield f"- {_quiet(str(error['where']))}: {_quiet(what_went_wrong(error, language))}"
    yield ""


def _quiet(text: str) -> str:
    """Return a text on one line in which nothing is markup: no link, no picture, no mention, no further cell."""
    return _LOUD.sub(r"\\\1", " ".join(text.split()))
