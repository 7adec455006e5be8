"""OAuth 2.0 and its best current practice: the authorization response that comes back to the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="rsp.state.wrong",
    clause="RFC9700 4.7",
    title_fr="La réponse porte un autre state que celui de la demande",
    title_en="The response carries another state than the request",
    mend_fr="Comparer state à celui qui est gardé dans la session de ce navigateur, avant de présenter le code.",
    mend_en="Compare state with the one kept in this browser's session, before the code is presented.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.AUTHORIZATION_RESPONSE, "state", "state-d-une-autre-connexion-0123456789"),),
    caught_by=Defect.ACCEPTS_WRONG_STATE,
)
def test_foreign_state(trial: Trial) -> None:
    """Come back with the state of another login."""
    trial.log_in()


@Scenario(
    id="rsp.state.missing",
    clause="RFC9700 4.7",
    title_fr="La réponse n'a pas de state",
    title_en="The response has no state",
    mend_fr="Refuser une réponse sans state.",
    mend_en="Refuse a response without state.",
    expected=Expected.REFUSED,
    deviations=(DropField(Seam.AUTHORIZATION_RESPONSE, "state"),),
    caught_by=Defect.ACCEPTS_MISSING_STATE,
)
def test_missing_state(trial: Trial) -> None:
    """Come back without a state."""
    trial.log_in()


@Scenario(
    id="rsp.iss.wrong",
    clause="RFC9207 2.4",
    title_fr="La réponse dit venir d'un autre fournisseur (paramètre iss)",
    title_en="The response says that it comes from another provider (parameter iss)",
    mend_fr="Comparer le paramètre iss de la réponse à l'issuer attendu avant de présenter le code.",
    mend_en="Compare the response's iss with the expected issuer before the code is presented.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "iss", "https://autre-emetteur.example/auth/realms/esante-wallet"),
    ),
    caught_by=Defect.IGNORES_ISSUER_PARAMETER,
)
def test_foreign_issuer(trial: Trial) -> None:
    """Come back with a response that names another provider."""
    trial.log_in()


@Scenario(
    id="tok.once",
    clause="RFC6749 4.1.2",
    title_fr="La même réponse arrive deux fois dans le même navigateur",
    title_en="The same response arrives twice in the same browser",
    mend_fr="Oublier le state dès qu'il a servi : la seconde arrivée ne correspond plus à rien.",
    mend_en="Forget the state once it has been used: the second arrival then fits nothing.",
    expected=Expected.KEPT,
    caught_by=Defect.REDEEMS_CODE_TWICE,
)
def test_replayed_response(trial: Trial) -> None:
    """Log in, then reload the address that brought the code."""
    visit = trial.visit()
    visit.log_in()
    visit.deliver()
    calls = len(trial.conclude(visit).calls("token"))
    trial.finds(
        kept=calls == 1,
        fr=f"code présenté {calls} fois au point de jeton",
        en=f"code presented {calls} times at the token endpoint",
    )
