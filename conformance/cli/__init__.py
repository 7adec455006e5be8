"""The command line: the one place that talks to a terminal."""

from __future__ import annotations

from conformance.cli.command import main

__all__ = ["main"]
