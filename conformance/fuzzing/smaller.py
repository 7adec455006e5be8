"""Plans with one thing less: a finding is made smaller on its plan, in big steps first and sign by sign at the end.

The plan is what is shrunk, not what Hypothesis drew it from: that takes a few dozen logins instead of some hundred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.families import Family
from conformance.fuzzing.plan import Change, ClaimsPlan, IdentifierPlan, Twist

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.fuzzing.plan import Mutation

_FEW_SIGNS: Final = 12


def identifiers(plan: IdentifierPlan) -> Iterator[IdentifierPlan]:
    """Return plans about identifiers with less: no second login, no tail, an RPPS number, a shorter text."""
    yield IdentifierPlan(family=plan.family, tail=plan.tail)
    yield replace(plan, family=Family.RPPS, tail="")
    yield replace(plan, tail="")
    yield replace(plan, family=Family.RPPS)
    for tail in shorter(plan.tail):
        yield replace(plan, tail=tail)
    if plan.twist is not Twist.ALONE:
        yield from (replace(plan, text=text) for text in shorter(plan.text))
    yield from (replace(plan, at=at) for at in (0, plan.at // 2) if at < plan.at)


def claims(plan: ClaimsPlan) -> Iterator[ClaimsPlan]:
    """Return plans about userinfo or lies with less: one mutation or lie less, nobody before, a smaller value."""
    for at in range(len(plan.mutations)):
        yield replace(plan, mutations=(*plan.mutations[:at], *plan.mutations[at + 1 :]))
    for at in range(len(plan.lies)):
        yield replace(plan, lies=(*plan.lies[:at], *plan.lies[at + 1 :]))
    if plan.after_another:
        yield replace(plan, after_another=False)
    if plan.persona != ClaimsPlan().persona:
        yield replace(plan, persona=ClaimsPlan().persona)
    for at, one in enumerate(plan.mutations):
        for less in _smaller_values(one):
            yield replace(plan, mutations=(*plan.mutations[:at], less, *plan.mutations[at + 1 :]))


def _smaller_values(one: Mutation) -> Iterator[Mutation]:
    value: Any = one.value
    if one.change in {Change.REPEAT, Change.BURY} and isinstance(value, int):
        yield from (replace(one, value=less) for less in (0, 2, value // 2, value - value // 4) if 0 <= less < value)
    elif one.change in {Change.SET, Change.DUPLICATE} and isinstance(value, str):
        yield from (replace(one, value=less) for less in shorter(value))
    elif one.change in {Change.SET, Change.DUPLICATE} and isinstance(value, list | dict) and value:
        yield replace(one, value=type(value)())


def shorter(text: str) -> Iterator[str]:
    """Return a text without all of it, without a half, without a quarter, and when it is short without one sign."""
    if not text:
        return
    yield ""
    if len(text) == 1:
        return
    for parts in (2, 4) if len(text) > _FEW_SIGNS else (2, len(text)):
        step = -(-len(text) // parts)
        for start in range(0, len(text), step):
            yield text[:start] + text[start + step :]
