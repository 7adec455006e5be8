"""The shapes that userinfo was seen in at Pro Santé Connect: many practices, moved members, sparse profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import CopyField, DropField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial
    from mock_idp.artefacts import Json

ACTIVITY: Final[dict[str, Json]] = {
    "codeModeExercice": "S",
    "codeSecteurDactivite": "SA01",
    "raisonSocialeSite": "HOPITAL FICTIF DE DEMONSTRATION",
    "identifiantTechniqueDeLaStructure": "F0B0990016",
}
PRACTICE: Final[dict[str, Json]] = {
    "codeProfession": "10",
    "codeCategorieProfessionnelle": "C",
    "activities": [ACTIVITY],
}
"""A practice of a fictional physician, with the members that portals look at."""


@Scenario(
    id="psc.ui.no_exercice",
    clause="PSC userinfo-practice",
    title_fr="La liste des exercices est vide",
    title_en="The list of practices is empty",
    mend_fr="Traiter chaque niveau de SubjectRefPro comme une liste qui peut être vide, ou en avoir plusieurs.",
    mend_en="Treat every level of SubjectRefPro as a list that may be empty, or hold several.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "SubjectRefPro", {"exercices": []}),),
    caught_by=Defect.CRASHES_ON_EMPTY_PRACTICE_LIST,
)
def test_empty_list_of_practices(trial: Trial) -> None:
    """Log in as somebody whose practices are an empty list."""
    trial.log_in()


@Scenario(
    id="psc.ui.no_activity",
    clause="PSC userinfo-practice",
    title_fr="L'exercice n'a pas d'activité",
    title_en="The practice has no activity",
    mend_fr="Traiter chaque niveau de SubjectRefPro comme une liste qui peut être vide, ou en avoir plusieurs.",
    mend_en="Treat every level of SubjectRefPro as a list that may be empty, or hold several.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "SubjectRefPro", {"exercices": [{**PRACTICE, "activities": []}]}),),
    caught_by=Defect.CRASHES_WITHOUT_ACTIVITIES,
)
def test_practice_without_activity(trial: Trial) -> None:
    """Log in as somebody who has a profession and works nowhere."""
    trial.log_in()


@Scenario(
    id="psc.ui.many_exercices",
    clause="PSC userinfo-many",
    title_fr="La personne a deux exercices",
    title_en="The person has two practices",
    mend_fr="Traiter chaque niveau de SubjectRefPro comme une liste qui peut être vide, ou en avoir plusieurs.",
    mend_en="Treat every level of SubjectRefPro as a list that may be empty, or hold several.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetField(Seam.USERINFO, "SubjectRefPro", {"exercices": [PRACTICE, {**PRACTICE, "codeProfession": "21"}]}),
    ),
    caught_by=Defect.REFUSES_SEVERAL_PRACTICES,
)
def test_two_practices(trial: Trial) -> None:
    """Log in as a physician who is a pharmacist as well."""
    trial.log_in()


@Scenario(
    id="psc.ui.many_activities",
    clause="PSC userinfo-many",
    title_fr="La personne a deux activités",
    title_en="The person has two activities",
    mend_fr="Laisser la personne choisir son activité quand elle compte ; ne pas prendre la première, ni refuser.",
    mend_en="Let the person choose the activity when it matters; do not take the first one, and do not refuse.",
    expected=Expected.ACCEPTED,
    persona="medecin-deux-activites",
    caught_by=Defect.REFUSES_SEVERAL_ACTIVITIES,
)
def test_two_activities(trial: Trial) -> None:
    """Log in as somebody who works in two places."""
    trial.log_in()


@Scenario(
    id="psc.ui.moved_civilite",
    clause="PSC userinfo-drift",
    title_fr="codeCivilite est dans SubjectRefPro, comme avant fin 2023",
    title_en="codeCivilite is in SubjectRefPro, as before the end of 2023",
    mend_fr="Lire chaque champ de userinfo comme facultatif, et supporter ses anciennes places et orthographes.",
    mend_en="Read every member of userinfo as optional, and bear its former places and spellings.",
    expected=Expected.ACCEPTED,
    deviations=(
        DropField(Seam.USERINFO, "codeCivilite"),
        SetField(Seam.USERINFO, "SubjectRefPro", {"codeCivilite": "M", "exercices": [PRACTICE]}),
    ),
    caught_by=Defect.CRASHES_ON_MOVED_CIVILITY,
)
def test_moved_member(trial: Trial) -> None:
    """Log in with a member in its former place."""
    trial.log_in()


@Scenario(
    id="psc.ui.otherids_spelling",
    clause="PSC userinfo-drift",
    title_fr="otherIds est écrit otherIDs",
    title_en="otherIds is written otherIDs",
    mend_fr="Lire chaque champ de userinfo comme facultatif, et supporter ses anciennes places et orthographes.",
    mend_en="Read every member of userinfo as optional, and bear its former places and spellings.",
    expected=Expected.ACCEPTED,
    deviations=(
        CopyField(Seam.USERINFO, "otherIds", "otherIDs"),
        DropField(Seam.USERINFO, "otherIds"),
    ),
    caught_by=Defect.CRASHES_ON_OTHER_SPELLING,
)
def test_misspelt_member(trial: Trial) -> None:
    """Log in with a member in its other spelling."""
    trial.log_in()


@Scenario(
    id="psc.ui.no_otherids",
    clause="PSC userinfo-drift",
    title_fr="otherIds est absent, comme en 2021",
    title_en="otherIds is absent, as in 2021",
    mend_fr="Lire chaque champ de userinfo comme facultatif, et supporter ses anciennes places et orthographes.",
    mend_en="Read every member of userinfo as optional, and bear its former places and spellings.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.USERINFO, "otherIds"),),
    caught_by=Defect.CRASHES_WITHOUT_OTHER_IDS,
)
def test_no_other_identifiers(trial: Trial) -> None:
    """Log in without other identifiers."""
    trial.log_in()


@Scenario(
    id="psc.ui.no_authmode",
    clause="PSC userinfo-drift",
    title_fr="authMode est absent",
    title_en="authMode is absent",
    mend_fr="Lire chaque champ de userinfo comme facultatif, et supporter ses anciennes places et orthographes.",
    mend_en="Read every member of userinfo as optional, and bear its former places and spellings.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.USERINFO, "authMode"),),
    caught_by=Defect.CRASHES_WITHOUT_AUTH_MODE,
)
def test_no_means_of_authentication(trial: Trial) -> None:
    """Log in by means that are not stated."""
    trial.log_in()


@Scenario(
    id="psc.ui.extra_fields",
    clause="PSC userinfo-additive",
    title_fr="userinfo contient des champs inconnus",
    title_en="userinfo holds unknown members",
    mend_fr="Ignorer les champs inconnus, à tous les niveaux (Jackson : FAIL_ON_UNKNOWN_PROPERTIES = false).",
    mend_en="Ignore unknown members, at every level (Jackson: FAIL_ON_UNKNOWN_PROPERTIES = false).",
    expected=Expected.ACCEPTED,
    deviations=(
        SetField(Seam.USERINFO, "nouveauChamp", {"version": 2}),
        SetField(Seam.USERINFO, "SubjectRefPro", {"nouveau": "", "exercices": [{**PRACTICE, "nouveau": []}]}),
    ),
    caught_by=Defect.REFUSES_UNKNOWN_MEMBERS,
)
def test_unknown_members(trial: Trial) -> None:
    """Log in with a userinfo of next year."""
    trial.log_in()


@Scenario(
    id="psc.ui.sparse",
    clause="PSC userinfo-empty",
    title_fr="Le profil est presque vide",
    title_en="The profile is almost empty",
    mend_fr="Ne supposer rempli aucun champ de userinfo hors sub et SubjectNameID.",
    mend_en="Suppose no member of userinfo to be filled besides sub and SubjectNameID.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetField(Seam.USERINFO, "SubjectRole", []),
        SetField(Seam.USERINFO, "Secteur_Activite", ""),
        SetField(Seam.USERINFO, "SubjectOrganization", ""),
        SetField(Seam.USERINFO, "given_name", ""),
    ),
    caught_by=Defect.CRASHES_ON_SPARSE_PROFILE,
)
def test_sparse_profile(trial: Trial) -> None:
    """Log in as somebody of whom little is known."""
    trial.log_in()


@Scenario(
    id="psc.ui.null",
    clause="PSC userinfo-empty",
    title_fr="Un champ de userinfo est nul",
    title_en="A member of userinfo is null",
    mend_fr="Traiter null comme une valeur inconnue.",
    mend_en="Treat null as an unknown value.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "SubjectOrganization", None),),
    caught_by=Defect.CRASHES_ON_NULL_MEMBER,
)
def test_null_member(trial: Trial) -> None:
    """Log in with a null where text was expected."""
    trial.withstand()


@Scenario(
    id="psc.ui.accents",
    clause="PSC userinfo-names",
    title_fr="Le nom porte des accents, une ligature et une apostrophe courbe",
    title_en="The name has accents, a ligature and a curly apostrophe",
    mend_fr="Garder les noms en UTF-8 de bout en bout : en-têtes, base, journaux.",
    mend_en="Keep names in UTF-8 from end to end: headers, database, logs.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetField(Seam.USERINFO, "given_name", "ANNE-ÉLOÏSE"),
        SetField(Seam.USERINFO, "family_name", "MODÈLE-D’ŒUVRE"),
    ),
    caught_by=Defect.CRASHES_ON_LETTERS_BEYOND_LATIN_1,
)
def test_letters_beyond_latin_1(trial: Trial) -> None:
    """Log in as somebody whose name needs more than Latin-1."""
    trial.log_in()
