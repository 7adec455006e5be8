"""RFC 8725 3.1: the public key taken for a secret, in each layout that a library may hold it in."""

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
    id="sig.confusion.spki",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé en HS256 avec la clé publique pour secret (PEM)",
    title_en="The token is signed with HS256, the public key for a secret (PEM)",
    mend_fr="Fixer l'algorithme (RS256) côté portail ; ne jamais laisser le jeton choisir entre RSA et HMAC.",
    mend_en="Fix the algorithm (RS256) at the portal; never let the token choose between RSA and HMAC.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.PUBLIC_PEM),
    ),
    caught_by=Defect.TAKES_PEM_FOR_SECRET,
)
def test_public_key_as_pem(trial: Trial) -> None:
    """Log in with a token that anybody who reads the key set can make."""
    trial.log_in()


@Scenario(
    id="sig.confusion.pkcs1",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé en HS256 avec la clé publique pour secret (PEM PKCS #1)",
    title_en="The token is signed with HS256, the public key for a secret (PKCS #1 PEM)",
    mend_fr="Fixer l'algorithme (RS256) côté portail ; ne jamais laisser le jeton choisir entre RSA et HMAC.",
    mend_en="Fix the algorithm (RS256) at the portal; never let the token choose between RSA and HMAC.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.PUBLIC_PKCS1),
    ),
    caught_by=Defect.TAKES_PKCS1_FOR_SECRET,
)
def test_public_key_as_pkcs1(trial: Trial) -> None:
    """Log in with a token that anybody who reads the key set can make."""
    trial.log_in()


@Scenario(
    id="sig.confusion.der",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé en HS256 avec la clé publique pour secret (DER)",
    title_en="The token is signed with HS256, the public key for a secret (DER)",
    mend_fr="Fixer l'algorithme (RS256) côté portail ; ne jamais laisser le jeton choisir entre RSA et HMAC.",
    mend_en="Fix the algorithm (RS256) at the portal; never let the token choose between RSA and HMAC.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.PUBLIC_DER),
    ),
    caught_by=Defect.TAKES_DER_FOR_SECRET,
)
def test_public_key_as_der(trial: Trial) -> None:
    """Log in with a token that anybody who reads the key set can make."""
    trial.log_in()


@Scenario(
    id="sig.confusion.modulus",
    clause="RFC8725 3.1",
    title_fr="Le jeton est signé en HS256 avec la clé publique pour secret (module n)",
    title_en="The token is signed with HS256, the public key for a secret (modulus n)",
    mend_fr="Fixer l'algorithme (RS256) côté portail ; ne jamais laisser le jeton choisir entre RSA et HMAC.",
    mend_en="Fix the algorithm (RS256) at the portal; never let the token choose between RSA and HMAC.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.PUBLIC_MODULUS),
    ),
    caught_by=Defect.TAKES_MODULUS_FOR_SECRET,
)
def test_modulus(trial: Trial) -> None:
    """Log in with a token that anybody who reads the key set can make."""
    trial.log_in()
