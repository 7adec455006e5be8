"""Common weaknesses, continued: names and identifiers that a directory, a file system or a log would take for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="inj.ldap",
    clause="CWE 90",
    title_fr="Le nom contient un filtre LDAP",
    title_en="The name holds an LDAP filter",
    mend_fr="Échapper ce qui entre dans un filtre LDAP (RFC 4515), ou laisser la bibliothèque le construire.",
    mend_en="Escape what goes into an LDAP filter (RFC 4515), or let the library build it.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "family_name", "ESSAI*)(uid=*"),),
    caught_by=Defect.CRASHES_ON_LDAP_FILTER,
)
def test_name_with_a_filter(trial: Trial) -> None:
    """Log in as somebody whose name ends one filter and begins another."""
    trial.log_in()


@Scenario(
    id="inj.nosql",
    clause="CWE 943",
    title_fr="L'identifiant est un objet JSON",
    title_en="The identifier is a JSON object",
    mend_fr="Exiger un texte pour l'identifiant avant de chercher un compte.",
    mend_en="Demand text for the identifier before an account is looked for.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.USERINFO, "SubjectNameID", {"$ne": None}),),
    caught_by=Defect.TAKES_OBJECT_FOR_IDENTIFIER,
)
def test_identifier_that_is_an_object(trial: Trial) -> None:
    """Log in with an identifier that some databases take for a question."""
    trial.log_in()


@Scenario(
    id="inj.path",
    clause="CWE 22",
    title_fr="Le nom contient un chemin de fichier",
    title_en="The name holds a file path",
    mend_fr="Ne jamais nommer un fichier d'après une valeur reçue.",
    mend_en="Never name a file after a value that was received.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "family_name", "../../../../ESSAI"),),
    caught_by=Defect.NAMES_FILE_AFTER_PERSON,
)
def test_name_that_is_a_path(trial: Trial) -> None:
    """Log in as somebody whose name climbs out of a folder."""
    trial.log_in()


@Scenario(
    id="inj.format",
    clause="CWE 134",
    title_fr="Le nom contient des marques de format",
    title_en="The name holds format marks",
    mend_fr="Passer les valeurs reçues en argument d'un format, jamais comme format.",
    mend_en="Give values that were received as an argument of a format, never as the format.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.USERINFO, "family_name", "ESSAI %s%n {0} {}"),),
    caught_by=Defect.FORMATS_NAME,
)
def test_name_with_format_marks(trial: Trial) -> None:
    """Log in as somebody whose name asks for arguments."""
    trial.log_in()


@Scenario(
    id="inj.lookup",
    clause="CWE 917",
    title_fr="Le nom contient une recherche à distance (${jndi:…})",
    title_en="The name holds a remote lookup (${jndi:…})",
    mend_fr="Ne pas laisser la bibliothèque de journaux interpréter les valeurs ; la tenir à jour.",
    mend_en="Do not let the logging library interpret values; keep it up to date.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "family_name", "{canary.lookup}"),),
    caught_by=Defect.RESOLVES_LOOKUPS,
    why_fr="Des connecteurs publics écrivent toute la réponse userinfo dans leur journal, au niveau INFO.",
    why_en="Public connectors write the whole userinfo answer to their log, at level INFO.",
)
def test_name_that_is_a_lookup(trial: Trial) -> None:
    """Log in as somebody whose name is an address, and look whether anybody goes there."""
    trial.log_in()
    if trial.told:
        caught = len(trial.trapped())
        trial.finds(
            kept=caught == 0,
            fr=f"{caught} visites de l'adresse" if caught else "personne n'y est allé",
            en=f"{caught} visits of the address" if caught else "nobody went there",
        )
