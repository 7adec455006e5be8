"""Plans about identifiers: how the second one is made, how both log in, and what P1 to P6 say about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from conformance.evidence import Anonymous, Identified
from conformance.families import SHAPES, WITH_TAIL, Family
from conformance.fuzzing.plan import LONGEST_TEXT, IdentifierPlan, Twist
from conformance.fuzzing.verdict import Look, Violation, trouble
from mock_idp.artefacts import Seam
from mock_idp.deviations import Respell, SetField
from mock_idp.ecps.idnat import IdnatError, normalise

if TYPE_CHECKING:
    from conformance.evidence import Attempt
    from conformance.fuzzing.ground import Ground

SURE_LENGTH: Final = 64
"""Up to this length a portal must take an identifier: the ceiling of a certificate's common name (X.520).  No source
says how long one can be; a longer one may be refused, but never changed."""

REINTERPRETED: Final = (
    ";x",
    ";x=1",
    "/..",
    "/x/..",
    "*",
    "%00",
    "%00x",
    ".0",
    "%2e0",
    "?x=1",
    "#x",
    "&x=1",
    "'--",
    '"',
    "\\",
)
"""What is appended for P4: path parameters, wildcards, C strings, number casts, queries, quotes."""

WILDCARDS: Final = ("*", "%", "_", "?")
"""What stands for any text, or any sign, where identifiers are looked up as patterns."""

SPACES: Final = (" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{ZERO WIDTH SPACE}", "\t")
"""What is put between signs for P3."""

TYPED_SPACES: Final = SPACES[:-2] + SPACES[-1:]
"""What is typed between signs for P6: all but the one without width, which Unicode does not call a space."""

_INTERPRETS: Final = frozenset({Twist.APPENDED, Twist.PREPENDED, Twist.QUOTED, Twist.WIDENED})
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_ESCAPED: Final = "é"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLook(Look):
    """An identifiant typed into the portal's own form, and the ``login_hint`` that came of it; None for none."""

    hint: str | None = None


def second_name(plan: IdentifierPlan, own: str) -> str | None:
    """Return the second identifier of a plan, or None when there is none, or it would be the first again.

    Args:
        plan: which twist.
        own: the family's own part of both.
    """
    first = own + plan.tail
    at = min(plan.at, len(first))
    made = {
        Twist.APPENDED: first + plan.text,
        Twist.PREPENDED: plan.text + first,
        Twist.INSERTED: first[:at] + plan.text + first[at:],
        Twist.OTHER_TAIL: own + plan.text,
        Twist.QUOTED: quote(first, safe=""),
        Twist.CASE_SWAPPED: first.swapcase(),
        Twist.WIDENED: first.translate(_WIDE),
    }.get(plan.twist)
    return None if made == first else made


def typed(name: str) -> bool:
    """Tell whether an identifier can be typed as it stands: no space, no control sign, not too long."""
    try:
        return normalise(name) == name
    except IdnatError:
        return False


def sure(name: str) -> bool:
    """Tell whether a portal must take an identifier: printable ASCII (``sub`` allows no more) and not too long."""
    return len(name) <= SURE_LENGTH and all("!" <= sign <= "~" for sign in name)


def carry_out(plan: IdentifierPlan, ground: Ground) -> tuple[Look, ...]:
    """Log in as a plan says, and return every login.

    Raises:
        WorkstationError: our own provider does not take an identifier that can be typed.
    """

    def names(own: str) -> list[str]:
        first, second = own + plan.tail, second_name(plan, own)
        if not typed(first):
            return [own]
        return [first, second] if second is not None and typed(second) else [first]

    people = ground.named(plan.family, names)
    if plan.twist is Twist.TYPED and ground.lab.described.ciba is not None:
        look, hint = ground.type_in(people[0], _with_space(plan, people[0].idnat, ""))
        return (TypedLook(name=look.name, attempt=look.attempt, pages=look.pages, visit=look.visit, hint=hint),)
    first = ground.log_in("first", people[0])
    if plan.twist is Twist.SPACED:
        return (first, ground.log_in(plan.twist.value, people[0], _spaced(plan, people[0].idnat)))
    if plan.twist is Twist.RESPELLED:
        # somebody new: a portal that files people once and for all reads JSON well enough
        (newcomer,) = ground.named(plan.family, lambda own: names(own)[:1])
        return (first, ground.log_in(plan.twist.value, newcomer, _RESPELLED))
    if len(people) == 1:
        return (first,)
    second = ground.log_in("second", people[1])
    still = first.visit.who() if first.visit is not None else first.attempt.whoami
    return (
        first,
        second,
        replace(first, name="first-still", attempt=replace(first.attempt, whoami=still)),
        ground.log_in("first-anew", people[0]),
    )


# a letter that can be escaped, so that both spellings differ
_RESPELLED: Final = (SetField(Seam.USERINFO, "given_name", f"SIMON{_ESCAPED}"), Respell(Seam.USERINFO_ANSWER))


def _with_space(plan: IdentifierPlan, name: str, usual: str) -> str:
    at = min(plan.at, len(name))
    return f"{name[:at]}{plan.text or usual}{name[at:]}"


def _spaced(plan: IdentifierPlan, name: str) -> tuple[SetField, ...]:
    text = _with_space(plan, name, " ")
    return tuple(SetField(Seam.USERINFO, member, text) for member in ("SubjectNameID", "preferred_username"))


def judge(plan: IdentifierPlan, looks: tuple[Look, ...]) -> tuple[Violation, ...]:
    """Return the properties that a portal broke, those of the first login first."""
    first = looks[0].attempt
    found = [
        violation
        for look in looks
        for violation in (_typed(plan, look) if isinstance(look, TypedLook) else _of(plan, look, first))
    ]
    return tuple(dict.fromkeys(found))


def _typed(plan: IdentifierPlan, look: TypedLook) -> list[Violation]:
    """Return what is wrong with what the portal made of a typed identifiant (CIBA 7.1)."""
    attempt = look.attempt
    if (how := trouble(attempt)) is not None:
        return [_told("P6", how, attempt)]
    if look.hint is None:
        # a form may refuse spaces in an orderly way, but not an identifiant without any
        return [_told("P6", "not-asked", attempt)] if not plan.text and sure(attempt.person.idnat) else []
    return [_told("P6", "mistyped", attempt, look.hint)] if look.hint != attempt.person.idnat else []


def _of(plan: IdentifierPlan, look: Look, first: Attempt) -> list[Violation]:
    attempt = look.attempt
    own = {"first": "P1", "second": "P1", "spaced": "P3", "respelled": "P5"}.get(look.name, "P2")
    if (how := trouble(attempt)) is not None:
        return [_told(own, how, attempt)]
    if isinstance(attempt.whoami, Anonymous):
        must = own != "P3" and sure(attempt.person.idnat)
        return [_told(own, "refused", attempt)] if must else []
    if not isinstance(attempt.whoami, Identified):
        return [_told(own, "unclear", attempt)]
    if look.name == "second" and attempt.whoami.identity == first.person.identity:
        return [_told("P4" if plan.twist in _INTERPRETS else "P2", "merged", attempt)]
    if attempt.whoami.identity != attempt.person.identity and not _is_kept_as_said(plan, look):
        return [_told(own, "altered", attempt)]
    return _misfiled(look, first)


def _is_kept_as_said(plan: IdentifierPlan, look: Look) -> bool:
    """Tell whether a portal names a person with the space that was said, under a profile that leaves it free to.

    That spaces do not count is PSC's rule; the texts of OpenID Connect compare sign by sign (OIDC-CORE 2).
    """
    free = look.visit is not None and look.visit.lab.profile.name == "core"
    said = _spaced(plan, look.attempt.person.idnat)[0].value if plan.twist is Twist.SPACED else None
    return free and getattr(look.attempt.whoami, "identity", None) == said


def _misfiled(look: Look, first: Attempt) -> list[Violation]:
    """Return what is wrong although the portal names the right person."""
    if look.name == "second" and _shows(look.attempt, first):
        return [_told("P2", "mixed", look.attempt)]
    if look.name == "respelled" and not _has_name(look.attempt):
        return [_told("P5", "misread", look.attempt)]
    return []


def _shows(attempt: Attempt, other: Attempt) -> bool:
    """Tell whether the portal shows the other person's name, which nobody else has."""
    name = str(other.person.claims.get("family_name") or "")
    return bool(name) and isinstance(attempt.whoami, Identified) and name in attempt.whoami.shown


def _has_name(attempt: Attempt) -> bool:
    """Tell whether the claims that the portal shows, if it shows any, have the letter that was escaped."""
    claims = getattr(attempt.whoami, "claims", None)
    return not isinstance(claims, dict) or _ESCAPED in json.dumps(claims, ensure_ascii=False)


_SEEN: Final = {
    "merged": (
        "Connecté comme {person} : le portail nomme {identity}, une autre personne.",
        "Logged in as {person}: the portal names {identity}, somebody else.",
    ),
    "altered": (
        "Connecté comme {person} : le portail nomme {identity}.",
        "Logged in as {person}: the portal names {identity}.",
    ),
    "mixed": (
        "Connecté comme {person} : le portail montre des données d'une autre personne.",
        "Logged in as {person}: the portal shows data of somebody else.",
    ),
    "misread": ("Connecté comme {person} : un prénom accentué est perdu.", "Logged in as {person}: an accent is lost."),
    "mistyped": (
        "{person} est tapé dans le formulaire du portail : il demande {hint}.",
        "{person} is typed into the portal's form: it asks for {hint}.",
    ),
    "not-asked": (
        "{person} est tapé dans le formulaire du portail : il ne demande personne.",
        "{person} is typed into the portal's form: it asks for nobody.",
    ),
    "refused": ("Connexion de {person} : pas de session.", "Login of {person}: no session."),
    "unclear": (
        "Connexion de {person} : la page « qui suis-je » ne se lit pas.",
        "Login of {person}: the who-am-I page cannot be read.",
    ),
}
_BROKE: Final = ("Connexion de {person} : le portail tombe en panne.", "Login of {person}: the portal breaks down.")


def _told(broken: str, symptom: str, attempt: Attempt, hint: str = "") -> Violation:
    facts = {"person": attempt.person.idnat, "identity": getattr(attempt.whoami, "identity", ""), "hint": hint}
    fr, en = (text.format_map(facts) for text in _SEEN.get(symptom, _BROKE))
    return Violation(broke=broken, symptom=symptom, seen_fr=fr, seen_en=en)


def explicit() -> tuple[IdentifierPlan, ...]:
    """Return the plans that are always carried out: every real shape, and each twist once on one that fits."""
    finess, siret, rpps = Family.FINESS, Family.SIRET, Family.RPPS
    tails = dict(SHAPES)
    return (
        *(IdentifierPlan(family=family, tail=tail) for family, tail in SHAPES),
        IdentifierPlan(twist=Twist.RESPELLED),
        *(IdentifierPlan(family=rpps, twist=Twist.SPACED, text=space, at=3) for space in SPACES),
        *(
            IdentifierPlan(family=family, tail=tail, twist=Twist.TYPED, text=TYPED_SPACES[at % len(TYPED_SPACES)], at=3)
            for at, (family, tail) in enumerate(SHAPES)
        ),
        IdentifierPlan(family=finess, tail="/a;b*c+d&e=%2F", twist=Twist.TYPED),
        IdentifierPlan(twist=Twist.PREPENDED, text="0"),
        IdentifierPlan(twist=Twist.WIDENED),
        IdentifierPlan(family=finess, tail="/a;b*c+d", twist=Twist.CASE_SWAPPED),
        IdentifierPlan(family=finess, tail=tails[finess], twist=Twist.QUOTED),
        IdentifierPlan(family=finess, tail="/A&amp;B", twist=Twist.OTHER_TAIL, text="/A&B"),
        IdentifierPlan(family=siret, tail=tails[siret], twist=Twist.OTHER_TAIL, text="/CPAT0002"),
        *(IdentifierPlan(twist=Twist.APPENDED, text=text) for text in REINTERPRETED),
    )


FAMILIES_WITH_TAIL: Final = tuple(family for family in Family if family in WITH_TAIL)
LONGEST_TAIL: Final = LONGEST_TEXT - 40
