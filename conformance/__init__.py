"""The harness: takes a portal through logins, honest and spoilt, and says how it behaves; part of psc-conformance."""

from __future__ import annotations

__all__: list[str] = []
