"""The files of a run: what each is called, and writing them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.reports import badge, bundle, har, html, junit, markdown, sarif

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.reports import Run

EVENTS_FILE: Final = "events.jsonl"
HTML_FILE: Final = "report.html"
JUNIT_FILE: Final = "junit.xml"
SARIF_FILE: Final = "report.sarif"
MARKDOWN_FILE: Final = "summary.md"
HAR_FILE: Final = "exchanges.har"
BADGE_FILE: Final = "badge.svg"
BUNDLE_FILE: Final = "bundle.zip"


def write_reports(
    run: Run, folder: Path, language: str, *, earlier: Run | None = None, descriptor: Path | None = None
) -> None:
    """Write every report of a run into a folder, and the bundle that holds them all.

    Args:
        run: what happened.
        folder: where its event log is already.
        language: ``fr`` or ``en``.
        earlier: an earlier run against the same portal, to show what changed.
        descriptor: the portal's ``portal.toml``, which goes into the bundle too.
    """
    written = {
        HTML_FILE: html(run, language, earlier=earlier),
        JUNIT_FILE: junit(run, language),
        SARIF_FILE: sarif(run, language),
        MARKDOWN_FILE: markdown(run, language),
        HAR_FILE: har(run, language),
        BADGE_FILE: badge(run, language),
    }
    # a portal may show half a surrogate pair, which UTF-8 cannot hold
    files = {name: text.encode("utf-8", "replace") for name, text in written.items()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    files[EVENTS_FILE] = (folder / EVENTS_FILE).read_bytes()
    if descriptor is not None:
        files["portal.toml"] = descriptor.read_bytes()
    start = run.start
    about = {"tool": "psc-conformance", **{name: start[name] for name in ("version", "at", "profile", "portal")}}
    (folder / BUNDLE_FILE).write_bytes(bundle(files, {**about, "complete": run.end is not None}))
