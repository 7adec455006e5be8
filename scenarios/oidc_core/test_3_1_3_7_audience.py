"""OpenID Connect Core 3.1.3.7, steps 3 to 5: for whom an ID token is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import DropClaim, ExtendClaim, ListClaim, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.aud.missing",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="Le jeton d'identité n'a pas de destinataire",
    title_en="The ID token has no audience",
    mend_fr="Refuser un jeton sans aud.",
    mend_en="Refuse a token without aud.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("aud"),),
    caught_by=Defect.ACCEPTS_MISSING_AUD,
)
def test_no_audience(trial: Trial) -> None:
    """Log in with a token that is for nobody."""
    trial.log_in()


@Scenario(
    id="idt.aud.empty",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="La liste des destinataires est vide",
    title_en="The list of audiences is empty",
    mend_fr="Exiger que aud contienne le client_id, et non que rien ne le contredise.",
    mend_en="Demand that aud holds the client_id, not that nothing contradicts it.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("aud", []),),
    caught_by=Defect.ACCEPTS_EMPTY_AUD,
)
def test_empty_audience(trial: Trial) -> None:
    """Log in with a token whose list of audiences is empty."""
    trial.log_in()


@Scenario(
    id="idt.aud.substring",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="Le destinataire commence comme le client_id, et continue",
    title_en="The audience begins like the client_id, and goes on",
    mend_fr="Comparer aud en entier, et non chercher le client_id dedans.",
    mend_en="Compare the whole of aud, instead of looking for the client_id inside it.",
    expected=Expected.REFUSED,
    deviations=(ExtendClaim("aud", "-bis"),),
    caught_by=Defect.LOOKS_FOR_ITS_NAME_IN_AUD,
)
def test_longer_audience(trial: Trial) -> None:
    """Log in with a token for a portal whose name is longer."""
    trial.log_in()


@Scenario(
    id="idt.aud.wrong_azp_ok",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="Le jeton est destiné à un autre portail, mais azp est le bon",
    title_en="The token is for another portal, but azp is right",
    mend_fr="Vérifier aud ; azp s'y ajoute et ne le remplace pas.",
    mend_en="Check aud; azp comes on top of it and does not stand in for it.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("aud", "autre-portail"),),
    caught_by=Defect.TAKES_AZP_FOR_AUD,
)
def test_foreign_audience_right_azp(trial: Trial) -> None:
    """Log in with a foreign token that this portal asked for."""
    trial.log_in()


@Scenario(
    id="idt.aud.many_noazp",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="Le jeton est aussi destiné à un portail inconnu, sans azp",
    title_en="The token is also for an unknown portal, without azp",
    mend_fr="Refuser un jeton dont un destinataire est inconnu.",
    mend_en="Refuse a token with an audience that is not known.",
    expected=Expected.REFUSED,
    deviations=(
        ListClaim("aud", ["autre-portail"]),
        DropClaim("azp"),
    ),
    caught_by=Defect.ACCEPTS_FURTHER_AUDIENCES,
)
def test_further_audience(trial: Trial) -> None:
    """Log in with a token that another portal holds as well."""
    trial.log_in()


@Scenario(
    id="idt.aud.array1",
    clause="OIDC-CORE 2",
    title_fr="Le destinataire est une liste d'un seul élément",
    title_en="The audience is a list of one",
    mend_fr="Lire aud comme un texte ou comme une liste.",
    mend_en="Read aud as text or as a list.",
    expected=Expected.ACCEPTED,
    deviations=(ListClaim("aud", []),),
    caught_by=Defect.REFUSES_AUDIENCE_LIST,
)
def test_audience_in_a_list(trial: Trial) -> None:
    """Log in with a token whose one audience stands in a list."""
    trial.log_in()


@Scenario(
    id="idt.azp.wrong",
    clause="OIDC-CORE 3.1.3.7(5)",
    title_fr="Le jeton a été demandé par un autre portail (azp)",
    title_en="The token was asked for by another portal (azp)",
    mend_fr="Si azp est présent, le comparer au client_id.",
    mend_en="If azp is there, compare it with the client_id.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("azp", "autre-portail"),),
    caught_by=Defect.NEVER_COMPARES_AZP,
)
def test_foreign_authorized_party(trial: Trial) -> None:
    """Log in with a token that another portal asked for."""
    trial.log_in()
