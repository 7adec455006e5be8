"""The families of identifiants nationaux: their shapes, and their check digits against published values."""

from __future__ import annotations

import re

import pytest

from conformance.families import NUMBERS, SHAPES, WITH_TAIL, Family, core, keyed
from mock_idp.ecps.idnat import luhn_ok, normalise, warnings

SHAPE = {
    Family.RPPS: r"8997980\d{5}",
    Family.ADELI: r"00B70\d{5}",
    Family.ADELI_DIGITS: r"00070\d{5}",
    Family.CAB_ADELI: r"10B70\d{5}01",
    Family.FINESS: r"30B09\d{5}",
    Family.SIREN: r"40000\d{5}",
    Family.SIRET: r"50{9}\d{5}",
    Family.CAB_RPPS: r"6997980\d{5}01\d",
    Family.EDIT: r"ANS2099010100\d{4}",
    Family.PSI: r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


@pytest.mark.parametrize("family", Family)
def test_a_family_has_its_shape_and_one_identifier_for_each_number(family: Family) -> None:
    """From the first to the last."""
    made = [core(family, number) for number in (0, 1, 4711, NUMBERS - 1)]

    assert [True] * 4 == [bool(re.fullmatch(SHAPE[family], one)) for one in made]
    assert 4 == len(set(made))


@pytest.mark.parametrize(
    "published", ["899700218896"[1:], "0B0057881", "0B7010446", "99700367909006", "00000000029751"]
)
def test_the_keys_are_those_of_published_test_identifiers(published: str) -> None:
    """Values of public test cards and samples, without their type digit."""
    assert published == keyed(published[:-1])


def test_digits_only_families_end_with_their_key() -> None:
    """The whole number behind the type digit passes Luhn, and nothing about a shape looks mistyped."""
    digits = [core(family, 12)[1:] for family in (Family.RPPS, Family.SIREN, Family.SIRET, Family.CAB_RPPS)]

    assert [True] * 4 == [luhn_ok(one) for one in digits]
    assert [[]] * len(SHAPES) == [warnings(core(family, 12) + tail) for family, tail in SHAPES]


def test_every_family_has_a_real_shape_and_only_some_go_on() -> None:
    """The table of shapes is complete, and each can be typed as it stands."""
    assert set(Family) == {family for family, _ in SHAPES}
    assert set(WITH_TAIL) == {family for family, tail in SHAPES if tail}
    assert [True] * len(SHAPES) == [
        core(family, 1) + tail == normalise(core(family, 1) + tail) for family, tail in SHAPES
    ]


@pytest.mark.parametrize("number", [-1, NUMBERS])
def test_a_number_outside_the_range_is_refused(number: int) -> None:
    """A shape would break."""
    with pytest.raises(ValueError, match=r"number: .* is outside 0-9999"):
        core(Family.RPPS, number)
