"""Identifiants nationaux as values: their check digit, where they come from, and new ones in test-like blocks."""

from __future__ import annotations

TEST_RPPS = "99799"
TEST_ADELI = "00B9"
EDIT_LENGTH = 17
ORIGINS = {"0": "ADELI", "1": "CAB_ADELI", "3": "FINESS", "4": "SIREN", "5": "SIRET", "6": "CAB_RPPS", "8": "RPPS"}


def luhn_key(digits: str) -> str:
    """Return the Luhn key of a run of decimal digits, the last digit of an RPPS number (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += sum(divmod(value, 10))
    return str(-total % 10)


def is_edit(idnat: str) -> bool:
    """Tell whether an identifier was made with the sandbox tool EDIT: ``ANS`` and 14 digits."""
    digits = idnat[3:]
    return idnat.startswith("ANS") and len(idnat) == EDIT_LENGTH and digits.isascii() and digits.isdigit()


def is_psi(idnat: str) -> bool:
    """Tell whether an identifier is a UUID, of a ProSanté Identité account."""
    return [len(part) for part in idnat.split("-")] == [8, 4, 4, 4, 12]


def origin_of(idnat: str) -> str:
    """Return where an identifier comes from, as PSC's back office classifies it by its shape or its first character."""
    if is_edit(idnat):
        return "EDIT"
    return "PSI" if is_psi(idnat) else ORIGINS.get(idnat[:1], "RASS")


def fresh_like(idnat: str, counter: int) -> str:
    """Return a new identifier of the same kind.

    An RPPS stands in the test-like block 997 99; an identifier with a slash keeps what is before it, and its
    odd signs; a UUID, an identity made with EDIT and an ADELI of the test block keep their shape; any other kind
    becomes an RPPS.

    Args:
        idnat: whose kind to take.
        counter: up to five digits; each gives one identifier.
    """
    structure, slash, own = idnat.partition("/")
    if slash:
        odd = "".join(sign for sign in own if not sign.isalnum())
        return f"{structure}/FICTIF{counter:05d}{odd}"
    if is_edit(idnat):
        return f"ANS2099{counter:010d}"
    if is_psi(idnat):
        return f"00000000-0000-4000-8000-{counter:012d}"
    if idnat.startswith(TEST_ADELI):
        return f"{TEST_ADELI}{counter:06d}"
    number = f"{TEST_RPPS}{counter:05d}"
    return f"8{number}{luhn_key(number)}"
