"""Reports: pure functions of the event stream, each for another reader."""

from __future__ import annotations

from conformance.reports.badge import badge
from conformance.reports.bundle import bundle
from conformance.reports.har import har
from conformance.reports.html import html
from conformance.reports.junit import junit
from conformance.reports.markdown import markdown
from conformance.reports.run import Run, read_run
from conformance.reports.sarif import sarif

__all__ = ["Run", "badge", "bundle", "har", "html", "junit", "markdown", "read_run", "sarif"]
