"""What a correct portal looks for in a userinfo answer, and whom it takes the answer to be about (OIDC-CORE 5.3.2)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.miniatures.defects import Defect
from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Reason
from conformance.miniatures.rules import Rule, Whim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TINY_COLUMN: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class UserinfoFacts:
    """A userinfo answer, and the ID token that it goes with.

    Attributes:
        twice: names of members that are said more than once.
    """

    claims: dict[str, Any] = field(repr=False)
    id_token: dict[str, Any] = field(repr=False)
    twice: frozenset[str] = frozenset()

    def get(self, name: str) -> Any:
        """Return a member, or None."""
        return self.claims.get(name)

    @property
    def expected(self) -> object:
        """Return the sub of the ID token; where that one is unusable and was taken all the same, anything goes."""
        sub = self.id_token.get("sub")
        return sub if isinstance(sub, str) and 0 < len(sub) <= 255 else self.get("sub")  # noqa: PLR2004  # OIDC-CORE 2


def _only_case_differs(facts: UserinfoFacts) -> bool:
    sub, expected = facts.get("sub"), facts.expected
    return isinstance(sub, str) and isinstance(expected, str) and sub != expected and sub.lower() == expected.lower()


def _is_somebody_else(facts: UserinfoFacts) -> bool:
    sub = facts.get("sub")
    return isinstance(sub, str) and sub != facts.expected and not _only_case_differs(facts)


def _has_half_a_sign(facts: UserinfoFacts) -> bool:
    """Tell whether a text holds half of a pair of surrogates, which no page can show (RFC 8259 8.2)."""
    try:
        json.dumps(facts.claims, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _has_spaces(facts: UserinfoFacts) -> bool:
    """Tell whether an identifier holds a space or a control sign: somebody's mistake, not a person."""
    named = facts.get("SubjectNameID")
    return isinstance(named, str) and any(unicodedata.category(sign)[0] in "ZC" for sign in named)


def _is_not_ascii(facts: UserinfoFacts) -> bool:
    identifier = facts.get("SubjectNameID")
    return isinstance(identifier, str) and not identifier.isascii() and not _has_spaces(facts)


RULES: Final[tuple[Rule[UserinfoFacts], ...]] = (
    Rule(Reason.USERINFO_SUB, lambda it: bool(it.twice), Defect.READS_LAST_OF_TWO_USERINFO_MEMBERS),
    Rule(
        Reason.USERINFO_SUB,
        lambda it: it.get("sub") in {None, ""} if not isinstance(it.get("sub"), list | dict) else False,
        Defect.ACCEPTS_USERINFO_WITHOUT_SUB,
    ),
    Rule(Reason.USERINFO_SUB, lambda it: isinstance(it.get("sub"), list), Defect.LOOKS_FOR_SUB_IN_LIST),
    Rule(Reason.USERINFO_SUB, lambda it: isinstance(it.get("sub"), int | float), Defect.ACCEPTS_USERINFO_SUB_NUMBER),
    Rule(Reason.USERINFO_SUB, lambda it: isinstance(it.get("sub"), dict)),
    Rule(Reason.USERINFO_SUB, _only_case_differs, Defect.COMPARES_SUB_WITHOUT_CASE),
    Rule(Reason.USERINFO_SUB, _is_somebody_else, Defect.NEVER_COMPARES_USERINFO_SUB),
    Rule(Reason.IDENTITY, lambda it: isinstance(it.get("SubjectNameID"), dict), Defect.TAKES_OBJECT_FOR_IDENTIFIER),
    Rule(
        Reason.IDENTITY, lambda it: not isinstance(it.get("SubjectNameID"), str | dict) or not it.get("SubjectNameID")
    ),
    Rule(Reason.TEXT, _has_half_a_sign, Defect.CRASHES_ON_LONE_SURROGATE),
    Rule(Reason.IDENTITY, _has_spaces, PropertyDefect.KEEPS_SPACES),
    Rule(Reason.IDENTITY, _is_not_ascii, Defect.FOLDS_IDENTIFIER),
)


def _practices(facts: UserinfoFacts) -> list[Any]:
    """Return the exercices, wherever there are any."""
    found = (facts.get("SubjectRefPro") or {}).get("exercices")
    return found if isinstance(found, list) else []


def _activities(facts: UserinfoFacts) -> list[Any]:
    return [activity for practice in _practices(facts) for activity in practice.get("activities") or []]


def _has_no_practice_list(facts: UserinfoFacts) -> bool:
    return "SubjectRefPro" in facts.claims and not _practices(facts)


def _has_no_activities(facts: UserinfoFacts) -> bool:
    return any(not practice.get("activities") for practice in _practices(facts))


def _is_not_latin(facts: UserinfoFacts) -> bool:
    return any(sign > "\xff" for name in ("given_name", "family_name") for sign in str(facts.get(name)))


WHIMS: Final[tuple[Whim[UserinfoFacts], ...]] = (
    Whim(Defect.CRASHES_WITHOUT_PROFESSIONAL_SITUATION, lambda it: "SubjectRefPro" not in it.claims),
    Whim(Defect.DEMANDS_SANDBOX_SUB, lambda it: str(it.get("sub")).startswith("f:00000000-"), Reason.USERINFO_SUB),
    Whim(Defect.CRASHES_ON_EMPTY_PRACTICE_LIST, _has_no_practice_list),
    Whim(Defect.CRASHES_WITHOUT_ACTIVITIES, _has_no_activities),
    Whim(Defect.REFUSES_SEVERAL_PRACTICES, lambda it: len(_practices(it)) > 1, Reason.IDENTITY),
    Whim(
        Defect.REFUSES_SEVERAL_ACTIVITIES,
        lambda it: len(_practices(it)) == 1 and len(_activities(it)) > 1,
        Reason.IDENTITY,
    ),
    Whim(Defect.CRASHES_ON_MOVED_CIVILITY, lambda it: "codeCivilite" not in it.claims),
    Whim(Defect.CRASHES_ON_OTHER_SPELLING, lambda it: "otherIDs" in it.claims),
    Whim(Defect.CRASHES_WITHOUT_OTHER_IDS, lambda it: "otherIds" not in it.claims and "otherIDs" not in it.claims),
    Whim(Defect.REFUSES_UNKNOWN_MEMBERS, lambda it: "nouveauChamp" in it.claims, Reason.IDENTITY),
    Whim(Defect.CRASHES_ON_SPARSE_PROFILE, lambda it: it.get("given_name") == ""),
    Whim(Defect.CRASHES_ON_LETTERS_BEYOND_LATIN_1, _is_not_latin),
    Whim(Defect.CRASHES_WITHOUT_AUTH_MODE, lambda it: "authMode" not in it.claims),
    Whim(Defect.CRASHES_ON_LDAP_FILTER, lambda it: "*)(" in str(it.get("family_name"))),
    Whim(Defect.NAMES_FILE_AFTER_PERSON, lambda it: "../" in str(it.get("family_name"))),
    Whim(Defect.FORMATS_NAME, lambda it: "%s" in str(it.get("family_name"))),
    Whim(Defect.CRASHES_ON_QUOTE_IN_NAME, lambda it: "'" in str(it.get("family_name"))),
    Whim(Defect.PUTS_NAME_IN_HEADER, lambda it: "\n" in str(it.get("given_name"))),
    Whim(
        Defect.CRASHES_ON_NULL_MEMBER,
        lambda it: "SubjectOrganization" in it.claims and it.get("SubjectOrganization") is None,
    ),
)
"""People whom the provider may well describe; the correct portal logs them in."""


def _first_other(idnat: str, claims: dict[str, Any]) -> str:
    others = claims.get("otherIds") or [{"identifiant": idnat}]
    return str(others[0]["identifiant"])


_MISREAD: Final[Mapping[Defect, Callable[[str, dict[str, Any]], str]]] = {
    Defect.DROPS_LEADING_ZEROS: lambda idnat, _: idnat.lstrip("0"),
    Defect.CUTS_IDENTIFIER_AT_SLASH: lambda idnat, _: idnat.partition("/")[0],
    Defect.CUTS_IDENTIFIER_AT_SEMICOLON: lambda idnat, _: idnat.partition(";")[0],
    Defect.DROPS_STAR_OF_IDENTIFIER: lambda idnat, _: idnat.replace("*", ""),
    Defect.DROPS_LETTERS_OF_IDENTIFIER: lambda idnat, _: idnat.removeprefix("ANS"),
    Defect.CUTS_IDENTIFIER_SHORT: lambda idnat, _: idnat[:_TINY_COLUMN],
    Defect.TAKES_FIRST_OTHER_ID: _first_other,
    Defect.FOLDS_IDENTIFIER: lambda idnat, _: unicodedata.normalize("NFKC", idnat),
}


def identifier(claims: dict[str, Any], defect: Defect | None) -> str:
    """Return whom a userinfo answer is about: ``SubjectNameID``, sign by sign."""
    idnat = str(claims["SubjectNameID"])
    misread = _MISREAD.get(defect) if defect is not None else None
    return misread(idnat, claims) if misread is not None else idnat
