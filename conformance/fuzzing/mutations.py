"""Mutations of userinfo: what a plan makes of the honest document, and the lies that say it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from conformance.fuzzing.plan import Change
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, DuplicateField, SetField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.fuzzing.plan import Mutation
    from mock_idp.deviations import Deviation

IDENTITY: Final = frozenset({"sub", "SubjectNameID", "preferred_username"})
"""Members that say who somebody is; everything else informs."""

MOST_REPEATED: Final = 1000
DEEPEST: Final = 150
NEW_MEMBER: Final = "nouveau"


def mutated(claims: Mapping[str, Any], mutations: Sequence[Mutation]) -> dict[str, Any]:
    """Return userinfo after its mutations; one whose place does not exist changes nothing."""
    said: dict[str, Any] = copy.deepcopy(dict(claims))
    for one in mutations:
        if one.change is Change.EXTRA:
            inner = _at(said, one.path)
            if isinstance(inner, dict):
                inner.setdefault(str(one.value), NEW_MEMBER)
        elif one.path and one.change is not Change.DUPLICATE:
            _change(said, one)
    return said


def as_lies(honest: Mapping[str, Any], mutations: Sequence[Mutation]) -> tuple[Deviation, ...]:
    """Return the lies that make the provider say what mutations ask for."""
    said = mutated(honest, mutations)
    dropped = [DropField(Seam.USERINFO, name) for name in honest if name not in said]
    changed = [
        SetField(Seam.USERINFO, name, value)
        for name, value in said.items()
        if name not in honest or honest[name] != value
    ]
    twice = [
        DuplicateField(Seam.USERINFO, str(one.path[0]), one.value)
        for one in mutations
        if one.change is Change.DUPLICATE and one.path
    ]
    return (*dropped, *changed, *twice)


def touches_identity(mutations: Sequence[Mutation]) -> bool:
    """Tell whether a mutation is about who somebody is."""
    return any(one.path and one.path[0] in IDENTITY for one in mutations)


def only_adds(mutations: Sequence[Mutation]) -> bool:
    """Tell whether every mutation adds a member that nobody knows."""
    return bool(mutations) and all(one.change is Change.EXTRA for one in mutations)


def _at(said: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        try:
            said = said[part]
        except (KeyError, IndexError, TypeError):
            return None
    return said


def _change(said: dict[str, Any], one: Mutation) -> None:
    holder, last = _at(said, one.path[:-1]), one.path[-1]
    fits = isinstance(holder, dict) if isinstance(last, str) else isinstance(holder, list) and last < len(holder)
    if not fits or (isinstance(holder, dict) and last not in holder):
        return
    if one.change is Change.DROP:
        del holder[last]
    elif one.change is Change.RENAME:
        if isinstance(holder, dict):
            holder[str(one.value)] = holder.pop(str(last))
    else:
        holder[last] = _CHANGES[one.change](holder[last], one.value)


def _repeated(value: Any, times: Any) -> Any:
    many = min(times, MOST_REPEATED) if isinstance(times, int) and times >= 0 else 1
    one = value[0] if isinstance(value, list) and value else value
    return [] if isinstance(value, list) and not value else [_numbered(one, number) for number in range(many)]


def _numbered(value: Any, number: int) -> Any:
    """Return one copy of an object, told apart from the others by its texts; the first is the original."""
    if number == 0 or not isinstance(value, dict):
        return value
    return {name: f"{old}-{number + 1}" if isinstance(old, str) and old else old for name, old in value.items()}


def _buried(value: Any, depth: Any) -> Any:
    for _ in range(min(depth, DEEPEST) if isinstance(depth, int) else 1):
        value = [value]
    return value


_CHANGES: Final[Mapping[Change, Callable[[Any, Any], Any]]] = {
    Change.SET: lambda _, value: value,
    Change.WRAP: lambda old, _: [old],
    Change.UNWRAP: lambda old, _: old[0] if isinstance(old, list) and old else old,
    Change.REPEAT: _repeated,
    Change.BURY: _buried,
}
