"""Strategies for people: personas of the simulator, and userinfo in PSC's structure as this provider gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from conformance.strategies.identifiers import idnat
from mock_idp.people import Activity, Person, builtin_people
from mock_idp.protocol.userinfo import userinfo as honest_userinfo
from mock_idp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_BUILTIN: Final = builtin_people()
_NAMES: Final = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÉÈÇÏŒ-’ ", min_size=1, max_size=24).map(str.strip).filter(bool)


def persona() -> st.SearchStrategy[Person]:
    """Draw one of the simulator's personas under another identifier and another name, with 0 to 3 activities."""
    return st.builds(
        _called,
        st.sampled_from(_BUILTIN),
        idnat(),
        _NAMES,
        _NAMES,
        st.lists(st.sampled_from([one for person in _BUILTIN for one in person.activity]), max_size=3).map(tuple),
    )


def _called(person: Person, name: str, given: str, family: str, activity: tuple[Activity, ...]) -> Person:
    return replace(person, idnat=name, given_name=given, family_name=family, activity=activity, exercice=())


def userinfo(people: st.SearchStrategy[Person] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Draw the userinfo document of somebody, as the provider gives it with its default settings.

    Args:
        people: whose; by default anybody's.
    """
    said: Callable[[Person], dict[str, Any]] = lambda person: dict(honest_userinfo(person, Settings()))  # noqa: E731
    return (people if people is not None else persona()).map(said)
