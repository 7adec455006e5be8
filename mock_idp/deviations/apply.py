"""Applying lies to a draft, and saying which of them were really told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar, cast

from mock_idp.artefacts import Answer, CompactToken, Draft, Fields, Json, Pairs, TokenDraft
from mock_idp.deviations.verbs import Deviation, Nth

if TYPE_CHECKING:
    from collections.abc import Iterable

DraftT = TypeVar("DraftT", Fields, TokenDraft, CompactToken, Answer)

_LONGEST_SHOWN: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One lie that changed what was said: what it was, and the honest and the told fragment side by side."""

    deviation: Deviation
    honest: Json
    told: Json


def deviate(draft: DraftT, deviations: Iterable[Deviation], *, occurrence: int = 1) -> tuple[DraftT, tuple[Told, ...]]:
    """Apply, in order, the deviations that aim at this draft.

    Args:
        draft: what the honest core was about to say.
        deviations: the lies armed for this login, or for the issuer.
        occurrence: how many times this seam has been passed, this time included, counted from 1.

    Returns:
        The draft to sign or send, and the lies that changed it.  A deviation that changes nothing (a claim that was not
        there to drop) is not told: a refusal that follows would prove nothing.
    """
    told = []
    for deviation in deviations:
        if deviation.seam is not draft.seam or (isinstance(deviation, Nth) and deviation.occurrence != occurrence):
            continue
        # every verb answers with a draft of the shape it was given
        rewritten = cast("DraftT", deviation.rewrite(draft))
        if rewritten != draft:
            honest, lie = _difference(draft, rewritten)
            told.append(Told(deviation=deviation, honest=honest, told=lie))
            draft = rewritten
    return draft, tuple(told)


def _difference(before: Draft, after: Draft) -> tuple[Json, Json]:
    if isinstance(before, Fields) and isinstance(after, Fields):
        return _changed((*before.pairs, ("signed", before.signed)), (*after.pairs, ("signed", after.signed)))
    if isinstance(before, TokenDraft) and isinstance(after, TokenDraft):
        honest, told = _changed(
            (*before.header, *before.claims, ("signing key", before.key)),
            (*after.header, *after.claims, ("signing key", after.key)),
        )
        return honest, told
    if isinstance(before, Answer) and isinstance(after, Answer):
        return _changed(_outline(before), _outline(after))
    return {"signature": "made by the signing key"}, {"signature": "altered after signing"}


def _outline(answer: Answer) -> Pairs:
    return (("status", answer.status), ("octets", len(answer.body)), ("delay", answer.delay))


def _changed(before: Pairs, after: Pairs) -> tuple[Json, Json]:
    """Return the members that differ; one said twice is shown as the list of what is said."""
    names = dict.fromkeys(name for name, _ in (*before, *after))
    honest: dict[str, Json] = {}
    told: dict[str, Json] = {}
    for name in names:
        old = [value for known, value in before if known == name]
        new = [value for known, value in after if known == name]
        if old != new:
            honest[name] = _shown(old)
            told[name] = _shown(new)
    return honest, told


def _shown(values: list[Json]) -> Json:
    if not values:
        return None
    values = [_shortened(value) for value in values]
    return values[0] if len(values) == 1 else values


def _shortened(value: Json) -> Json:
    """Return a text that is far too long for evidence as its beginning and its length."""
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return f"{value[:40]}… ({len(value)})"
    return value
