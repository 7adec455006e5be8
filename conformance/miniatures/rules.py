"""One irregularity, one rule: a correct portal refuses on every one, a miniature has forgotten exactly one.

The rules of a message do not overlap: what one of them refuses, no other does.  So a portal that has forgotten one is
fooled by that irregularity and by nothing else, and one scenario notices it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.miniatures.defects import Defect
    from conformance.miniatures.property_defects import AnyDefect

FactsT = TypeVar("FactsT")


@dataclass(frozen=True, slots=True)
class Rule(Generic[FactsT]):
    """An irregularity that a correct portal refuses.

    Attributes:
        reason: what the refusal is called.
        found: tells whether a message has the irregularity.
        forgotten_by: the defect of the miniature that does not look for it, None when every one does.
    """

    reason: Reason
    found: Callable[[FactsT], bool]
    forgotten_by: AnyDefect | None = None


@dataclass(frozen=True, slots=True)
class Whim(Generic[FactsT]):
    """Something that a portal may well meet, and that the miniature with this defect cannot bear.

    Attributes:
        defect: of the miniature.
        found: tells whether a message has it.
        reason: what the refusal is called, None for a crash.
    """

    defect: Defect
    found: Callable[[FactsT], object]
    reason: Reason | None = None


class Crash(Exception):  # noqa: N818  # what it is, not what it is called
    """What breaks in a portal that did not expect what it met; its pages show nothing of it."""


def enforce(rules: Iterable[Rule[FactsT]], facts: FactsT, defect: AnyDefect | None) -> None:
    """Apply every rule but the forgotten one.

    Raises:
        Refused: the first irregularity found.
    """
    for rule in rules:
        if (rule.forgotten_by is None or rule.forgotten_by is not defect) and rule.found(facts):
            raise Refused(rule.reason)


def suffer(whims: Iterable[Whim[FactsT]], facts: FactsT, defect: AnyDefect | None) -> None:
    """Give in to the whim of a miniature; a correct portal has none.

    Raises:
        Refused: the miniature refuses what it should bear.
        Crash: it breaks down.
    """
    for whim in whims:
        if whim.defect is defect and whim.found(facts):
            if whim.reason is not None:
                raise Refused(whim.reason)
            raise Crash


def seconds(value: object) -> float | None:
    """Return a NumericDate (RFC 7519 2), or None for anything that is not one; JSON knows numbers beyond any clock."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
