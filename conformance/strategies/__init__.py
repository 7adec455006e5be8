"""Hypothesis strategies for a vendor's own tests: identifiers, people, userinfo, and the lies a provider can tell.

They need the extra ``fuzz``; ``docs/fuzzing.md`` shows how to use them.
"""

from __future__ import annotations

from conformance.strategies.identifiers import hostile_idnat, idnat, internal
from conformance.strategies.lies import deviation
from conformance.strategies.people import persona, userinfo

__all__ = ["deviation", "hostile_idnat", "idnat", "internal", "persona", "userinfo"]
