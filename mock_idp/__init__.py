"""A stand-in for Pro Santé Connect that tells the truth, and lies on request; part of psc-conformance."""

from __future__ import annotations

__all__: list[str] = []
