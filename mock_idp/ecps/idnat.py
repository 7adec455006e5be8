"""The identifiant national as people type it: which spaces to drop, what kind it is, what looks mistyped.

Sources: the tutorial of the Portail de santé PACA (every special character is typed, spaces are not); the ANS logical
models and nomenclature TRE_G08 for the kinds; ANS back-office code, which classifies by the first character only.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from mock_idp.ecps.refusals import Code, EcpsError
from mock_idp.identifiers import luhn_key

LONGEST = 255
"""Most characters accepted (unknown in the sources; 64 is the ceiling of a certificate's common name, X.520)."""

RPPS_DIGITS = 11
IDNAT_RPPS_LENGTH = 12
TEST_BLOCK = "99799"
LAST_COUNTER = 99_999

_SPACE_CATEGORIES = {"Zs", "Zl", "Zp"}
# Line ends and tabs arrive with pasted text; the last four have no width and are pasted unseen.
_OTHER_SPACES = frozenset("\t\n\x0b\x0c\r\x85\u200b\u2060\ufeff\u180e")
_UNUSABLE_CATEGORIES = {"Cc", "Cs"}
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EDIT = re.compile(r"ANS\d{14}")


class IdnatKind(StrEnum):
    """Kinds of identifiant national: the type digit of TRE_G08, or one of two shapes without a type digit."""

    ADELI = "ADELI"
    CAB_ADELI = "CAB_ADELI"
    DRASS = "DRASS"
    FINESS = "FINESS"
    SIREN = "SIREN"
    SIRET = "SIRET"
    CAB_RPPS = "CAB_RPPS"
    RPPS = "RPPS"
    ETUDIANT = "ETUDIANT"
    PSI = "PSI"
    EDIT = "EDIT"


class Doubt(StrEnum):
    """What looks mistyped; a doubt is shown, it never refuses, because published samples fail the key too."""

    RPPS_WITHOUT_TYPE = "rpps-without-type"
    RPPS_LENGTH = "rpps-length"
    RPPS_KEY = "rpps-key"
    NO_SLASH = "no-slash"
    KIND_UNKNOWN = "kind-unknown"
    LOWER_CASE = "lower-case"
    NOT_ASCII = "not-ascii"


_BY_FIRST = {
    "0": IdnatKind.ADELI,
    "1": IdnatKind.CAB_ADELI,
    "2": IdnatKind.DRASS,
    "3": IdnatKind.FINESS,
    "4": IdnatKind.SIREN,
    "5": IdnatKind.SIRET,
    "6": IdnatKind.CAB_RPPS,
    "8": IdnatKind.RPPS,
    "9": IdnatKind.ETUDIANT,
}
_WITH_SLASH = {IdnatKind.CAB_ADELI, IdnatKind.FINESS, IdnatKind.SIREN, IdnatKind.SIRET, IdnatKind.CAB_RPPS}


class IdnatError(EcpsError):
    """Text that cannot be an identifiant national."""


def without_spaces(typed: str) -> str:
    """Return what was typed or pasted without any Unicode space, line end or space without width."""
    return "".join(sign for sign in typed if not _is_space(sign))


def normalise(typed: str) -> str:
    """Return an identifiant national without its spaces, everything else kept: signs, accents, case.

    Args:
        typed: what the person typed or pasted; any Unicode space, line end or space without width is dropped.

    Raises:
        IdnatError: ``idnat-empty``, ``idnat-control`` (a control character) or ``idnat-too-long`` (over 255).
    """
    kept = without_spaces(typed)
    if not kept:
        raise IdnatError(Code.IDNAT_EMPTY)
    if any(unicodedata.category(sign) in _UNUSABLE_CATEGORIES for sign in kept):
        raise IdnatError(Code.IDNAT_CONTROL)
    if len(kept) > LONGEST:
        raise IdnatError(Code.IDNAT_TOO_LONG, length=len(kept), longest=LONGEST)
    return kept


def classify(idnat: str) -> IdnatKind | None:
    """Return the kind of an identifiant national, or None when neither its first character nor its shape tells.

    A UUID (PSI) or ``ANS`` and 14 digits (identities of the ANS sandbox tool) is recognised by shape, anything else by
    its first character, as the ANS back office does.
    """
    if _UUID.fullmatch(idnat):
        return IdnatKind.PSI
    if _EDIT.fullmatch(idnat):
        return IdnatKind.EDIT
    return _BY_FIRST.get(idnat[:1])


def warnings(idnat: str) -> list[Doubt]:
    """Return what looks mistyped in a normalised identifiant national, the likeliest mistake first."""
    kind = classify(idnat)
    doubts: list[Doubt] = []
    if _is_digits(idnat) and len(idnat) == RPPS_DIGITS:
        # The mistake that the ANS help pages expect: the RPPS number alone, without the type digit 8.
        doubts.append(Doubt.RPPS_WITHOUT_TYPE)
    elif kind is IdnatKind.RPPS:
        if not _is_digits(idnat) or len(idnat) != IDNAT_RPPS_LENGTH:
            doubts.append(Doubt.RPPS_LENGTH)
        elif not luhn_ok(idnat[1:]):
            doubts.append(Doubt.RPPS_KEY)
    elif kind in _WITH_SLASH and "/" not in idnat:
        doubts.append(Doubt.NO_SLASH)
    elif kind is None:
        doubts.append(Doubt.KIND_UNKNOWN)
    return doubts + _odd_letters(idnat, kind)


def _odd_letters(idnat: str, kind: IdnatKind | None) -> list[Doubt]:
    # a UUID is written in small letters, a card in capitals
    lower = kind is not IdnatKind.PSI and any(sign.islower() for sign in idnat)
    return [*([Doubt.LOWER_CASE] if lower else []), *([] if idnat.isascii() else [Doubt.NOT_ASCII])]


def luhn_ok(digits: str) -> bool:
    """Tell whether a run of decimal digits ends with its own Luhn key (ISO/IEC 7812-1 annex B)."""
    return len(digits) > 1 and _is_digits(digits) and luhn_key(digits[:-1]) == digits[-1]


def rpps_idnat(counter: int) -> str:
    """Return a fictional idnat of type 8 in the test-like block ``997 99``, with its key.

    Args:
        counter: 0 to 99,999; the personas of the directory stand at 1, 2, 3 …

    Raises:
        ValueError: the counter is outside the block.
    """
    if not 0 <= counter <= LAST_COUNTER:
        raise ValueError(f"counter: {counter} is outside 0-{LAST_COUNTER}; choose one inside")
    number = f"{TEST_BLOCK}{counter:05d}"
    return f"8{number}{luhn_key(number)}"


def _is_space(sign: str) -> bool:
    return sign in _OTHER_SPACES or unicodedata.category(sign) in _SPACE_CATEGORIES


def _is_digits(text: str) -> bool:
    # str.isdigit also accepts full-width and superscript digits, which no identifier contains.
    return text.isascii() and text.isdigit()
