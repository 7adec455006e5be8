"""RFC 7515 4 and RFC 8725 3.10: what the header of an ID token says, and what of it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import SigningKey
from mock_idp.deviations import SetHeader, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="sig.jwk",
    clause="RFC8725 3.10",
    title_fr="Le jeton apporte la clé qui le vérifie (jwk)",
    title_en="The token brings the key that verifies it (jwk)",
    mend_fr="Ne prendre de clés que dans le jwks_uri du fournisseur.",
    mend_en="Take keys from the provider's jwks_uri only.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("kid", "simulateur-inconnue"),
        SetHeader("jwk", "{stray.jwk}"),
        SignWith(SigningKey.STRAY),
    ),
    caught_by=Defect.TRUSTS_KEY_IN_TOKEN,
)
def test_key_in_the_header(trial: Trial) -> None:
    """Log in with a token that vouches for itself."""
    trial.log_in()


@Scenario(
    id="sig.jku",
    clause="RFC8725 3.10",
    title_fr="Le jeton dit où trouver sa clé (jku)",
    title_en="The token says where its key is found (jku)",
    mend_fr="Ne jamais aller chercher une adresse que donne un jeton.",
    mend_en="Never fetch an address that a token gives.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("kid", "simulateur-inconnue"),
        SetHeader("jku", "{stray.jwks_uri}"),
        SignWith(SigningKey.STRAY),
    ),
    caught_by=Defect.FETCHES_KEY_NAMED_BY_TOKEN,
)
def test_address_of_a_key(trial: Trial) -> None:
    """Log in with a token that names a key set of its own."""
    trial.log_in()


@Scenario(
    id="sig.kid.path",
    clause="RFC8725 3.10",
    title_fr="kid est le chemin d'un fichier vide",
    title_en="kid is the path of an empty file",
    mend_fr="Comparer kid aux noms des clés publiées, et n'en faire rien d'autre.",
    mend_en="Compare kid with the names of the published keys, and do nothing else with it.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SetHeader("kid", "../../../../../../../../dev/null"),
        SignWith(SigningKey.EMPTY_SECRET),
    ),
    caught_by=Defect.READS_KEY_FILE_NAMED_BY_KID,
)
def test_kid_that_is_a_path(trial: Trial) -> None:
    """Log in with a token whose key is nothing."""
    trial.log_in()


@Scenario(
    id="sig.kid.sql",
    clause="RFC8725 3.10",
    title_fr="kid contient une apostrophe",
    title_en="kid holds a quote",
    mend_fr="Traiter kid comme une donnée : requêtes préparées, comparaison simple.",
    mend_en="Treat kid as data: prepared statements, plain comparison.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("kid", "inconnue' OR '1'='1"),),
    caught_by=Defect.CRASHES_ON_QUOTE_IN_KID,
)
def test_kid_with_a_quote(trial: Trial) -> None:
    """Log in with a token whose kid ends a text in SQL."""
    trial.log_in()


@Scenario(
    id="sig.kid.array",
    clause="RFC8725 3.10",
    title_fr="kid est une liste",
    title_en="kid is a list",
    mend_fr="Vérifier que kid est un texte avant de s'en servir.",
    mend_en="Make sure that kid is text before it is used.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("kid", ["inconnue"]),),
    caught_by=Defect.CRASHES_ON_KID_LIST,
)
def test_kid_that_is_a_list(trial: Trial) -> None:
    """Log in with a token whose kid is no text."""
    trial.log_in()


@Scenario(
    id="sig.crit",
    clause="RFC7515 4.1.11",
    title_fr="L'en-tête exige une extension inconnue (crit)",
    title_en="The header demands an unknown extension (crit)",
    mend_fr="Refuser un jeton dont crit nomme une extension que la bibliothèque ne connaît pas.",
    mend_en="Refuse a token whose crit names an extension that the library does not know.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("crit", ["extension-inconnue"]),
        SetHeader("extension-inconnue", value=True),
    ),
    caught_by=Defect.IGNORES_CRIT,
)
def test_unknown_extension(trial: Trial) -> None:
    """Log in with a token that must not be understood without more."""
    trial.log_in()


@Scenario(
    id="sig.b64",
    clause="RFC7797 6",
    title_fr="L'en-tête dit que le contenu n'est pas codé (b64)",
    title_en="The header says that the payload is not encoded (b64)",
    mend_fr="Refuser b64 dans un jeton d'identité.",
    mend_en="Refuse b64 in an ID token.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("crit", ["b64"]),
        SetHeader("b64", value=False),
    ),
    caught_by=Defect.IGNORES_B64,
)
def test_unencoded_payload(trial: Trial) -> None:
    """Log in with a token that two libraries would read differently."""
    trial.log_in()
