"""Reports: pure functions of the event stream, each for another reader."""

from __future__ import annotations

from conformance.reports.html import html
from conformance.reports.junit import junit
from conformance.reports.run import Run, read_run

__all__ = ["Run", "html", "junit", "read_run"]
