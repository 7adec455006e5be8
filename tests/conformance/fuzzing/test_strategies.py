"""The strategies that vendors use: what they draw is what the documents promise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.families import WITH_TAIL, Family
from conformance.strategies import deviation, hostile_idnat, idnat, persona, userinfo
from mock_idp.deviations import from_json, to_json
from mock_idp.ecps.idnat import classify, normalise, warnings

if TYPE_CHECKING:
    from mock_idp.deviations import Deviation
    from mock_idp.people import Person


@given(idnat())
def test_an_identifier_has_a_real_shape(value: str) -> None:
    """It can be typed as it stands, its kind is known, and nothing about it looks mistyped."""
    assert (value, []) == (normalise(value), warnings(value))
    assert classify(value) is not None


@given(st.data())
def test_families_can_be_chosen(data: st.DataObject) -> None:
    """Only those, and a slash where the family has one."""
    family = data.draw(st.sampled_from(Family))
    value = data.draw(idnat(families=(family,)))

    assert (family in WITH_TAIL) == ("/" in value)


@given(hostile_idnat())
def test_a_hostile_identifier_can_still_be_typed(value: str) -> None:
    """No space and no control sign, or it would be another one; only its length may be too much."""
    assert value == (normalise(value) if len(value) <= 255 else value)


@given(persona().flatmap(lambda person: st.tuples(st.just(person), userinfo(st.just(person)))))
def test_userinfo_is_about_its_person(drawn: tuple[Person, dict[str, Any]]) -> None:
    """The provider's own structure: no practice, no SubjectRefPro."""
    person, said = drawn

    assert (person.idnat, person.family_name) == (said["SubjectNameID"], said["family_name"])
    assert bool(person.activity) == ("SubjectRefPro" in said)
    assert said == json.loads(json.dumps(said))


@given(deviation())
def test_a_lie_can_be_armed(lie: Deviation) -> None:
    """The provider reads it back."""
    assert lie == from_json(to_json(lie))
