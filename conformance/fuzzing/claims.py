"""Plans about userinfo and lies: how they are carried out, and what Q1 to Q8 say about it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from conformance.evidence import Anonymous, Identified
from conformance.fuzzing.duties import owes_refusal
from conformance.fuzzing.mutations import as_lies, mutated, only_adds, touches_identity
from conformance.fuzzing.plan import Change, ClaimsPlan, Mutation
from conformance.fuzzing.verdict import Violation, trouble
from conformance.miniatures.refusals import Reason
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import (
    AlgNone,
    BreakSignature,
    DropClaim,
    DropField,
    SetClaim,
    SetField,
    ShiftTime,
    SignWith,
)

if TYPE_CHECKING:
    from conformance.evidence import Attempt
    from conformance.fuzzing.ground import Ground
    from conformance.fuzzing.verdict import Look

RAW_CANARY: Final = '<i data-canary="1">'
TEMPLATE_CANARY: Final = "{{7*191}}${7*191}"
EXECUTED: Final = "1337"
MARK: Final = "MARQUE"
REFUSAL: Final = 400
BIG: Final = 100
DEEP: Final = 120
SLOW_SECONDS: Final = 1.0
SLOW_TIMES: Final = 15
_NOBODY: Final = frozenset({"", "None", "null", "undefined", "[]", "{}", "0", "False", "True"})
_ACTIVITIES: Final = ("SubjectRefPro", "exercices", 0, "activities")


def carry_out(plan: ClaimsPlan, ground: Ground) -> tuple[Look, ...]:
    """Log in as a plan says, and return every login.

    Raises:
        ControlFailed: the persona does not exist, or the provider is gone.
    """
    if plan.lies:
        person = ground.person(plan.persona)
        lied = ground.log_in("lied", person, ground.filled(plan.lies, person))
        if not isinstance(lied.attempt.whoami, Identified):
            # refused, or broken down: whatever the reference does, it says nothing more about this portal
            return (lied,)
        person = ground.person(plan.persona)
        lab = ground.reference().lab
        return lied, ground.log_in("reference", person, ground.filled(plan.lies, person), lab=lab)
    looks = []
    browser = None
    if plan.after_another or _is_big(plan):
        marks = tuple(SetField(Seam.USERINFO, name, MARK) for name in ("given_name", "SubjectOrganization"))
        before = ground.log_in("before", ground.person(plan.persona), marks if plan.after_another else ())
        looks.append(before)
        browser = before.visit.browser if before.visit is not None and plan.after_another else None
    person = ground.person(plan.persona)
    lies = as_lies(person.claims, plan.mutations)
    return (*looks, ground.log_in("mutated", person, lies, browser=browser))


def _is_big(plan: ClaimsPlan) -> bool:
    return any(
        (one.change is Change.REPEAT and isinstance(one.value, int) and one.value >= BIG)
        or (isinstance(one.value, str) and len(one.value) > BIG * BIG)
        for one in plan.mutations
    )


def judge(plan: ClaimsPlan, looks: tuple[Look, ...]) -> tuple[Violation, ...]:
    """Return the properties that a portal broke."""
    by_name = {look.name: look for look in looks}
    if "lied" in by_name:
        return tuple(_lied(by_name["lied"], by_name.get("reference")))
    look = by_name["mutated"]
    if not look.attempt.started:
        # whoever is there already is not sent to the provider, and cannot be logged out either: nothing was tried
        return ()
    if plan.after_another and _still(by_name["before"], look):
        # refused, and whoever was there stays: that is the portal's choice
        look = replace(look, attempt=replace(look.attempt, whoami=Anonymous()))
    found = _identity(plan, look.attempt)
    found += _pages(plan, look)
    if plan.after_another:
        found += _leftover(by_name["before"], look)
    elif "before" in by_name and look.attempt.seconds > max(
        SLOW_SECONDS, SLOW_TIMES * by_name["before"].attempt.seconds
    ):
        found.append(_told("Q7", "slow", look.attempt))
    return tuple(dict.fromkeys(found))


def _still(before: Look, look: Look) -> bool:
    landing = look.attempt.landing
    refused = landing is not None and landing.status >= REFUSAL
    return refused and getattr(look.attempt.whoami, "identity", None) == before.attempt.person.identity


def _identity(plan: ClaimsPlan, attempt: Attempt) -> list[Violation]:
    nonsense = touches_identity(plan.mutations) or any(
        one.change in {Change.DUPLICATE, Change.BURY} for one in plan.mutations
    )
    if (how := trouble(attempt, gateway=nonsense)) is not None:
        return [_told("Q1", how, attempt)]
    who = attempt.whoami
    if isinstance(who, Anonymous):
        return [_told("Q3", "refused", attempt)] if only_adds(plan.mutations) else []
    if not isinstance(who, Identified):
        return [_told("Q1", "without-identity", attempt)]
    if who.identity == attempt.person.identity or _said_otherwise(plan, who.identity):
        return []
    if who.identity in _NOBODY:
        return [_told("Q1", "without-identity", attempt)]
    return [_told("Q2", "altered", attempt)]


def _said_otherwise(plan: ClaimsPlan, identity: str) -> bool:
    """Tell whether the portal took one of two identities that were both said; which, is not ours to judge here."""
    return any(
        one.change in {Change.DUPLICATE, Change.SET} and one.value == identity != ""  # the text "null" is a name
        for one in plan.mutations
        if touches_identity((one,))
    )


def _pages(plan: ClaimsPlan, look: Look) -> list[Violation]:
    values = json.dumps([one.value for one in plan.mutations])
    found = []
    if json.dumps(RAW_CANARY)[1:-1] in values and any(RAW_CANARY in page for page in look.pages):
        found.append(_told("Q4", "raw", look.attempt))
    if TEMPLATE_CANARY in values and any(EXECUTED in page for page in look.pages):
        found.append(_told("Q4", "executed", look.attempt))
    if isinstance(look.attempt.whoami, Identified) and _mixed(plan, look):
        found.append(_told("Q6", "mixed", look.attempt))
    return found


def _mixed(plan: ClaimsPlan, look: Look) -> bool:
    """Tell whether a page shows the role of one activity with the structure of another, and neither whole."""
    said: Any = mutated(look.attempt.person.claims, plan.mutations)
    try:
        for part in _ACTIVITIES:
            said = said[part]
        pairs = {(str(one["codeRole"]), str(one["raisonSocialeSite"])) for one in said}
    except (KeyError, IndexError, TypeError):
        return False
    text = "\n".join(look.pages)
    halves = [(role, place) for role, place in pairs if role and place and (role in text) != (place in text)]
    roles = {role for role, _ in halves if role in text}
    places = {place for _, place in halves if place in text}
    return bool(roles and places)


def _leftover(before: Look, look: Look) -> list[Violation]:
    family = str(before.attempt.person.claims.get("family_name") or MARK)
    who = look.attempt.whoami
    if not isinstance(who, Identified):
        return []
    texts = (who.shown, *look.pages)
    left = any(mark in text for mark in (family, MARK) for text in texts)
    return [_told("Q5", "leftover", look.attempt)] if left else []


def _lied(look: Look, reference: Look | None) -> list[Violation]:
    attempt = look.attempt
    if (how := trouble(attempt, gateway=True)) is not None:
        return [_told("Q1", how, attempt)]
    landing = reference.attempt.landing if reference is not None else None
    if reference is None or landing is None or not isinstance(reference.attempt.whoami, Anonymous):
        return []
    profile = look.visit.lab.profile.name if look.visit is not None else "psc"
    if landing.alert == Reason.USERINFO_SUB and _left_userinfo_alone(look):
        return []
    if owes_refusal(profile, attempt, landing.alert) and _kinds(reference.attempt) <= _kinds(attempt):
        right = getattr(attempt.whoami, "identity", None) == attempt.person.identity
        return [_told("Q8", "accepted" if right else "stranger", attempt, landing.alert)]
    return []


def _left_userinfo_alone(look: Look) -> bool:
    """Tell whether a portal names people by the ID token and shows nothing of userinfo.

    Userinfo about somebody else must not be used (OIDC-CORE 5.3.2); to drop it and go on is correct.
    """
    who = look.attempt.whoami
    by_token = look.visit is not None and look.visit.lab.identity_claim == "sub"
    return by_token and isinstance(who, Identified) and not who.claims


def _kinds(attempt: Attempt) -> set[tuple[str, str, str]]:
    """Return what was lied about; a portal that never asked for something was not lied to about it."""
    return {tuple(str(one.deviation.get(part)) for part in ("kind", "seam", "name")) for one in attempt.told}  # type: ignore[misc]  # three parts


_SEEN: Final = {
    "refused": ("Un membre nouveau, et pas de session.", "One new member, and no session."),
    "without-identity": (
        "Une session s'ouvre sans identité ({identity}).",
        "A session opens without identity ({identity}).",
    ),
    "altered": (
        "Le portail nomme {identity} au lieu de {person}.",
        "The portal names {identity} instead of {person}.",
    ),
    "raw": ("Une page affiche du HTML reçu tel quel.", "A page prints received HTML raw."),
    "executed": ("Une page calcule un gabarit reçu.", "A page computes a received template."),
    "mixed": (
        "Une page montre le rôle d'une activité et la structure d'une autre.",
        "A page shows the role of one activity and the structure of another.",
    ),
    "slow": ("Le portail met {seconds} s à répondre.", "The portal takes {seconds} s to answer."),
    "leftover": ("Des données de la connexion précédente restent.", "Data of the login before is still there."),
    "accepted": (
        "La référence refuse ({reason}), le portail ouvre une session.",
        "The reference refuses ({reason}), the portal opens a session.",
    ),
    "stranger": (
        "La référence refuse ({reason}), le portail nomme {identity}.",
        "The reference refuses ({reason}), the portal names {identity}.",
    ),
}
_BROKE: Final = ("Le portail tombe en panne.", "The portal breaks down.")


def _told(broken: str, symptom: str, attempt: Attempt, reason: str = "") -> Violation:
    facts = {
        "person": attempt.person.idnat,
        "identity": getattr(attempt.whoami, "identity", ""),
        "seconds": f"{attempt.seconds:.1f}",
        "reason": reason,
    }
    fr, en = (text.format_map(facts) for text in _SEEN.get(symptom, _BROKE))
    group = f"{symptom}-{reason}" if reason else symptom
    return Violation(broke=broken, symptom=group, seen_fr=fr, seen_en=en)


def _one(change: Change, *path: str | int, value: Any = None) -> ClaimsPlan:
    return ClaimsPlan(mutations=(Mutation(change=change, path=path, value=value),))


def explicit() -> tuple[ClaimsPlan, ...]:
    """Return the plans that are always carried out: each kind of mutation once, and the classic lies."""
    profession = ("SubjectRefPro", "exercices", 0, "codeProfession")
    lies = (
        SetClaim("iss", "https://other-issuer.example"),
        SetClaim("aud", "another-portal"),
        SetClaim("nonce", "another-nonce"),
        DropClaim("nonce"),
        DropClaim("sub"),
        ShiftTime("exp", -86_400),
        BreakSignature(),
        SignWith(SigningKey.STRAY),
        AlgNone(),
        SetField(Seam.USERINFO, "sub", "another-sub"),
        DropField(Seam.USERINFO, "sub"),
    )
    return (
        ClaimsPlan(),
        _one(Change.DROP, "SubjectNameID"),
        _one(Change.SET, "SubjectNameID"),
        _one(Change.SET, "SubjectNameID", value=""),
        _one(Change.WRAP, "SubjectNameID"),
        _one(Change.SET, "family_name"),
        _one(Change.DROP, "given_name"),
        _one(Change.SET, *profession, value="999"),
        _one(Change.SET, "otherIds", 0, "identifiant", value="899797999999"),
        _one(Change.EXTRA, value="membre_nouveau"),
        _one(Change.EXTRA, "SubjectRefPro", value="membre_nouveau"),
        _one(Change.BURY, "Mode_Acces_Raison", value=DEEP),
        _one(Change.SET, "family_name", value=RAW_CANARY),
        _one(Change.SET, "given_name", value=TEMPLATE_CANARY),
        _one(Change.RENAME, "otherIds", value="otherIDs"),
        _one(Change.DROP, "SubjectRefPro"),
        _one(Change.REPEAT, "SubjectRefPro", "exercices", value=0),
        _one(Change.REPEAT, *_ACTIVITIES, value=200),
        ClaimsPlan(persona="medecin-deux-activites"),
        ClaimsPlan(after_another=True, mutations=(Mutation(change=Change.DROP, path=("family_name",)),)),
        *(ClaimsPlan(lies=(lie,)) for lie in lies),
    )
