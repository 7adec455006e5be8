"""RFC 7515, 7518 and 8725: an ID token without a signature, or with one that proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import SigningKey
from mock_idp.deviations import AlgNone, SetHeader, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="sig.stripped",
    clause="OIDC-CORE 3.1.3.7(6)",
    title_fr="La signature du jeton d'identité est vide",
    title_en="The ID token's signature is empty",
    mend_fr="Vérifier la signature même si elle est vide.",
    mend_en="Verify the signature even when it is empty.",
    expected=Expected.REFUSED,
    deviations=(SignWith(SigningKey.NONE),),
    caught_by=Defect.ACCEPTS_STRIPPED_SIGNATURE,
)
def test_stripped_signature(trial: Trial) -> None:
    """Log in with a token that says RS256 and brings no signature."""
    trial.log_in()


@Scenario(
    id="sig.none_case",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="Le jeton n'est pas signé (alg NoNe)",
    title_en="The token is not signed (alg NoNe)",
    mend_fr="Tenir la liste des algorithmes acceptés (RS256), et non celle des algorithmes refusés.",
    mend_en="Keep the list of algorithms that are accepted (RS256), not of those refused.",
    expected=Expected.REFUSED,
    deviations=(AlgNone(spelling="NoNe"),),
    caught_by=Defect.ACCEPTS_NONE_SPELT_OTHERWISE,
)
def test_none_in_mixed_case(trial: Trial) -> None:
    """Log in with an unsigned token that spells none otherwise."""
    trial.log_in()


@Scenario(
    id="sig.none_signed",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="L'algorithme est none, mais il y a une signature",
    title_en="The algorithm is none, but there is a signature",
    mend_fr="Refuser alg none, qu'il y ait une signature ou non.",
    mend_en="Refuse alg none, with or without a signature.",
    expected=Expected.REFUSED,
    deviations=(SetHeader("alg", "none"),),
    caught_by=Defect.ACCEPTS_SIGNED_NONE,
)
def test_signed_none(trial: Trial) -> None:
    """Log in with a token whose signature nobody is to verify."""
    trial.log_in()


@Scenario(
    id="sig.alg.other",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="Le jeton est signé avec un autre algorithme (RS512)",
    title_en="The token is signed with another algorithm (RS512)",
    mend_fr="N'accepter que l'algorithme convenu, RS256.",
    mend_en="Take the agreed algorithm only, RS256.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "RS512"),
        SignWith(SigningKey.CURRENT_RS512),
    ),
    caught_by=Defect.ACCEPTS_RS512,
)
def test_another_algorithm(trial: Trial) -> None:
    """Log in with a token that the right key signed in another way."""
    trial.log_in()


@Scenario(
    id="sig.hs.clientsecret",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="Le jeton est signé avec le secret du portail (HS256)",
    title_en="The token is signed with the portal's secret (HS256)",
    mend_fr="N'accepter que RS256 : le secret du portail est connu de plus d'une personne.",
    mend_en="Take RS256 only: more than one person knows the portal's secret.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.CLIENT_SECRET),
    ),
    caught_by=Defect.VERIFIES_WITH_CLIENT_SECRET,
)
def test_client_secret(trial: Trial) -> None:
    """Log in with a token that the portal could have made itself."""
    trial.log_in()


@Scenario(
    id="sig.hs.empty",
    clause="RFC8725 3.5",
    title_fr="Le jeton est signé avec un secret vide (HS256)",
    title_en="The token is signed with an empty secret (HS256)",
    mend_fr="N'accepter que RS256 ; refuser une clé vide.",
    mend_en="Take RS256 only; refuse an empty key.",
    expected=Expected.REFUSED,
    deviations=(
        SetHeader("alg", "HS256"),
        SignWith(SigningKey.EMPTY_SECRET),
    ),
    caught_by=Defect.VERIFIES_WITH_EMPTY_SECRET,
)
def test_empty_secret(trial: Trial) -> None:
    """Log in with a token that anybody could have signed."""
    trial.log_in()
