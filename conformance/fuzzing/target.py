"""What can be fuzzed: how a plan of each kind is carried out and judged, and the plans that always run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.fuzzing import claims, flow, identifiers, smaller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.plan import Plan
    from conformance.fuzzing.verdict import Look, Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One kind of plan.

    Attributes:
        carry_out: does what a plan says, and returns every login of it.
        judge: says which properties were broken.
        explicit: plans that are always carried out.
        trim: leaves out of a plan what was not carried out.
        smaller: plans with one thing less, those with much less first.
    """

    name: str
    title_fr: str
    title_en: str
    carry_out: Callable[[Any, Ground], tuple[Look, ...]]
    judge: Callable[[Any, tuple[Look, ...]], tuple[Violation, ...]]
    explicit: tuple[Plan, ...]
    trim: Callable[[Any, tuple[Look, ...]], Plan] = lambda plan, _: plan
    smaller: Callable[[Any], Iterator[Plan]] = lambda _: iter(())


TARGETS: Final = {
    one.name: one
    for one in (
        Target(
            name="identifiers",
            title_fr="Identifiants nationaux",
            title_en="National identifiers",
            carry_out=identifiers.carry_out,
            judge=identifiers.judge,
            explicit=identifiers.explicit(),
            smaller=smaller.identifiers,
        ),
        Target(
            name="claims",
            title_fr="Userinfo et mensonges",
            title_en="Userinfo and lies",
            carry_out=claims.carry_out,
            judge=claims.judge,
            explicit=claims.explicit(),
            smaller=smaller.claims,
        ),
        Target(
            name="flow",
            title_fr="Ordre des choses",
            title_en="Order of things",
            carry_out=flow.carry_out,
            judge=flow.judge,
            explicit=flow.explicit(),
            trim=flow.trim,
            smaller=flow.smaller,
        ),
    )
}
"""Every target by name, in the order in which they are fuzzed."""
