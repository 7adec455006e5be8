"""How the property defects go wrong with what the provider says about a person; without a defect nothing changes."""

from __future__ import annotations

import fnmatch
import html
import posixpath
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from flask import render_template_string
from markupsafe import Markup

from conformance.miniatures.property_defects import PropertyDefect
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.miniatures.property_defects import AnyDefect

_KNOWN_MEMBERS: Final = frozenset(
    {
        "sub",
        "preferred_username",
        "SubjectNameID",
        "given_name",
        "family_name",
        "codeCivilite",
        "codeGenreActivite",
        "authMode",
        "Secteur_Activite",
        "SubjectOrganization",
        "SubjectOrganizationID",
        "SubjectRole",
        "Palier_Authentification",
        "PSI_Locale",
        "UITVersion",
        "Mode_Acces_Raison",
        "Acces_Regulation_Medicale",
        "otherIds",
        "SubjectRefPro",
    }
)
_MANY: Final = 40


def _number(text: str) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() else text


def _float(text: str) -> str:
    return f"{float(text):.0f}" if re.fullmatch(r"\d+(\.\d*)?", text, flags=re.ASCII) else text


_REWORDS: Final[Mapping[PropertyDefect, Callable[[str], str]]] = {
    PropertyDefect.CASTS_TO_NUMBER: _number,
    PropertyDefect.CASTS_TO_FLOAT: _float,
    PropertyDefect.LOWERS_CASE: str.lower,
    PropertyDefect.RAISES_CASE: str.upper,
    PropertyDefect.CUTS_AT_SEMICOLON: lambda text: text.partition(";")[0],
    PropertyDefect.CUTS_AT_SLASH: lambda text: text.partition("/")[0],
    PropertyDefect.CUTS_AT_ESCAPED_NUL: lambda text: text.partition("%00")[0],
    PropertyDefect.DECODES_TWICE: unquote,
    PropertyDefect.READS_PLUS_AS_SPACE: lambda text: text.replace("+", " "),
    PropertyDefect.KEEPS_ELEVEN_SIGNS: lambda text: text if text.isdigit() else text[:11],
    PropertyDefect.KEEPS_TWELVE_SIGNS: lambda text: text[:12],
    PropertyDefect.KEEPS_TWENTY_SIGNS: lambda text: text[:20],
    PropertyDefect.COMPOSES_NFKC: lambda text: unicodedata.normalize("NFKC", text),
    PropertyDefect.RESOLVES_DOTS: lambda text: posixpath.normpath(text) if ".." in text else text,
    PropertyDefect.UNESCAPES_HTML: html.unescape,
    PropertyDefect.DROPS_SIGNS: lambda text: "".join(sign for sign in text if sign.isalnum()),
}


class Slips:
    """One portal's way of getting people wrong."""

    def __init__(self, defect: AnyDefect | None) -> None:
        """Slip in one way, or in none."""
        self.defect = defect if isinstance(defect, PropertyDefect) else None
        self._known: list[str] = []
        self._profiles: dict[str, dict[str, Any]] = {}

    def received(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Return the userinfo answer as the portal takes it in.

        Raises:
            Refused: the portal refuses what it should take.
        """
        if self.defect is PropertyDefect.REFUSES_NEW_MEMBERS and set(claims) - _KNOWN_MEMBERS:
            raise Refused(Reason.IDENTITY)
        if self.defect is PropertyDefect.OPENS_WITHOUT_IDENTITY and not claims.get("SubjectNameID"):
            return {**claims, "SubjectNameID": str(claims.get("SubjectNameID"))}
        if self.defect is PropertyDefect.CRASHES_ON_NULL:
            claims["family_name"].upper()
        if self.defect is PropertyDefect.CRASHES_ON_DEPTH:
            _descend(claims, 0)
        if self.defect is PropertyDefect.SLOWS_WITH_SIZE:
            _count_pairs(claims)
        return claims

    def typed(self, text: str) -> str | None:
        """Return what the portal asks for when somebody types this; None for what a correct one asks for."""
        if self.defect is PropertyDefect.CUTS_TYPED_AT_SEMICOLON:
            return "".join(text.split()).partition(";")[0]
        if self.defect is PropertyDefect.ENCODES_TYPED_TWICE:
            return quote("".join(text.split()), safe="")
        if self.defect is PropertyDefect.KEEPS_NARROW_SPACES:
            return text.replace(" ", "")
        return None

    def identifier(self, claims: dict[str, Any]) -> str:
        """Return whom the portal takes the person for."""
        honest: str = claims["SubjectNameID"]
        if self.defect is PropertyDefect.READS_BY_POSITION:
            return str(list(claims.values())[2])
        if self.defect is PropertyDefect.TAKES_ANOTHER_IDENTIFIER:
            others = claims.get("otherIds")
            listed = others[0] if isinstance(others, list) and others else None
            return str(listed["identifiant"]) if isinstance(listed, dict) and "identifiant" in listed else honest
        if self.defect is PropertyDefect.TAKES_WILDCARDS:
            found = next((one for one in self._known if "*" in honest and fnmatch.fnmatchcase(one, honest)), honest)
            self._known.append(found)
            return found
        reword = _REWORDS.get(self.defect) if self.defect is not None else None
        return reword(honest) if reword is not None else honest

    def profile(self, identifier: str, claims: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        """Return what the portal files about the person.

        Args:
            identifier: whom it takes them for.
            claims: the userinfo answer.
            before: what it knew about whoever used this browser last.
        """
        if self.defect is PropertyDefect.KEEPS_LAST_FIELDS:
            return {**before, **claims}
        if self.defect is PropertyDefect.SHARES_ACCOUNTS_BY_CASE:
            return self._profiles.setdefault(identifier.casefold(), claims)
        return claims

    def profession(self, code: str) -> str:
        """Return what the portal makes of the code of a profession."""
        if self.defect is PropertyDefect.CRASHES_ON_UNKNOWN_CODE and code not in {"", "None"}:
            return {"10": "10", "40": "40", "60": "60", "21": "21", "70": "70", "50": "50"}[code]
        return code

    def place(self, activities: list[Any]) -> Any:
        """Return the activity whose structure is shown."""
        return activities[-1 if self.defect is PropertyDefect.MIXES_ACTIVITIES else 0]

    def name(self, claims: dict[str, Any]) -> str:
        """Return the person's name for a page."""
        whole = f"{claims.get('given_name', '')} {claims.get('family_name', '')}"
        if self.defect is PropertyDefect.PRINTS_NAMES_RAW:
            return Markup(whole)  # noqa: S704  # the defect itself
        if self.defect is PropertyDefect.RENDERS_NAMES:
            return render_template_string(whole)
        return whole


def _descend(value: Any, depth: int) -> None:
    if depth > _MANY:
        raise RecursionError
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _descend(one, depth + 1)


def _count_pairs(claims: dict[str, Any]) -> None:
    text = repr(claims)
    for start in range(len(text)):
        text.count("}", start)
