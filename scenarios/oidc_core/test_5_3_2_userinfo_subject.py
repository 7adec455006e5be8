"""OpenID Connect Core 5.3.2 and 5.7: whom a userinfo answer is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, DuplicateField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="uin.sub.missing",
    clause="OIDC-CORE 5.3.2",
    title_fr="userinfo n'a pas de sub, et parle d'une autre personne",
    title_en="userinfo has no sub, and is about somebody else",
    mend_fr="Refuser une réponse userinfo sans sub.",
    mend_en="Refuse a userinfo answer without sub.",
    expected=Expected.REFUSED,
    deviations=(
        DropField(Seam.USERINFO, "sub"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
        SetField(Seam.USERINFO, "preferred_username", "{victim.preferred_username}"),
        SetField(Seam.USERINFO, "family_name", "{victim.family_name}"),
    ),
    caught_by=Defect.ACCEPTS_USERINFO_WITHOUT_SUB,
)
def test_no_subject(trial: Trial) -> None:
    """Log in while userinfo describes a person whom it does not name."""
    trial.log_in()


@Scenario(
    id="uin.sub.dup",
    clause="OIDC-CORE 5.3.2",
    title_fr="userinfo dit sub deux fois",
    title_en="userinfo says sub twice",
    mend_fr="Refuser une réponse où un nom est répété.",
    mend_en="Refuse an answer in which a name is repeated.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.USERINFO, "sub", "{victim.sub}"),
        DuplicateField(Seam.USERINFO, "sub", "{person.sub}"),
    ),
    caught_by=Defect.READS_LAST_OF_TWO_USERINFO_MEMBERS,
)
def test_two_subjects(trial: Trial) -> None:
    """Log in while userinfo is about one person and then another; the last one is right."""
    trial.log_in()


@Scenario(
    id="uin.sub.array",
    clause="OIDC-CORE 5.3.2",
    title_fr="Le sub de userinfo est une liste",
    title_en="The sub of userinfo is a list",
    mend_fr="Exiger un texte pour sub, et le comparer en entier.",
    mend_en="Demand text for sub, and compare the whole of it.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.USERINFO, "sub", ["{person.sub}", "{victim.sub}"]),),
    caught_by=Defect.LOOKS_FOR_SUB_IN_LIST,
)
def test_list_of_subjects(trial: Trial) -> None:
    """Log in while userinfo is about two people."""
    trial.log_in()


@Scenario(
    id="uin.sub.int",
    clause="OIDC-CORE 5.3.2",
    title_fr="Le sub de userinfo est un nombre",
    title_en="The sub of userinfo is a number",
    mend_fr="Exiger un texte pour sub ; ne pas convertir.",
    mend_en="Demand text for sub; do not convert.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.USERINFO, "sub", 1),),
    caught_by=Defect.ACCEPTS_USERINFO_SUB_NUMBER,
)
def test_number_as_subject(trial: Trial) -> None:
    """Log in while userinfo is about a number."""
    trial.log_in()


@Scenario(
    id="uin.sub.case",
    clause="OIDC-CORE 5.3.2",
    title_fr="Le sub de userinfo est écrit en capitales",
    title_en="The sub of userinfo is written in capitals",
    mend_fr="Comparer sub en respectant la casse.",
    mend_en="Compare sub with regard to case.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.USERINFO, "sub", "{person.sub.upper}"),),
    caught_by=Defect.COMPARES_SUB_WITHOUT_CASE,
)
def test_subject_in_capitals(trial: Trial) -> None:
    """Log in while userinfo spells the subject otherwise."""
    trial.log_in()


@Scenario(
    id="uin.email.swap",
    clause="OIDC-CORE 5.7",
    title_fr="userinfo donne l'adresse électronique d'une autre personne",
    title_en="userinfo gives somebody else's e-mail address",
    mend_fr="Ne rattacher un compte qu'à l'identifiant ; une adresse électronique n'identifie personne.",
    mend_en="Tie an account to the identifier only; an e-mail address identifies nobody.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "email", "{shared.email}"),),
    caught_by=Defect.FINDS_ACCOUNT_BY_EMAIL,
)
def test_shared_email(trial: Trial) -> None:
    """Log in as somebody, then as somebody else with the same address."""
    address = {"shared.email": "adresse-partagee@exemple.example"}
    for person in (trial.draw(trial.card.persona), trial.person):
        visit = trial.visit(person, facts=address)
        visit.log_in()
        trial.conclude(visit)
