"""Fictional practitioners, from ``people.toml`` or made to order for one scenario."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

from mock_idp.identifiers import fresh_like, luhn_key
from mock_idp.person import ACTIVE, DEACTIVATED, Activity, Exercice, Person
from mock_idp.spoken import Spoken

__all__ = [
    "ACTIVE",
    "DEACTIVATED",
    "FRESH_FIRST",
    "FRESH_LAST",
    "Activity",
    "Exercice",
    "PeopleError",
    "Person",
    "builtin_people",
    "fresh_person",
    "luhn_key",
    "people_from",
    "read_people",
]

FRESH_FIRST = 10_000
FRESH_LAST = 99_999


class PeopleError(Spoken, ValueError):
    """A person that cannot be read or made; the message names the field and the remedy."""


def read_people(text: str, *, source: str = "people.toml") -> tuple[Person, ...]:
    """Return the people described in TOML text, each a ``[[person]]`` table.

    Raises:
        PeopleError: the text is no TOML, a member is unknown, missing or no string, or an idnat or a key stands twice.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PeopleError(f"{source} : ce n'est pas du TOML : {error}", f"{source}: this is no TOML: {error}") from None
    if unknown := sorted(set(document) - {"person"}):
        raise PeopleError(
            f"{source} : {unknown[0]} : clé inconnue ; écrivez des tables [[person]]",
            f"{source}: {unknown[0]}: unknown; write [[person]] tables",
        )
    return people_from(_tables(document, "person", f"{source}: person", "[[person]]"), f"{source}: person")


def people_from(tables: list[dict[str, Any]], place: str) -> tuple[Person, ...]:
    """Return the people that tables describe.

    Args:
        tables: one for each person.
        place: where they stand, for messages.

    Raises:
        PeopleError: a member is unknown, missing or no string, or an idnat or a key stands twice.
    """
    people = tuple(_person(members, f"{place} {number}") for number, members in enumerate(tables, 1))
    keys: set[str] = set()
    seen: set[str] = set()
    for number, person in enumerate(people, 1):
        if person.idnat in seen:
            raise _twice(f"{place} {person.key}", f"idnat {person.idnat}")
        if person.key in keys:
            raise _twice(f"{place} {number}", f"key {person.key}")
        seen.add(person.idnat)
        keys.add(person.key)
    return people


def _tables(members: dict[str, Any], name: str, place: str, spelling: str) -> list[dict[str, Any]]:
    tables = members.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PeopleError(f"{place} : écrivez des tables {spelling}", f"{place}: expected {spelling} tables")
    return tables


def _twice(place: str, what: str) -> PeopleError:
    return PeopleError(
        f"{place} : {what} figure deux fois ; donnez à chacun le sien",
        f"{place}: {what} stands twice; give each one its own",
    )


_INSIDE: dict[str, type[Any]] = {"activity": Activity, "exercice": Exercice}
"""Members that are tables themselves."""


def _person(members: dict[str, Any], place: str) -> Person:
    person: Person = _made(Person, members, place, "person")
    for name in ("key", "idnat", "given_name", "family_name"):
        if not members.get(name):
            raise PeopleError(
                f"{place}.{name} : manque ; il en faut à chaque personne",
                f"{place}.{name}: missing; every person needs one",
            )
    if person.status not in {ACTIVE, DEACTIVATED}:
        raise PeopleError(
            f"{place}.status : {person.status!r} est inconnu ; écrivez {ACTIVE!r} ou {DEACTIVATED!r}",
            f"{place}.status: {person.status!r} is not known; write {ACTIVE!r} or {DEACTIVATED!r}",
        )
    return person


def _made(kind: type[Any], members: dict[str, Any], place: str, path: str) -> Any:
    known = {member.name for member in fields(kind)}
    if unknown := sorted(set(members) - known):
        there = ", ".join(sorted(known))
        raise PeopleError(
            f"{place}.{unknown[0]} : clé inconnue ; clés connues : {there}",
            f"{place}.{unknown[0]}: unknown member; known are {there}",
        )
    read: dict[str, Any] = {}
    for name, value in members.items():
        if name in _INSIDE:
            tables = _tables(members, name, f"{place}.{name}", f"[[{path}.{name}]]")
            read[name] = tuple(
                _made(_INSIDE[name], table, f"{place}.{name} {number}", f"{path}.{name}")
                for number, table in enumerate(tables, 1)
            )
        elif isinstance(value, str):
            read[name] = value
        else:
            got = type(value).__name__
            raise PeopleError(
                f"{place}.{name} : écrivez un texte entre guillemets, et non {got}",
                f"{place}.{name}: expected text between quotes, got {got}",
            )
    required = {member.name: "" for member in fields(kind) if member.default is MISSING}
    return kind(**{**required, **read})


@cache
def builtin_people() -> tuple[Person, ...]:
    """Return the personas that ship with the simulator."""
    return read_people(files("mock_idp").joinpath("people.toml").read_text(encoding="utf-8"))


def fresh_person(template: Person, counter: int, formerly: Person | None = None) -> Person:
    """Return a new person of the template's profession, with an identifier of the template's kind.

    Args:
        template: whose profession and activities to take.
        counter: 10,000 to 99,999; each gives one person.
        formerly: the account that was merged into this one: same names, and its identifiers in ``otherIds``.

    Raises:
        PeopleError: the counter is outside the block.
    """
    if not FRESH_FIRST <= counter <= FRESH_LAST:
        bounds = f"{FRESH_FIRST}-{FRESH_LAST}"
        raise PeopleError(
            f"counter : {counter} est hors de {bounds} ; démarrez le fournisseur sur une mémoire vide",
            f"counter: {counter} is outside {bounds}; start the provider with an empty store",
        )
    return replace(
        template,
        key=f"{template.key}-{counter}",
        idnat=fresh_like(template.idnat, counter),
        given_name=formerly.given_name if formerly else "SIMONE",
        family_name=formerly.family_name if formerly else f"FICTIF{counter:05d}",
        former_idnats=f"{formerly.idnat} {formerly.former_idnats}".strip() if formerly else "",
        status=ACTIVE,
        email=f"simone.fictif{counter:05d}@exemple.invalid",
        mobile=f"063998{counter % 10_000:04d}",
        card=template.card or "CPS",
    )
