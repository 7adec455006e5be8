"""CIBA 7.3 and 13: what the provider answers to the request, and what a portal makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, DropField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="cib.noreqid",
    clause="CIBA 7.3",
    title_fr="La réponse à la demande CIBA n'a pas d'auth_req_id",
    title_en="The acknowledgement of the CIBA request has no auth_req_id",
    mend_fr="Refuser proprement : il n'y a rien à attendre.",
    mend_en="Refuse in an orderly way: there is nothing to wait for.",
    expected=Expected.KEPT,
    deviations=(DropField(Seam.CIBA_RESPONSE, "auth_req_id"),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CRASHES_WITHOUT_AUTH_REQ_ID,
)
def test_no_request_id(trial: Trial) -> None:
    """Acknowledge a request without saying its name."""
    trial.ciba_control()
    visit = trial.ciba()
    page = visit.ask()
    trial.conclude(visit)
    if page is None or not trial.told:
        return
    status = page.status if page.error is None else page.error.trouble
    orderly = page.error is None and (page.status < 500 or page.status in {502, 503, 504})
    trial.finds(kept=orderly, fr=f"réponse du portail : {status}", en=f"the portal's answer: {status}")


@Scenario(
    id="cib.noexpires",
    clause="CIBA 7.3",
    title_fr="La réponse à la demande CIBA n'a pas d'expires_in",
    title_en="The acknowledgement of the CIBA request has no expires_in",
    mend_fr="Refuser proprement, ou prendre un délai prudent.",
    mend_en="Refuse in an orderly way, or take a careful time.",
    expected=Expected.KEPT,
    deviations=(DropField(Seam.CIBA_RESPONSE, "expires_in"),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CRASHES_WITHOUT_CIBA_LIFETIME,
)
def test_no_lifetime(trial: Trial) -> None:
    """Acknowledge a request without saying how long it lasts."""
    trial.ciba_control()
    visit = trial.ciba()
    page = visit.ask()
    trial.conclude(visit)
    if page is None or not trial.told:
        return
    status = page.status if page.error is None else page.error.trouble
    orderly = page.error is None and (page.status < 500 or page.status in {502, 503, 504})
    trial.finds(kept=orderly, fr=f"réponse du portail : {status}", en=f"the portal's answer: {status}")


@Scenario(
    id="cib.nointerval",
    clause="CIBA 7.3(interval)",
    title_fr="Sans interval, la connexion CIBA aboutit",
    title_en="Without interval, the login by CIBA succeeds",
    mend_fr="Prendre cinq secondes quand interval est absent.",
    mend_en="Take five seconds when interval is absent.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.CIBA_RESPONSE, "interval"),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CRASHES_WITHOUT_CIBA_INTERVAL,
)
def test_no_interval(trial: Trial) -> None:
    """Acknowledge a request without saying how often it may be polled."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="cib.unknown_user",
    clause="CIBA 13",
    title_fr="Personne n'a l'identifiant tapé",
    title_en="Nobody has the identifier that was typed",
    mend_fr="Dire à la personne de vérifier son identifiant ; le fournisseur répond 400.",
    mend_en="Tell the person to check their identifier; the provider answers 400.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CRASHES_ON_UNKNOWN_CIBA_USER,
)
def test_unknown_person(trial: Trial) -> None:
    """Type an identifiant that nobody has."""
    trial.ciba_control()
    visit = trial.ciba()
    page = visit.ask("899700000099")
    trial.conclude(visit)
    if page is None or not trial.told:
        return
    status = page.status if page.error is None else page.error.trouble
    orderly = page.error is None and (page.status < 500 or page.status in {502, 503, 504})
    trial.finds(kept=orderly, fr=f"réponse du portail : {status}", en=f"the portal's answer: {status}")


@Scenario(
    id="cib.down",
    clause="CIBA 13",
    title_fr="Le point CIBA est en panne",
    title_en="The CIBA endpoint is broken down",
    mend_fr="Le dire, et laisser recommencer.",
    mend_en="Say so, and let the person start again.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.CIBA_ANSWER, 503),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.CRASHES_WITH_CIBA_ENDPOINT,
    why_fr="Keycloak répond 503 quand l'appareil ne peut être joint ; le proxy e-Santé de référence le rend tel quel.",
    why_en="Keycloak answers 503 when the device cannot be reached; the reference e-Santé proxy passes that on.",
)
def test_endpoint_down(trial: Trial) -> None:
    """Answer the request with 503."""
    trial.ciba_control()
    visit = trial.ciba()
    page = visit.ask()
    trial.conclude(visit)
    if page is None or not trial.told:
        return
    status = page.status if page.error is None else page.error.trouble
    orderly = page.error is None and (page.status < 500 or page.status in {502, 503, 504})
    trial.finds(kept=orderly, fr=f"réponse du portail : {status}", en=f"the portal's answer: {status}")
