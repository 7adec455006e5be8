"""What the journeys have in common: a table of moves, and the step that one move makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mock_idp.ecps.refusals import Code, EcpsError, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

StateT = TypeVar("StateT")
EffectT = TypeVar("EffectT")
PhaseT = TypeVar("PhaseT", bound="StrEnum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[StateT, EffectT]):
    """Where a journey stands after an event.

    Attributes:
        state: the new state; keep it even when there is a refusal, because an attempt was counted in it.
        effects: what the world must now do.
        refusal: why the event was not what was hoped for, or None.
    """

    state: StateT
    effects: tuple[EffectT, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Move(Generic[StateT, EffectT, PhaseT]):
    """One cell of a table: how an event is taken in a phase, and the phases it may lead to.

    The phases are declared so that the diagram can be drawn without running anything; a test holds them to be true.
    The table's key guarantees the event's type, which is why the handler is not typed more closely.
    """

    handle: Callable[..., Step[StateT, EffectT]]
    to: tuple[PhaseT, ...]


def look_up(
    table: Mapping[tuple[PhaseT, type], Move[StateT, EffectT, PhaseT]], phase: PhaseT, event: object
) -> Move[StateT, EffectT, PhaseT]:
    """Return the move for an event in a phase.

    Raises:
        EcpsError: ``unexpected-event``, when the event does not fit; nothing has changed.
    """
    try:
        return table[phase, type(event)]
    except KeyError:
        raise EcpsError(Code.UNEXPECTED_EVENT, phase=phase.value, event=type(event).__name__) from None
