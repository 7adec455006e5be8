"""RFC 7515 4.1 and RFC 8725 3.1: keys that are not the provider's, wherever the token says that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import SigningKey
from mock_idp.deviations import AlgNone, DropKid, SetHeader, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial

UNKNOWN = "simulateur-inconnue"
WHY_FR = (
    "La découverte de PSC annonce HS256, HS384 et HS512 à côté de RS256 : une bibliothèque qui laisse le jeton choisir "
    "prend alors la clé publique, que tout le monde connaît, pour un secret."
)
WHY_EN = (
    "PSC's discovery announces HS256, HS384 and HS512 beside RS256: a library that lets the token choose then takes "
    "the public key, which everybody knows, for a secret."
)
MEND_FR = "Fixer l'algorithme attendu (RS256) dans la configuration, et ne jamais le lire dans le jeton."
MEND_EN = "Fix the expected algorithm (RS256) in the configuration, and never read it from the token."


@Scenario(
    id="sig.otherkey",
    clause="OIDC-CORE 3.1.3.7(6)",
    title_fr="Le jeton est signé par une clé inconnue, sous le nom de la bonne",
    title_en="The token is signed by an unknown key, under the name of the right one",
    mend_fr="Ne vérifier qu'avec les clés du jwks_uri de cet émetteur, et d'aucun autre domaine du même serveur.",
    mend_en="Verify with the keys at this issuer's jwks_uri only, and of no other realm of the same server.",
    expected=Expected.REFUSED,
    deviations=(SignWith(SigningKey.STRAY),),
    caught_by=Defect.TRUSTS_KEYS_OF_ANOTHER_REALM,
    why_fr="Le serveur de PSC est un Keycloak : plusieurs domaines (realms) y vivent, chacun avec ses clés.",
    why_en="PSC's server is a Keycloak: several realms live there side by side, each with its own keys.",
)
def test_unknown_key_of_a_known_name(trial: Trial) -> None:
    """Log in with a good signature of the wrong key."""
    trial.log_in()


@Scenario(
    id="sig.none_nokid",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="Le jeton n'est pas signé et n'a pas de kid",
    title_en="The token is not signed and has no kid",
    mend_fr="Refuser alg none avant de chercher une clé.",
    mend_en="Refuse alg none before looking for a key.",
    expected=Expected.REFUSED,
    deviations=(AlgNone(), DropKid()),
    caught_by=Defect.ACCEPTS_NONE_WITHOUT_KID,
)
def test_none_without_a_kid(trial: Trial) -> None:
    """Log in with an unsigned token that names no key either."""
    trial.log_in()


@Scenario(
    id="sig.confusion.nolf",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé avec la clé publique pour secret (PEM sans fin de ligne)",
    title_en="The token is signed with the public key as a secret (PEM without a line end)",
    mend_fr=MEND_FR,
    mend_en=MEND_EN,
    expected=Expected.REFUSED,
    deviations=(SetHeader("alg", "HS256"), SignWith(SigningKey.PUBLIC_PEM_BARE)),
    caught_by=Defect.TAKES_BARE_PEM_FOR_SECRET,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_bare_pem_as_secret(trial: Trial) -> None:
    """Log in with a token that anybody could have made, from a PEM text that was trimmed."""
    trial.log_in()


@Scenario(
    id="sig.confusion.jwk",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé avec la clé publique pour secret (JWK)",
    title_en="The token is signed with the public key as a secret (JWK)",
    mend_fr=MEND_FR,
    mend_en=MEND_EN,
    expected=Expected.REFUSED,
    deviations=(SetHeader("alg", "HS256"), SignWith(SigningKey.PUBLIC_JWK)),
    caught_by=Defect.TAKES_JWK_FOR_SECRET,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_jwk_as_secret(trial: Trial) -> None:
    """Log in with a token that anybody could have made, from the key as JSON."""
    trial.log_in()


@Scenario(
    id="sig.confusion.ssh",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé avec la clé publique pour secret (OpenSSH)",
    title_en="The token is signed with the public key as a secret (OpenSSH)",
    mend_fr=MEND_FR,
    mend_en=MEND_EN,
    expected=Expected.REFUSED,
    deviations=(SetHeader("alg", "HS256"), SignWith(SigningKey.PUBLIC_SSH)),
    caught_by=Defect.TAKES_SSH_FOR_SECRET,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_ssh_key_as_secret(trial: Trial) -> None:
    """Log in with a token that anybody could have made, from the key as one line."""
    trial.log_in()


@Scenario(
    id="sig.x5c",
    clause="RFC8725 3.10",
    title_fr="Le jeton apporte le certificat qui le vérifie (x5c)",
    title_en="The token brings the certificate that verifies it (x5c)",
    mend_fr="Ne prendre de clés que dans le jwks_uri du fournisseur ; ignorer x5c dans l'en-tête.",
    mend_en="Take keys from the provider's jwks_uri only; ignore x5c in the header.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("kid", UNKNOWN), SetHeader("x5c", "{stray.x5c}"), SignWith(SigningKey.STRAY)),
    caught_by=Defect.TRUSTS_CERTIFICATE_IN_TOKEN,
)
def test_certificate_in_the_header(trial: Trial) -> None:
    """Log in with a token that brings a certificate of its own making."""
    trial.log_in()


@Scenario(
    id="sig.x5u",
    clause="RFC8725 3.10",
    title_fr="Le jeton dit où trouver son certificat (x5u)",
    title_en="The token says where its certificate is found (x5u)",
    mend_fr="Ne jamais aller chercher une adresse que donne un jeton.",
    mend_en="Never fetch an address that a token gives.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("kid", UNKNOWN), SetHeader("x5u", "{stray.x5u}"), SignWith(SigningKey.STRAY)),
    caught_by=Defect.FETCHES_CERTIFICATE_NAMED_BY_TOKEN,
)
def test_address_of_a_certificate(trial: Trial) -> None:
    """Log in with a token that names a certificate of its own."""
    trial.log_in()


@Scenario(
    id="sig.kid.url",
    clause="RFC8725 3.10",
    title_fr="kid est l'adresse d'un jeu de clés",
    title_en="kid is the address of a key set",
    mend_fr="Comparer kid aux noms des clés publiées, et n'en faire rien d'autre.",
    mend_en="Compare kid with the names of the published keys, and do nothing else with it.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("kid", "{stray.jwks_uri}"), SignWith(SigningKey.STRAY)),
    caught_by=Defect.FETCHES_KEY_AT_KID,
)
def test_kid_that_is_an_address(trial: Trial) -> None:
    """Log in with a token whose kid leads elsewhere."""
    trial.log_in()


@Scenario(
    id="sig.kid.null",
    clause="RFC7515 4.1.4",
    title_fr="kid vaut null",
    title_en="kid has the value null",
    mend_fr="Traiter kid absent, null ou d'un autre type comme un cas prévu.",
    mend_en="Treat a kid that is absent, null or of another type as a case that is provided for.",
    expected=Expected.KEPT,
    deviations=(SetHeader("kid", None),),
    caught_by=Defect.CRASHES_ON_NULL_KID,
)
def test_kid_that_is_null(trial: Trial) -> None:
    """Log in with a token whose kid is nothing; accepting it and refusing it are both right."""
    trial.withstand()
