"""OpenID Connect RP-Initiated Logout 1.0, 4: the provider does not send the browser back, or does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationRequest
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="lgt.rp.unregistered",
    clause="RPINIT 4",
    title_fr="Le fournisseur refuse le retour après déconnexion",
    title_en="The provider refuses to return after logout",
    mend_fr="Fermer la session locale avant de partir chez le fournisseur, et ne rien attendre du retour.",
    mend_en="Close the local session before leaving for the provider, and wait for nothing from the return.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.CLOSES_SESSION_ON_RETURN,
    why_fr="Des intégrateurs n'ont pas su où déclarer l'adresse de retour : PSC affiche alors une "
    "page d'erreur et ne renvoie personne.",
    why_en="Integrators did not know where to register the return address: PSC then shows an error "
    "page and sends nobody back.",
)
def test_refused_return(trial: Trial) -> None:
    """Log out, ask the provider for a return address that nobody registered, and look who is there."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    if asked is None or not asked.get("post_logout_redirect_uri"):
        # another scenario says so
        return
    pairs = tuple(
        (name, value + "-non-declaree" if name == "post_logout_redirect_uri" else value) for name, value in asked.pairs
    )
    visit.finish_log_out(AuthorizationRequest(url=asked.place, method="POST", pairs=pairs))
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=not inside,
        fr="la session est encore ouverte" if inside else "la session est fermée",
        en="the session is still open" if inside else "the session is closed",
    )


@Scenario(
    id="lgt.rp.unreachable",
    clause="RPINIT 4",
    title_fr="Le fournisseur ne répond plus au moment de la déconnexion",
    title_en="The provider no longer answers at logout",
    mend_fr="La session locale se ferme d'abord ; ce qui échoue ensuite chez le fournisseur s'affiche"
    " et ne la rouvre pas.",
    mend_en="The local session closes first; what then fails at the provider is shown and does not keep it open.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.DISCOVERY_ANSWER, 503),),
    needs=frozenset({Need.LOGOUT, Need.RESET}),
    caught_by=Defect.CRASHES_ON_LOGOUT_WITHOUT_PROVIDER,
    why_fr="Une panne de PSC ne doit pas laisser de session ouverte sur un poste partagé.",
    why_en="An outage of PSC must not leave a session open on a shared workstation.",
)
def test_provider_down_at_logout(trial: Trial) -> None:
    """Log in, let the discovery document fail, and log out."""
    visit = trial.visit(honest=True)
    visit.log_in()
    trial.conclude(visit)
    down = trial.visit(browser=visit.browser)
    down.page = trial.lab.portal.logout(down.browser)
    inside = isinstance(down.who(), Identified)
    trial.conclude(down)
    orderly = down.page.error is None and (down.page.status < 500 or down.page.status in {502, 503, 504})
    trial.finds(
        kept=orderly, fr=f"réponse du portail : {down.page.status}", en=f"the portal's answer: {down.page.status}"
    )
    trial.finds(
        kept=not inside,
        fr="la session est encore ouverte" if inside else "la session est fermée",
        en="the session is still open" if inside else "the session is closed",
    )
