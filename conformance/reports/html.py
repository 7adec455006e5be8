"""The report that a person reads: one page without network or script, in French and English."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jinja2

from conformance.advice import in_your_stack
from conformance.outcome import Outcome, Verdict
from conformance.reports.run import SHOWN_FIRST
from conformance.texts import OUTCOMES, VERDICTS

if TYPE_CHECKING:
    from conformance.reports.run import Run, Told
    from conformance.texts import Texts

_LONGEST: Final = 160


def html(run: Run, language: str = "fr", *, earlier: Run | None = None) -> str:
    """Return the run as an HTML page.

    Args:
        run: what happened.
        language: shown first, ``fr`` or ``en``; the reader can switch.
        earlier: an earlier run against the same portal, to show what changed.
    """
    return _environment().get_template("report.html").render(
        run=run,
        language=language,
        headline=_headline(run),
        counts=[(verdict, VERDICTS[verdict], run.counts[verdict]) for verdict in SHOWN_FIRST],
        when=_when(run),
        earlier=_when(earlier) if earlier else None,
        changes=run.changes(earlier) if earlier else (),
    )  # fmt: skip


def _headline(run: Run) -> Texts:
    """Return the verdict on the portal in one sentence, and how much of it is still to be read."""
    played, failed = len(run.scenarios), run.counts[Verdict.FAILED]
    unsettled = sum(run.counts[one] for one in (Verdict.WARNING, Verdict.REVIEW, Verdict.INCONCLUSIVE))
    many = played > 1
    fr = f"{failed or 'Aucun'} échec{'s' * (failed > 1)} sur {played} scénario{'s' * many}"
    en = f"{failed or 'No'} failure{'s' * (failed != 1)} in {played} scenario{'s' * (played != 1)}"
    if unsettled:
        fr += f" ; {unsettled} autre{'s' * (unsettled > 1)} à regarder"
        en += f"; {unsettled} more to look at"
    return f"{fr}.", f"{en}."


def _when(run: Run) -> datetime:
    return datetime.fromtimestamp(float(run.start["at"]), UTC)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("conformance.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"lie": _lie, "short": _short, "path": _path}
    environment.globals |= {
        "words_of": VERDICTS.__getitem__,
        "verdict_of": _verdict_of,
        "outcome_of": _outcome_of,
        "logins": _logins,
        "in_your_stack": in_your_stack,
    }
    return environment


def _verdict_of(one: Told) -> Texts:
    return VERDICTS[one.ruled]


def _outcome_of(one: Told) -> Texts:
    return OUTCOMES[Outcome(one.verdict["outcome"])]


def _lie(value: Any) -> str:
    """Return a fragment of a message as text; what was left out shows as a dash."""
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    text = str(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _path(url: str) -> str:
    """Return what of an address tells one request from another."""
    return url.partition("://")[2] or url


def _logins(one: Told) -> list[tuple[str, list[Any]]]:
    """Return the requests of a scenario by login, with the role of each."""
    grouped: dict[tuple[int, str], list[Any]] = {}
    for hop in one.hops:
        grouped.setdefault((hop["login"], hop["role"]), []).append(hop)
    return [(role, hops) for (_, role), hops in sorted(grouped.items(), key=lambda item: item[0][0])]
