"""Plans: what to do with a portal, as small frozen values that travel as JSON and replay without Hypothesis."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from conformance.families import Family
from mock_idp.deviations import DeviationError, from_json, to_json
from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mock_idp.artefacts import Json
    from mock_idp.deviations import Deviation

SCHEMA: Final = 1
LONGEST_TEXT: Final = 255


class PlanError(Spoken, ValueError):
    """A plan that cannot be read; the message names the member at fault and what was expected."""


class Twist(StrEnum):
    """What is done with an identifier beside logging in with it."""

    ALONE = "alone"
    APPENDED = "appended"
    PREPENDED = "prepended"
    INSERTED = "inserted"
    OTHER_TAIL = "other-tail"
    QUOTED = "quoted"
    CASE_SWAPPED = "case-swapped"
    WIDENED = "widened"
    SPACED = "spaced"
    RESPELLED = "respelled"
    TYPED = "typed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierPlan:
    """A login with one identifier, and one with a second made from it.

    Attributes:
        family: who issues the first; its digits are fresh each time the plan is carried out.
        tail: what stands behind the family's own part.
        twist: how the second is made.
        text: what the twist adds.
        at: where, counted from the beginning.
    """

    target: ClassVar[str] = "identifiers"
    family: Family = Family.RPPS
    tail: str = ""
    twist: Twist = Twist.ALONE
    text: str = ""
    at: int = 0


class Change(StrEnum):
    """What a mutation does to one place of userinfo."""

    DROP = "drop"
    SET = "set"
    WRAP = "wrap"
    UNWRAP = "unwrap"
    DUPLICATE = "duplicate"
    EXTRA = "extra"
    REPEAT = "repeat"
    RENAME = "rename"
    BURY = "bury"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One change to one place of userinfo.

    Attributes:
        path: member names and places in lists, from the top.
        value: what is said instead, the name of an extra or renamed member, or how many times.
    """

    change: Change
    path: tuple[str | int, ...]
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsPlan:
    """A login told something odd about the person, or lies.

    Attributes:
        persona: after whom the person is made.
        mutations: of their userinfo, which stays honest about who they are.
        lies: told in the login.
        after_another: whether somebody else logs in in the same browser before.
    """

    target: ClassVar[str] = "claims"
    persona: str = "medecin-liberal"
    mutations: tuple[Mutation, ...] = ()
    lies: tuple[Deviation, ...] = ()
    after_another: bool = False


class Act(StrEnum):
    """What somebody does."""

    BEGIN = "begin"
    APPROVE = "approve"
    DECLINE = "decline"
    DELIVER = "deliver"
    DELIVER_CUT = "deliver-cut"
    RELOAD = "reload"
    LOGOUT = "logout"
    AGE = "age"
    ROTATE = "rotate"
    LOGOUT_TOKEN = "logout-token"  # noqa: S105  # the name of an act


ACTS_ON_LOGIN: Final = frozenset({Act.APPROVE, Act.DECLINE, Act.DELIVER, Act.DELIVER_CUT, Act.LOGOUT_TOKEN})
"""Acts about one login, which their step numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act.

    Attributes:
        browser: whose, counted from 0.
        attempt: number of the login, counted from 0 in the order in which logins are begun.
    """

    act: Act
    browser: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """Acts of several people, in order."""

    target: ClassVar[str] = "flow"
    steps: tuple[Step, ...] = ()


Plan: TypeAlias = IdentifierPlan | ClaimsPlan | FlowPlan

_KINDS: Final[dict[str, type[Any]]] = {kind.target: kind for kind in (IdentifierPlan, ClaimsPlan, FlowPlan)}


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as a JSON object."""
    return {
        "schema": SCHEMA,
        "target": plan.target,
        **{one.name: _said(getattr(plan, one.name)) for one in fields(plan)},
    }


def written(plan: Plan) -> str:
    """Return a plan as one line of JSON, which is what its size is counted in."""
    return json.dumps(plan_to_json(plan), ensure_ascii=False, sort_keys=True)


def size(plan: Plan) -> int:
    """Return how big a plan is: the signs of its JSON beyond those of an empty plan of its kind."""
    return len(written(plan)) - len(written(type(plan)()))


def _said(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    if isinstance(value, Mutation | Step):
        return {one.name: _said(getattr(value, one.name)) for one in fields(value)}
    if hasattr(value, "rewrite"):
        return to_json(value)
    return value


def plan_from_json(members: object) -> Plan:
    """Return the plan that a JSON object describes.

    Raises:
        PlanError: a member is missing, unknown or of the wrong kind.
    """
    if not isinstance(members, dict):
        raise PlanError(
            "plan : il faut un objet JSON ; donnez un fichier écrit par « psc-conformance fuzz »",
            "plan: expected a JSON object; give a file that 'psc-conformance fuzz' wrote",
        )
    if members.get("schema") != SCHEMA:
        theirs = members.get("schema")
        raise PlanError(
            f"schema : cette version lit le schéma {SCHEMA}, et non {theirs!r}",
            f"schema: this version reads schema {SCHEMA}, not {theirs!r}",
        )
    kind = _KINDS.get(str(members.get("target")))
    if kind is None:
        raise _none_of("target", members.get("target"), _KINDS)
    given = {name: value for name, value in members.items() if name not in {"schema", "target"}}
    made: Plan = _made(kind, given, "plan")
    return made


def _made(kind: type[Any], given: dict[str, Any], place: str) -> Any:
    known = {one.name: str(one.type) for one in fields(kind)}
    if strange := sorted(set(given) - set(known)):
        there = ", ".join(known)
        raise PlanError(
            f"{place}.{strange[0]} : inconnu ; membres connus : {there}",
            f"{place}.{strange[0]}: unknown; known are {there}",
        )
    values = {name: _read(known[name], value, f"{place}.{name}") for name, value in given.items()}
    try:
        return kind(**values)
    except TypeError:
        there = ", ".join(known)
        raise PlanError(
            f"{place} : un membre manque ; membres connus : {there}",
            f"{place}: a member is missing; known are {there}",
        ) from None


_ENUMS: Final[dict[str, type[StrEnum]]] = {"Family": Family, "Twist": Twist, "Change": Change, "Act": Act}
_PARTS: Final[dict[str, type[Any]]] = {"tuple[Mutation, ...]": Mutation, "tuple[Step, ...]": Step}
_PLAIN: Final[dict[str, type[Any]]] = {"str": str, "int": int, "bool": bool}
_MOST: Final = 1000


def _none_of(place: str, value: object, known: Iterable[str]) -> PlanError:
    there = ", ".join(known)
    return PlanError(f"{place} : {value!r} n'est rien de {there}", f"{place}: {value!r} is none of {there}")


def _read(wanted: str, value: Any, place: str) -> Any:
    if wanted in _ENUMS:
        known = [one.value for one in _ENUMS[wanted]]
        if value not in known:
            raise _none_of(place, value, known)
        return _ENUMS[wanted](value)
    if wanted in _PLAIN:
        fits = isinstance(value, _PLAIN[wanted]) and (wanted == "bool" or not isinstance(value, bool))
        if not fits or (wanted == "int" and not 0 <= value <= _MOST):
            raise PlanError(
                f"{place} : il faut {wanted}, et non {value!r}", f"{place}: expected {wanted}, got {value!r}"
            )
        return value
    if wanted == "Json":
        return value
    if not isinstance(value, list):
        raise PlanError(f"{place} : il faut une liste", f"{place}: expected a list")
    return _read_list(wanted, value, place)


def _read_list(wanted: str, value: list[Any], place: str) -> Any:
    if wanted in _PARTS:
        return tuple(_part(_PARTS[wanted], one, f"{place}[{number}]") for number, one in enumerate(value))
    if wanted == "tuple[Deviation, ...]":
        return _lies(value, place)
    if not all(isinstance(one, str) or (isinstance(one, int) and not isinstance(one, bool)) for one in value):
        raise PlanError(f"{place} : il faut des noms et des nombres", f"{place}: expected names and numbers")
    return tuple(value)


def _part(kind: type[Any], value: object, place: str) -> Any:
    if not isinstance(value, dict):
        raise PlanError(f"{place} : il faut un objet JSON", f"{place}: expected a JSON object")
    return _made(kind, value, place)


def _lies(value: list[Any], place: str) -> tuple[Deviation, ...]:
    try:
        return tuple(from_json(one) for one in value)
    except DeviationError as error:
        raise PlanError(f"{place} : {error.fr}", f"{place}: {error.en}") from None
