"""Deviations as JSON, so that a suite can arm them in a provider that runs in another process or container."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args

from mock_idp.artefacts import Json, Seam, SigningKey
from mock_idp.deviations.verbs import Deviation, Nth, Verb
from mock_idp.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: dict[str, type[Any]] = {verb.kind: verb for verb in (*get_args(Verb), Nth)}
_CHECKS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
}

_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_LONGEST_DELAY = 120.0
# What an HTTP answer, a pause and a count can be: a lie outside would break the provider instead of being told.
_RANGES: dict[str, tuple[float, float]] = {
    "answer-status.status": (200, 599),
    "delay.seconds": (0, _LONGEST_DELAY),
    "truncate.keep": (0, 1 << 20),
    "nth.occurrence": (1, 1000),
    "keep-parts.parts": (1, 2),
    "pad.octets": (1, 1 << 22),
    "inflate-body.octets": (1, 1 << 28),
}


class DeviationError(Spoken, ValueError):
    """A deviation that cannot be read; the message names the member at fault and what was expected."""


def to_json(deviation: Deviation) -> dict[str, Json]:
    """Return a deviation as a JSON object, ``kind`` first."""
    members: dict[str, Json] = {"kind": deviation.kind}
    for member in fields(deviation):
        value = getattr(deviation, member.name)
        members[member.name] = to_json(value) if isinstance(value, get_args(Verb)) else value
    return members


def from_json(members: object) -> Deviation:
    """Return the deviation that a JSON object describes.

    Raises:
        DeviationError: the object has no known ``kind``, or a member is missing, unknown or of the wrong type.
    """
    if not isinstance(members, dict):
        raise DeviationError(
            "une déviation est un objet JSON qui a un « kind »", "a deviation is a JSON object with a 'kind'"
        )
    kind = members.get("kind")
    verb = _KINDS.get(kind) if isinstance(kind, str) else None
    if verb is None:
        there = ", ".join(sorted(_KINDS))
        raise DeviationError(
            f"kind : déviation inconnue {kind!r} ; déviations connues : {there}",
            f"kind: unknown deviation {kind!r}; known are {there}",
        )
    given = {name: value for name, value in members.items() if name != "kind"}
    known = {member.name: member for member in fields(verb)}
    if unknown := sorted(set(given) - set(known)):
        there = ", ".join(known)
        raise DeviationError(
            f"{kind}.{unknown[0]} : membre inconnu ; membres connus : {there}",
            f"{kind}.{unknown[0]}: unknown member; known are {there}",
        )
    for name, member in known.items():
        if name not in given and member.default is MISSING:
            raise DeviationError(f"{kind}.{name} : manque", f"{kind}.{name}: missing")
    made: Deviation = verb(**{name: _read(f"{kind}.{name}", str(known[name].type), given[name]) for name in given})
    return made


def _read(place: str, wanted: str, value: Any) -> Any:
    if wanted in {"Seam", "SigningKey"}:
        closed: type[Seam | SigningKey] = Seam if wanted == "Seam" else SigningKey
        try:
            return closed(value)
        except ValueError:
            known = ", ".join(member.value for member in closed)
            raise DeviationError(
                f"{place} : valeur inconnue {value!r} ; valeurs connues : {known}",
                f"{place}: unknown value {value!r}; known are {known}",
            ) from None
    if wanted == "Verb":
        inner = from_json(value)
        if isinstance(inner, Nth):
            raise DeviationError(
                f"{place} : « nth » ne peut pas contenir un autre « nth »",
                f"{place}: 'nth' cannot hold another 'nth'",
            )
        return inner
    if wanted == "bool" and not isinstance(value, bool):
        got = type(value).__name__
        raise DeviationError(
            f"{place} : il faut true ou false, et non {got}", f"{place}: expected true or false, got {got}"
        )
    expected = _CHECKS.get(wanted)
    if expected is not None and (not isinstance(value, expected) or isinstance(value, bool)):
        got = type(value).__name__
        raise DeviationError(f"{place} : il faut {wanted}, et non {got}", f"{place}: expected {wanted}, got {got}")
    _check_range(place, value)
    _check_header(place, value)
    return value


def _check_range(place: str, value: Any) -> None:
    lowest, highest = _RANGES.get(place, (None, None))
    # written so that a value that is no number at all (NaN) is outside
    if lowest is not None and highest is not None and not lowest <= value <= highest:
        raise DeviationError(
            f"{place} : {value} est hors de {lowest:g} à {highest:g}",
            f"{place}: {value} is outside {lowest:g} to {highest:g}",
        )


def _check_header(place: str, value: Any) -> None:
    if place == "set-answer-header.name" and not _HEADER_NAME.fullmatch(value):
        raise DeviationError(
            f"{place} : {value!r} n'est pas un nom d'en-tête HTTP", f"{place}: {value!r} is no name of an HTTP header"
        )
    if place == "set-answer-header.value" and not (value.isprintable() and value.isascii()):
        raise DeviationError(
            f"{place} : écrivez un texte ASCII imprimable ; HTTP ne porte rien d'autre",
            f"{place}: write printable ASCII text; HTTP cannot carry anything else",
        )


def resolve(deviation: Deviation, facts: Mapping[str, Json]) -> Deviation:
    """Return the deviation with every ``{fact}`` in its text values replaced.

    A scenario is written before its people exist: ``SetField(Seam.USERINFO, "sub", "{victim.sub}")`` becomes a lie
    about a person only when that person has been drawn.

    Args:
        deviation: the lie as the scenario states it.
        facts: what is known now, by name without braces.

    Raises:
        DeviationError: a text names a fact that is not known.
    """
    return from_json(_resolved(to_json(deviation), facts))


def _resolved(value: Json, facts: Mapping[str, Json]) -> Json:
    if isinstance(value, dict):
        return {name: _resolved(inner, facts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, facts) for inner in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        try:
            return facts[value[1:-1]]
        except KeyError:
            there = ", ".join(sorted(facts))
            raise DeviationError(
                f"fait inconnu {value} ; faits connus : {there}", f"unknown fact {value}; known are {there}"
            ) from None
    return value
