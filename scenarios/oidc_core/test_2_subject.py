"""OpenID Connect Core 2: whom an ID token is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import DuplicateClaim, ExtendClaim, ListClaim, SetClaim, SetHeader

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.sub.empty",
    clause="OIDC-CORE 2",
    title_fr="Le sub du jeton d'identité est vide",
    title_en="The ID token's sub is empty",
    mend_fr="Refuser un sub vide.",
    mend_en="Refuse an empty sub.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("sub", ""),),
    caught_by=Defect.ACCEPTS_EMPTY_SUB,
)
def test_empty_subject(trial: Trial) -> None:
    """Log in with a token about an empty name."""
    trial.log_in()


@Scenario(
    id="idt.sub.null",
    clause="OIDC-CORE 2",
    title_fr="Le sub du jeton d'identité est nul",
    title_en="The ID token's sub is null",
    mend_fr="Exiger un texte pour sub.",
    mend_en="Demand text for sub.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("sub", None),),
    caught_by=Defect.ACCEPTS_NULL_SUB,
)
def test_null_subject(trial: Trial) -> None:
    """Log in with a token about null."""
    trial.log_in()


@Scenario(
    id="idt.sub.int",
    clause="OIDC-CORE 2",
    title_fr="Le sub du jeton d'identité est un nombre",
    title_en="The ID token's sub is a number",
    mend_fr="Exiger un texte pour sub ; ne pas convertir.",
    mend_en="Demand text for sub; do not convert.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("sub", 1),),
    caught_by=Defect.ACCEPTS_NUMBER_AS_SUB,
)
def test_number_as_subject(trial: Trial) -> None:
    """Log in with a token about a number."""
    trial.log_in()


@Scenario(
    id="idt.sub.array",
    clause="OIDC-CORE 2",
    title_fr="Le sub du jeton d'identité est une liste de deux personnes",
    title_en="The ID token's sub is a list of two people",
    mend_fr="Exiger un texte pour sub ; ne pas en prendre le premier élément.",
    mend_en="Demand text for sub; do not take the first element of it.",
    expected=Expected.REFUSED,
    deviations=(ListClaim("sub", ["{victim.sub}"]),),
    caught_by=Defect.ACCEPTS_LIST_AS_SUB,
)
def test_list_of_subjects(trial: Trial) -> None:
    """Log in with a token about two people."""
    trial.log_in()


@Scenario(
    id="idt.sub.long",
    clause="OIDC-CORE 2",
    title_fr="Le sub du jeton d'identité dépasse 255 caractères",
    title_en="The ID token's sub is longer than 255 characters",
    mend_fr="Borner sub à 255 caractères avant de le garder : une colonne trop courte le couperait.",
    mend_en="Bound sub to 255 characters before it is kept: a shorter column would cut it.",
    expected=Expected.REFUSED,
    deviations=(ExtendClaim("sub", "0" * 300),),
    caught_by=Defect.ACCEPTS_LONG_SUB,
)
def test_long_subject(trial: Trial) -> None:
    """Log in with a token about an endless name."""
    if trial.lab.identity_claim == "sub":
        # a portal that names people by sub would be right to show another name
        return
    trial.log_in()


@Scenario(
    id="idt.sub.header",
    clause="RFC7515 4",
    title_fr="L'en-tête du jeton nomme une autre personne",
    title_en="The token's header names somebody else",
    mend_fr="Ne lire l'identité que dans le contenu du jeton ; l'en-tête sert à le vérifier.",
    mend_en="Read the identity in the token's claims only; the header serves to verify it.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetHeader("sub", "{victim.sub}"),
        SetHeader("SubjectNameID", "{victim.SubjectNameID}"),
    ),
    caught_by=Defect.READS_SUB_IN_HEADER,
)
def test_somebody_in_the_header(trial: Trial) -> None:
    """Log in with a token whose header mentions a person who approved nothing."""
    trial.log_in()


@Scenario(
    id="idt.sub.dup",
    clause="RFC7519 4",
    title_fr="Le jeton d'identité dit sub deux fois",
    title_en="The ID token says sub twice",
    mend_fr="Refuser un jeton où un nom est répété : deux lecteurs n'y liraient pas la même personne.",
    mend_en="Refuse a token in which a name is repeated: two readers would read two people.",
    expected=Expected.REFUSED,
    deviations=(
        SetClaim("sub", "{victim.sub}"),
        DuplicateClaim("sub", "{person.sub}"),
    ),
    caught_by=Defect.READS_LAST_OF_TWO_CLAIMS,
)
def test_two_subjects(trial: Trial) -> None:
    """Log in with a token about one person and then another; the last one is right."""
    trial.log_in()
