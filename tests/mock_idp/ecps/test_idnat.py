"""The identifiant national as typed: spaces go, everything else stays, doubts are only told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_idp.ecps.idnat import Doubt, IdnatError, IdnatKind, classify, luhn_ok, normalise, rpps_idnat, warnings
from mock_idp.people import builtin_people

SPACES = " \u00a0\u2009\u202f\u2003\u3000\t\r\n\u200b\ufeff"


@pytest.mark.parametrize("space", SPACES)
def test_every_kind_of_space_is_dropped(space: str) -> None:
    """Ordinary, no-break, thin, full-width, zero-width spaces, tabs and line ends are never part of the value."""
    assert "899799000015" == normalise(f"{space}8 99799{space}000015{space}")


@pytest.mark.parametrize("typed", ["30B0990032/DIR*01;A", "30b0990016/cpet", "８９９", "é", "-._~%2F", "<b>"])
def test_everything_else_is_kept(typed: str) -> None:
    """Signs, case, accents and full-width digits reach the directory as they were typed."""
    assert typed == normalise(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "idnat-empty"),
        (SPACES, "idnat-empty"),
        ("8997\x0099", "idnat-control"),
        ("8997\x1b[0m", "idnat-control"),
        ("8997\udc80", "idnat-control"),
        ("8" * 256, "idnat-too-long"),
    ],
)
def test_what_cannot_be_an_identifier_is_refused(typed: str, code: str) -> None:
    """Nothing, control characters and more than 255 characters each have their own reason."""
    with pytest.raises(IdnatError) as refused:
        normalise(typed)

    assert code == refused.value.code


def test_255_characters_are_accepted() -> None:
    """Spaces do not count towards the ceiling."""
    assert "8" * 255 == normalise(" 8" * 255)


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    """Any text is either refused with a code or comes out without a space, and stays so."""
    try:
        kept = normalise(typed)
    except IdnatError:
        return

    assert kept == normalise(kept)
    assert not any(sign.isspace() for sign in kept)


@pytest.mark.parametrize(
    ("idnat", "kind"),
    [
        ("899799000015", IdnatKind.RPPS),
        ("00B7099027", IdnatKind.ADELI),
        ("112345678901/00001", IdnatKind.CAB_ADELI),
        ("2", IdnatKind.DRASS),
        ("30B0990016/CPET0001", IdnatKind.FINESS),
        ("4", IdnatKind.SIREN),
        ("500000000099036/CPAT0001", IdnatKind.SIRET),
        ("699799000015007/00001", IdnatKind.CAB_RPPS),
        ("9", IdnatKind.ETUDIANT),
        ("81f0f0a4-1111-4222-8333-123456789abc", IdnatKind.PSI),
        ("ANS20210107161422", IdnatKind.EDIT),
        ("ANS2021", None),
        ("7", None),
        ("", None),
        ("８９９", None),
    ],
)
def test_the_kind_is_told_by_shape_then_by_first_character(idnat: str, kind: IdnatKind | None) -> None:
    """A UUID that begins with 8 is a PSI identity, not an RPPS."""
    assert kind == classify(idnat)


@pytest.mark.parametrize(
    ("idnat", "doubts"),
    [
        ("899799000015", []),
        ("99799000015", [Doubt.RPPS_WITHOUT_TYPE]),
        ("810101201234", [Doubt.RPPS_KEY]),
        ("8997990000", [Doubt.RPPS_LENGTH]),
        ("89979900001A", [Doubt.RPPS_LENGTH]),
        ("30B0990016", [Doubt.NO_SLASH]),
        ("30B0990016/CPET0001", []),
        ("hello", [Doubt.KIND_UNKNOWN, Doubt.LOWER_CASE]),
        ("30b0990016/CPET0001", [Doubt.LOWER_CASE]),
        ("123e4567-e89b-12d3-a456-426614174000", []),
        ("９９７９９００００１５", [Doubt.KIND_UNKNOWN, Doubt.NOT_ASCII]),
        ("８９９７９９００００１５", [Doubt.KIND_UNKNOWN, Doubt.NOT_ASCII]),
    ],
)
def test_doubts_are_told_and_refuse_nobody(idnat: str, doubts: list[Doubt]) -> None:
    """A wrong key or length is worth a remark; published samples have them too."""
    assert doubts == warnings(normalise(idnat))


@pytest.mark.parametrize("digits", ["10005531586", "99700367909", "99700218896", "356000000"])
def test_known_good_keys(digits: str) -> None:
    """Values met on public test cards, and a public SIREN, carry a right Luhn key."""
    assert luhn_ok(digits)


@pytest.mark.parametrize("digits", ["", "8", "10101201234", "10005678901", "1000553158６", "0B7010446"])
def test_wrong_keys_and_other_text(digits: str) -> None:
    """Two published samples fail, and so does anything that is not at least two ASCII digits."""
    assert not luhn_ok(digits)


def test_fictional_identifiers_are_those_of_the_personas() -> None:
    """Counter 1 is the first persona of the directory, key included."""
    assert "899799000015" == rpps_idnat(1)
    assert {person.idnat for person in builtin_people() if person.idnat.startswith("8")} <= {
        rpps_idnat(counter) for counter in range(20)
    }


@given(st.integers(min_value=0, max_value=99_999))
def test_fictional_identifiers_raise_no_doubt(counter: int) -> None:
    """Every made-up identifier is a well-formed RPPS."""
    assert [] == warnings(rpps_idnat(counter))


@pytest.mark.parametrize("counter", [-1, 100_000])
def test_counters_outside_the_block_are_refused(counter: int) -> None:
    """The message names the field and the range."""
    with pytest.raises(ValueError, match=r"counter: .* 0-99999"):
        rpps_idnat(counter)
