"""The lie that is none: the same JSON, spelt in another way that means the same (RFC 8259 4, 7)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from mock_idp.artefacts import Answer, Draft, Seam

if TYPE_CHECKING:
    from mock_idp.artefacts import Json


@dataclass(frozen=True, slots=True)
class Respell:
    r"""Send the JSON of an answer with its members in reverse order and its letters escaped, ``\u00e9`` for é, or not.

    Its meaning stays the same: whoever notices, reads JSON by hand.
    """

    kind: ClassVar[str] = "respell"
    seam: Seam
    escaped: bool = True

    def rewrite(self, draft: Draft) -> Draft:
        """Return the answer respelt; a body that is no JSON, or says a member twice, stays."""
        if not isinstance(draft, Answer):
            return draft
        try:
            said = json.loads(draft.body, object_pairs_hook=_backwards)
        except (ValueError, RecursionError):
            return draft
        return replace(draft, body=json.dumps(said, ensure_ascii=self.escaped).encode())


def _backwards(pairs: list[tuple[str, Any]]) -> dict[str, Json]:
    backwards = dict(reversed(pairs))
    if len(backwards) != len(pairs):
        # which of the two counts is up to the reader, so that another order would mean something else
        raise ValueError("a member is said twice")
    return backwards
