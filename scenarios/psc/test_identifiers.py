"""The identifiant national in each of its kinds, and the identifiers around it, as public sources describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import SetClaim, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="psc.id.adeli",
    clause="PSC identifier-kinds",
    title_fr="L'identifiant est un ADELI, qui commence par zéro",
    title_en="The identifier is an ADELI, which begins with zero",
    mend_fr="Garder l'identifiant comme un texte, signe par signe : ni nombre, ni chemin, ni longueur fixe.",
    mend_en="Keep the identifier as text, sign by sign: no number, no path, no fixed length.",
    expected=Expected.ACCEPTED,
    persona="psychologue-adeli",
    caught_by=Defect.DROPS_LEADING_ZEROS,
)
def test_adeli(trial: Trial) -> None:
    """Log in as somebody whose identifier begins with zero."""
    trial.log_in()


@Scenario(
    id="psc.id.slash",
    clause="PSC identifier-kinds",
    title_fr="L'identifiant contient une barre oblique",
    title_en="The identifier holds a slash",
    mend_fr="Garder l'identifiant comme un texte, signe par signe : ni nombre, ni chemin, ni longueur fixe.",
    mend_en="Keep the identifier as text, sign by sign: no number, no path, no fixed length.",
    expected=Expected.ACCEPTED,
    persona="agent-hospitalier",
    caught_by=Defect.CUTS_IDENTIFIER_AT_SLASH,
)
def test_identifier_with_a_slash(trial: Trial) -> None:
    """Log in as somebody on the staff of a structure."""
    trial.log_in()


@Scenario(
    id="psc.id.odd",
    clause="PSC identifier-kinds",
    title_fr="L'identifiant contient des signes inhabituels (* ;)",
    title_en="The identifier holds unusual signs (* ;)",
    mend_fr="Garder l'identifiant comme un texte, signe par signe : ni nombre, ni chemin, ni longueur fixe.",
    mend_en="Keep the identifier as text, sign by sign: no number, no path, no fixed length.",
    expected=Expected.ACCEPTED,
    persona="directeur-etablissement",
    caught_by=Defect.CUTS_IDENTIFIER_AT_SEMICOLON,
)
def test_identifier_with_odd_signs(trial: Trial) -> None:
    """Log in as somebody whose identifier holds a semicolon and a star."""
    trial.log_in()


@Scenario(
    id="psc.id.ans",
    clause="PSC identifier-kinds",
    title_fr="L'identifiant commence par ANS (bac à sable)",
    title_en="The identifier begins with ANS (sandbox)",
    mend_fr="Garder l'identifiant comme un texte, signe par signe : ni nombre, ni chemin, ni longueur fixe.",
    mend_en="Keep the identifier as text, sign by sign: no number, no path, no fixed length.",
    expected=Expected.ACCEPTED,
    persona="identite-edit",
    caught_by=Defect.DROPS_LETTERS_OF_IDENTIFIER,
)
def test_sandbox_identifier(trial: Trial) -> None:
    """Log in with an identity as the test identity editor makes them."""
    trial.log_in()


@Scenario(
    id="psc.id.uuid",
    clause="PSC identifier-kinds",
    title_fr="L'identifiant est un UUID",
    title_en="The identifier is a UUID",
    mend_fr="Garder l'identifiant comme un texte, signe par signe : ni nombre, ni chemin, ni longueur fixe.",
    mend_en="Keep the identifier as text, sign by sign: no number, no path, no fixed length.",
    expected=Expected.ACCEPTED,
    persona="identite-psi",
    caught_by=Defect.CUTS_IDENTIFIER_SHORT,
)
def test_identifier_without_directory(trial: Trial) -> None:
    """Log in as somebody outside the directories."""
    trial.log_in()


@Scenario(
    id="psc.id.merge",
    clause="PSC identifier-merge",
    title_fr="otherIds commence par un ancien identifiant",
    title_en="otherIds begins with a former identifier",
    mend_fr="Identifier la personne par SubjectNameID ; otherIds sert à retrouver un compte plus ancien.",
    mend_en="Identify the person by SubjectNameID; otherIds serves to find an older account.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetField(
            Seam.USERINFO,
            "otherIds",
            [
                {"identifiant": "00B0000001", "origine": "ADELI", "qualite": 1},
                {"identifiant": "{person.idnat}", "origine": "RPPS", "qualite": 1},
            ],
        ),
    ),
    caught_by=Defect.TAKES_FIRST_OTHER_ID,
)
def test_merged_identifiers(trial: Trial) -> None:
    """Log in as somebody whose former identifier is listed first."""
    trial.log_in()


@Scenario(
    id="psc.id.sub_prefix",
    clause="PSC sub-prefix",
    title_fr="Le sub commence autrement que dans le bac à sable",
    title_en="The sub begins otherwise than in the sandbox",
    mend_fr="Ne rien déduire du début de sub, et ne pas le mêler entre environnements.",
    mend_en="Conclude nothing from the beginning of sub, and do not mix it between environments.",
    expected=Expected.ACCEPTED,
    deviations=(
        SetClaim("sub", "{person.sub.elsewhere}"),
        SetField(Seam.USERINFO, "sub", "{person.sub.elsewhere}"),
    ),
    caught_by=Defect.DEMANDS_SANDBOX_SUB,
)
def test_sub_of_another_environment(trial: Trial) -> None:
    """Log in with a sub as another environment would make it."""
    if trial.lab.identity_claim == "sub":
        # a portal that names people by sub would be right to show another name
        return
    trial.log_in()


@Scenario(
    id="psc.acr.eidas3",
    clause="PSC acr-history",
    title_fr="Le niveau d'authentification est eidas3",
    title_en="The level of authentication is eidas3",
    mend_fr="Accepter eidas1 et les niveaux au-dessus ; ne pas exiger l'égalité avec eidas1.",
    mend_en="Take eidas1 and the levels above; do not demand equality with eidas1.",
    expected=Expected.ACCEPTED,
    deviations=(SetClaim("acr", "eidas3"),),
    caught_by=Defect.REFUSES_EIDAS3,
)
def test_level_of_2021(trial: Trial) -> None:
    """Log in at the level that was stated in 2021."""
    trial.log_in()
