"""A badge: one small picture that says how many scenarios passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from conformance.outcome import Verdict

if TYPE_CHECKING:
    from conformance.reports.run import Run

_PER_SIGN: Final = 6.6
_PADDING: Final = 10
_GREEN, _RED, _GREY = "#1c6b3c", "#b3261e", "#5b6474"


def badge(run: Run, language: str = "fr") -> str:
    """Return the run as an SVG badge; it says that it is a test tool's, not an authority's.

    Args:
        run: what happened.
        language: of its words, ``fr`` or ``en``.
    """
    counts = run.counts
    failed, passed = counts[Verdict.FAILED], counts[Verdict.PASSED]
    left = f"psc-conformance {run.start['profile']}"
    right = (f"{failed} échec(s)" if language == "fr" else f"{failed} failed") if failed else f"{passed} ✓"
    if run.end is None:
        right = "incomplet" if language == "fr" else "incomplete"
    colour = _RED if failed else _GREEN if run.end is not None and passed else _GREY
    return _picture(left, right, colour)


def _picture(left: str, right: str, colour: str) -> str:
    first, second = (round(len(text) * _PER_SIGN + 2 * _PADDING) for text in (left, right))
    label = escape(f"{left}: {right}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" aria-label="{label}">'
        f"<title>{label}</title>"
        f'<rect width="{first}" height="20" fill="#394052"/>'
        f'<rect x="{first}" width="{second}" height="20" fill="{colour}"/>'
        '<g fill="#fff" font-family="system-ui,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{first / 2:g}" y="14">{escape(left)}</text>'
        f'<text x="{first + second / 2:g}" y="14">{escape(right)}</text>'
        "</g></svg>\n"
    )
