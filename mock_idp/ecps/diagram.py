"""Drawings of the journeys, made from their tables, so that the documentation cannot say something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from mock_idp.ecps import activation, approval, enrolment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from mock_idp.ecps.machine import EffectT, Move, StateT

PhaseT = TypeVar("PhaseT", bound="StrEnum")


def activation_diagram() -> str:
    """Return the activation as a Mermaid state diagram."""
    return _draw(activation.TABLE, start=activation.Phase.REQUESTED, over=activation.OVER)


def approval_diagram() -> str:
    """Return the approval of a login as a Mermaid state diagram."""
    return _draw(approval.TABLE, start=approval.Phase.PENDING, over=approval.OVER)


def enrolment_diagram() -> str:
    """Return the life of an e-CPS on a phone as a Mermaid state diagram."""
    return _draw(enrolment.TABLE, start=enrolment.Phase.ACTIVE, over=enrolment.OVER)


def _draw(
    table: Mapping[tuple[PhaseT, type], Move[StateT, EffectT, PhaseT]], *, start: PhaseT, over: frozenset[PhaseT]
) -> str:
    arrows: dict[tuple[PhaseT, PhaseT], list[str]] = {}
    for (phase, event), move in table.items():
        for target in move.to:
            arrows.setdefault((phase, target), []).append(_words(event))
    lines = ["stateDiagram-v2", f"    [*] --> {_name(start)}"]
    lines += [f"    {_name(a)} --> {_name(b)}: {' / '.join(events)}" for (a, b), events in arrows.items()]
    lines += [f"    {_name(phase)} --> [*]" for phase in sorted(over)]
    return "\n".join(lines)


def _name(phase: StrEnum) -> str:
    # Mermaid state names hold no dash
    return phase.value.replace("-", "_")


def _words(event: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", event.__name__).lower()
