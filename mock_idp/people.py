"""The directory: fictional practitioners, from ``people.toml`` or made to order for one scenario."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

FRESH_FIRST = 10_000
FRESH_LAST = 99_999
ACTIVE, DEACTIVATED = "active", "deactivated"


class PeopleError(ValueError):
    """A person that cannot be read or made; the message names the field and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity of a practice, in the codes of the ANS nomenclatures; an unknown value is an empty string."""

    mode: str = ""
    genre: str = ""
    secteur: str = ""
    role: str = ""
    section_pharmacien: str = ""
    structure: str = ""
    finess_site: str = ""
    raison_sociale: str = ""
    autorite: str = ""
    ancien_identifiant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictional holder of a CPx card, or somebody known to the directory.

    ``idnat`` is the identifiant national as printed on the first line of the card, without spaces; ``email`` and
    ``mobile`` are the contact data on record, with which an e-CPS is activated without a card.  ``former_idnats`` are
    those of accounts that were merged into this one, separated by spaces; ``status`` is ``active`` or ``deactivated``.
    """

    key: str
    idnat: str
    given_name: str
    family_name: str
    card: str = "CPS"
    title: str = ""
    civilite: str = ""
    civilite_exercice: str = ""
    profession: str = ""
    categorie: str = ""
    type_savoir_faire: str = ""
    savoir_faire: str = ""
    email: str = ""
    mobile: str = ""
    former_idnats: str = ""
    status: str = ACTIVE
    activity: tuple[Activity, ...] = ()


def read_people(text: str, *, source: str = "people.toml") -> tuple[Person, ...]:
    """Return the people described in TOML text, each a ``[[person]]`` table.

    Raises:
        PeopleError: the text is no TOML, a member is unknown, missing or no string, or an idnat or a key stands twice.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PeopleError(f"{source}: {error}") from None
    if unknown := sorted(set(document) - {"person"}):
        raise PeopleError(f"{source}: {unknown[0]}: unknown; write [[person]] tables")
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
            raise PeopleError(f"{place} {person.key}: idnat {person.idnat} stands twice; give each one its own")
        if person.key in keys:
            raise PeopleError(f"{place} {number}: key {person.key} stands twice; give each one its own")
        seen.add(person.idnat)
        keys.add(person.key)
    return people


def _tables(members: dict[str, Any], name: str, place: str, spelling: str) -> list[dict[str, Any]]:
    tables = members.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PeopleError(f"{place}: expected {spelling} tables")
    return tables


def _person(members: dict[str, Any], place: str) -> Person:
    activities = tuple(
        _made(Activity, activity, f"{place}.activity {number}")
        for number, activity in enumerate(_tables(members, "activity", f"{place}.activity", "[[person.activity]]"), 1)
    )
    own = {name: value for name, value in members.items() if name != "activity"}
    person: Person = replace(_made(Person, own, place), activity=activities)
    return person


def _made(kind: type[Any], members: dict[str, Any], place: str) -> Any:
    known = set(kind.__dataclass_fields__) - {"activity"}
    if unknown := sorted(set(members) - known):
        raise PeopleError(f"{place}.{unknown[0]}: unknown member; known are {', '.join(sorted(known))}")
    for name, value in members.items():
        if not isinstance(value, str):
            raise PeopleError(f"{place}.{name}: expected text between quotes, got {type(value).__name__}")
    if kind is Person:
        for name in ("key", "idnat", "given_name", "family_name"):
            if not members.get(name):
                raise PeopleError(f"{place}.{name}: missing; every person needs one")
        if members.get("status", ACTIVE) not in {ACTIVE, DEACTIVATED}:
            raise PeopleError(
                f"{place}.status: {members['status']!r} is not known; write {ACTIVE!r} or {DEACTIVATED!r}"
            )
    return kind(**members)


def builtin_people() -> tuple[Person, ...]:
    """Return the personas that ship with the simulator."""
    return read_people(files("mock_idp").joinpath("people.toml").read_text(encoding="utf-8"))


class Directory:
    """Who exists.  People are added, never changed: a scenario's people are its own."""

    def __init__(self, people: Iterable[Person]) -> None:
        """Know the given people."""
        self._by_idnat = {person.idnat: person for person in people}

    def find(self, idnat: str) -> Person | None:
        """Return the person with exactly this idnat, or None."""
        return self._by_idnat.get(idnat)

    def resolve(self, idnat: str) -> Person | None:
        """Return the person with this idnat, or whose account took over the one that had it, or None."""
        exact = self.find(idnat)
        if exact is not None:
            return exact
        return next((person for person in self.everybody() if idnat in person.former_idnats.split()), None)

    def template(self, key: str) -> Person:
        """Return the persona of that key.

        Raises:
            PeopleError: no persona has that key.
        """
        # a copy: another thread may add somebody while this one looks
        for person in self.everybody():
            if person.key == key:
                return person
        known = ", ".join(sorted({person.key for person in self.everybody()}))
        raise PeopleError(f"template: no persona is called {key!r}; known are {known}")

    def add(self, person: Person) -> None:
        """Know one more person.

        Raises:
            PeopleError: somebody has that idnat already.
        """
        if self._by_idnat.setdefault(person.idnat, person) is not person:
            raise PeopleError(f"idnat: {person.idnat} belongs to somebody already; choose another")

    def everybody(self) -> tuple[Person, ...]:
        """Return everybody, in the order in which they became known."""
        return tuple(self._by_idnat.values())


def luhn_key(digits: str) -> str:
    """Return the Luhn key of a run of decimal digits, the last digit of an RPPS number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += sum(divmod(value, 10))
    return str(-total % 10)


def fresh_person(template: Person, counter: int) -> Person:
    """Return a new person of the template's profession, with an RPPS of their own in the test-like block 997 99.

    Args:
        template: whose profession and activities to take.
        counter: 10,000 to 99,999; each gives one person.

    Raises:
        PeopleError: the counter is outside the block.
    """
    if not FRESH_FIRST <= counter <= FRESH_LAST:
        raise PeopleError(f"counter: {counter} is outside {FRESH_FIRST}-{FRESH_LAST}; restart the provider")
    number = f"99799{counter:05d}"
    return replace(
        template,
        key=f"{template.key}-{counter}",
        idnat=f"8{number}{luhn_key(number)}",
        given_name="SIMONE",
        family_name=f"FICTIF{counter:05d}",
        former_idnats="",
        email=f"simone.fictif{counter:05d}@exemple.invalid",
        mobile=f"063998{counter % 10_000:04d}",
        card="CPS",
    )
