"""The directory: everybody who is known, from the start or since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mock_idp.people import PeopleError
from mock_idp.store import FOR_GOOD, MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mock_idp.people import Person
    from mock_idp.store import Store

NEWCOMERS: Final = "people"
"""Table of those who became known after the start."""


class Directory:
    """Who exists.  People are added, never changed: a scenario's people are its own.

    Those known from the start are given anew at each start; those added later are kept in the store, and as lasting.
    """

    def __init__(self, people: Iterable[Person], store: Store | None = None) -> None:
        """Know the given people, and whoever is kept in the store already (by default one in memory)."""
        self._by_idnat = {person.idnat: person for person in people}
        self._store: Store = store or MemoryStore()

    def find(self, idnat: str) -> Person | None:
        """Return the person with exactly this idnat, or None."""
        known = self._by_idnat.get(idnat)
        if known is not None:
            return known
        newcomer: Person | None = self._store.get(NEWCOMERS, idnat, now=FOR_GOOD)
        return newcomer

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
        for person in self.everybody():
            if person.key == key:
                return person
        known = ", ".join(sorted({person.key for person in self.everybody()}))
        raise PeopleError(
            f"template : aucune persona ne s'appelle {key!r} ; personas connues : {known}",
            f"template: no persona is called {key!r}; known are {known}",
        )

    def add(self, person: Person) -> None:
        """Know one more person; to add somebody again changes nothing.

        Raises:
            PeopleError: somebody has that idnat already.
        """
        if self.find(person.idnat) is None:
            self._store.compare_and_set(NEWCOMERS, person.idnat, None, person, now=FOR_GOOD)
        if self.find(person.idnat) != person:
            raise PeopleError(
                f"idnat : {person.idnat} est déjà à quelqu'un ; choisissez-en un autre",
                f"idnat: {person.idnat} belongs to somebody already; choose another",
            )

    def everybody(self) -> tuple[Person, ...]:
        """Return everybody, in the order in which they became known."""
        newcomers: list[Person] = self._store.values(NEWCOMERS, now=FOR_GOOD)
        return (*self._by_idnat.values(), *(one for one in newcomers if one.idnat not in self._by_idnat))
