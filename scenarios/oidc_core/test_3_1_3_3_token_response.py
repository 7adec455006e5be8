"""OpenID Connect Core 3.1.3.3: the token response holds an ID token, and an ID token it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import CopyField, DropField, ExtendToken, KeepParts, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.missing",
    clause="OIDC-CORE 3.1.3.3",
    title_fr="La réponse n'a pas de jeton d'identité",
    title_en="The response has no ID token",
    mend_fr="Refuser une réponse sans id_token ; vérifier aussi que la demande porte le scope openid.",
    mend_en="Refuse a response without id_token; also make sure that the request carries the scope openid.",
    expected=Expected.REFUSED,
    deviations=(DropField(Seam.TOKEN_RESPONSE, "id_token"),),
    caught_by=Defect.LOGS_IN_WITHOUT_ID_TOKEN,
)
def test_no_id_token(trial: Trial) -> None:
    """Log in with an access token only."""
    trial.log_in()


@Scenario(
    id="idt.empty",
    clause="OIDC-CORE 3.1.3.3",
    title_fr="Le jeton d'identité est un texte vide",
    title_en="The ID token is an empty text",
    mend_fr="Vérifier id_token même s'il est vide.",
    mend_en="Check id_token even when it is empty.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "id_token", ""),),
    caught_by=Defect.SKIPS_EMPTY_ID_TOKEN,
)
def test_empty_id_token(trial: Trial) -> None:
    """Log in with an ID token of no length."""
    trial.log_in()


@Scenario(
    id="idt.notjwt",
    clause="OIDC-CORE 3.1.3.3",
    title_fr="Le jeton d'identité n'est pas un jeton",
    title_en="The ID token is no token",
    mend_fr="Traiter un id_token illisible comme un refus, et non comme une panne.",
    mend_en="Take an unreadable id_token for a refusal, not for a crash.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "id_token", "ceci n’est pas un jeton"),),
    caught_by=Defect.CRASHES_ON_TOKEN_THAT_IS_NONE,
)
def test_no_token_at_all(trial: Trial) -> None:
    """Log in with a sentence in place of a token."""
    trial.log_in()


@Scenario(
    id="idt.twoparts",
    clause="OIDC-CORE 3.1.3.3",
    title_fr="Le jeton d'identité n'a que deux parties",
    title_en="The ID token has two parts only",
    mend_fr="Exiger les trois parties d'un jeton signé.",
    mend_en="Demand the three parts of a signed token.",
    expected=Expected.REFUSED,
    deviations=(KeepParts(2),),
    caught_by=Defect.ACCEPTS_TOKEN_OF_TWO_PARTS,
)
def test_two_parts(trial: Trial) -> None:
    """Log in with a token that ends before its signature."""
    trial.log_in()


@Scenario(
    id="idt.fiveparts",
    clause="OIDC-CORE 3.1.3.3",
    title_fr="Le jeton d'identité a cinq parties",
    title_en="The ID token has five parts",
    mend_fr="Refuser un jeton qui n'a pas exactement trois parties.",
    mend_en="Refuse a token that has not exactly three parts.",
    expected=Expected.REFUSED,
    deviations=(ExtendToken(".AAAA.AAAA"),),
    caught_by=Defect.IGNORES_FURTHER_PARTS,
)
def test_five_parts(trial: Trial) -> None:
    """Log in with a token that goes on after its signature."""
    trial.log_in()


@Scenario(
    id="idt.typ.access",
    clause="RFC8725 3.11",
    title_fr="Un jeton d'accès est donné pour un jeton d'identité",
    title_en="An access token is given for an ID token",
    mend_fr="Vérifier tout ce qui fait un jeton d'identité : aud, nonce, et typ s'il est là.",
    mend_en="Check everything that makes an ID token: aud, nonce, and typ if it is there.",
    expected=Expected.REFUSED,
    deviations=(CopyField(Seam.TOKEN_RESPONSE, "access_token", "id_token"),),
    caught_by=Defect.TAKES_ACCESS_TOKEN_FOR_ID_TOKEN,
)
def test_access_token_in_its_place(trial: Trial) -> None:
    """Log in with a token that the provider signed for another use."""
    trial.log_in()
