"""The cases: one folder per document, one file per clause, collected by pytest; part of psc-conformance."""

from __future__ import annotations

__all__: list[str] = []
