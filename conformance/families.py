"""The families of identifiants nationaux, each with its shape and its check digits, made up in test-like ranges.

Shapes: ANS logical models and nomenclature TRE_G08; a UUID and ``ANS`` with 14 digits are two further shapes seen in
public samples.  The keys of ADELI and of FINESS with letters are inferred from published values; no source states them.
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Final

from mock_idp.people import luhn_key

NUMBERS: Final = 10_000
"""How many different people a family has here: the narrowest, a test SIRET, leaves four digits."""

_LETTERS: Final = str.maketrans("AB", "12")


class Family(StrEnum):
    """Who issues an identifiant national, which is what its shape depends on."""

    RPPS = "rpps"
    ADELI = "adeli"
    ADELI_DIGITS = "adeli-digits"
    CAB_ADELI = "cab-adeli"
    FINESS = "finess"
    SIREN = "siren"
    SIRET = "siret"
    CAB_RPPS = "cab-rpps"
    EDIT = "edit"
    PSI = "psi"


WITH_TAIL: Final = frozenset({Family.CAB_ADELI, Family.FINESS, Family.SIREN, Family.SIRET, Family.CAB_RPPS})
"""Families whose identifiers go on with a slash and a text that the employer chose."""

SHAPES: Final = (
    (Family.RPPS, ""),
    (Family.ADELI, ""),
    (Family.ADELI_DIGITS, ""),
    (Family.CAB_ADELI, "/00001"),
    (Family.FINESS, "/CPET00001"),
    (Family.SIREN, "/9762"),
    (Family.SIRET, "/CPAT0001"),
    (Family.CAB_RPPS, "/000000018"),
    (Family.EDIT, ""),
    (Family.PSI, ""),
)
"""Every real shape with a tail seen in public samples; fuzzing always runs these, whatever else it draws."""


def keyed(body: str) -> str:
    """Return a run of digits, and of letters A and B, with its Luhn key behind it.

    A counts as 1 and B as 2: computed from published FINESS numbers of Corsica, stated by no source.
    """
    return body + luhn_key(body.translate(_LETTERS))


def core(family: Family, number: int) -> str:
    """Return the part of an identifier that the family itself issues, type digit first.

    Args:
        family: which.
        number: 0 to 9,999; each gives one person.

    Raises:
        ValueError: the number is outside.
    """
    if not 0 <= number < NUMBERS:
        raise ValueError(f"number: {number} is outside 0-{NUMBERS - 1}")
    four = f"{number:04d}"
    rpps, adeli, siren = keyed(f"997980{four}"), keyed(f"0B70{four}"), keyed(f"0000{four}")
    made = {
        Family.RPPS: "8" + rpps,
        Family.ADELI: "0" + adeli,
        Family.ADELI_DIGITS: "0" + keyed(f"0070{four}"),
        Family.CAB_ADELI: f"1{adeli}01",
        Family.FINESS: "3" + keyed(f"0B09{four}"),
        Family.SIREN: "4" + siren,
        Family.SIRET: "5" + keyed(f"000000000{four}"),
        Family.CAB_RPPS: "6" + keyed(rpps + "01"),
        Family.EDIT: f"ANS2099010100{four}",
        Family.PSI: str(uuid.uuid5(uuid.NAMESPACE_URL, f"fictif:{number}")),
    }
    return made[family]
