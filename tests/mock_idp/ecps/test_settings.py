"""Limits of the journeys: the defaults make a journey, and numbers that make none are refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_idp.ecps.settings import SMALLEST_AND_LARGEST, EcpsSettings, EcpsSettingsError

DURATIONS = [name for name, kind in EcpsSettings.__annotations__.items() if kind == "timedelta"]
NUMBERS = {name for name, kind in EcpsSettings.__annotations__.items() if kind == "int"}


def changed(limits: EcpsSettings, name: str, value: Any) -> EcpsSettings:
    """Return limits of which one is another."""
    return replace(limits, **{name: value})


def test_every_number_has_bounds() -> None:
    """A number that is added is given its smallest and largest value."""
    assert set(SMALLEST_AND_LARGEST) == NUMBERS
    assert 8 <= len(DURATIONS)


@pytest.mark.parametrize("name", SMALLEST_AND_LARGEST)
def test_a_number_outside_its_bounds_is_refused(name: str) -> None:
    """One below and one above; the bounds themselves are possible."""
    least, most = SMALLEST_AND_LARGEST[name]
    roomy = replace(EcpsSettings(), number_digits=4)
    for value in (least, most):
        assert value == getattr(changed(roomy, name, value), name)
    for value in (least - 1, most + 1):
        with pytest.raises(EcpsSettingsError, match=rf"^{name}: {value} is outside {least} to {most}$"):
            changed(roomy, name, value)


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("seconds", [0, -1])
def test_a_duration_is_above_zero(name: str, seconds: int) -> None:
    """Nothing can be done in no time."""
    with pytest.raises(EcpsSettingsError, match=rf"^{name}: expected a duration above zero"):
        changed(EcpsSettings(), name, timedelta(seconds=seconds))


def test_there_are_as_many_numbers_as_choices() -> None:
    """Ten numbers of one digit are enough for ten choices, and there is no eleventh."""
    assert 10 == replace(EcpsSettings(), number_digits=1, number_choices=10).number_choices
    with pytest.raises(EcpsSettingsError, match=r"^number_choices: "):
        replace(EcpsSettings(), number_digits=1, number_choices=11)
