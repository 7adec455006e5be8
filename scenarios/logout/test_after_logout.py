"""OpenID Connect RP-Initiated Logout 1.0, 3: the way back from logout, and what comes afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.hop import place_of
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="lgt.rp.state.wrong",
    clause="RPINIT 3(state)",
    title_fr="Le retour de déconnexion porte un autre state",
    title_en="The return from logout carries another state",
    mend_fr="Fermer la session locale avant de partir chez le fournisseur ; le retour n'est plus qu'une page.",
    mend_en="Close the local session before leaving for the provider; the return is then a mere page.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.CRASHES_ON_OTHER_LOGOUT_STATE,
)
def test_return_with_another_state(trial: Trial) -> None:
    """Log out, and come back with a state that nobody sent."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    if asked is None or not asked.get("post_logout_redirect_uri"):
        # another scenario says so
        return
    page = visit.finish_log_out(asked, state="state-que-personne-n-a-envoye")
    inside = isinstance(visit.who(), Identified)
    orderly = page.error is None and page.status < 500
    trial.finds(kept=orderly, fr=f"réponse au retour : {page.status}", en=f"answer on the return: {page.status}")
    trial.finds(
        kept=not inside,
        fr="la session est encore ouverte" if inside else "la session est fermée",
        en="the session is still open" if inside else "the session is closed",
    )


@Scenario(
    id="lgt.rp.state.missing",
    clause="RPINIT 3(state)",
    title_fr="Le retour de déconnexion n'a pas de state",
    title_en="The return from logout has no state",
    mend_fr="Fermer la session locale avant de partir chez le fournisseur ; le retour n'est plus qu'une page.",
    mend_en="Close the local session before leaving for the provider; the return is then a mere page.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.CRASHES_WITHOUT_LOGOUT_STATE,
)
def test_return_without_state(trial: Trial) -> None:
    """Log out, and come back without a state."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    if asked is None or not asked.get("post_logout_redirect_uri"):
        # another scenario says so
        return
    page = visit.finish_log_out(asked, state=None)
    inside = isinstance(visit.who(), Identified)
    orderly = page.error is None and page.status < 500
    trial.finds(kept=orderly, fr=f"réponse au retour : {page.status}", en=f"answer on the return: {page.status}")
    trial.finds(
        kept=not inside,
        fr="la session est encore ouverte" if inside else "la session est fermée",
        en="the session is still open" if inside else "the session is closed",
    )


@Scenario(
    id="lgt.rp.return",
    clause="RPINIT 3",
    title_fr="Le fournisseur accepte l'adresse de retour après déconnexion",
    title_en="The provider accepts the address to return to after logout",
    mend_fr="Déclarer l'adresse de retour au raccordement, et envoyer exactement celle-là.",
    mend_en="Register the return address at raccordement, and send exactly that one.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS, Need.LOGOUT}),
    caught_by=Defect.LOGS_OUT_TO_UNREGISTERED,
)
def test_registered_return(trial: Trial) -> None:
    """Log out by way of the provider, and see whether it sends the browser back."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    if asked is None or not asked.get("post_logout_redirect_uri"):
        # another scenario says so
        return
    page = visit.finish_log_out(asked)
    home = place_of(asked.get("post_logout_redirect_uri") or "")
    back = any(place_of(hop.url) == home for hop in page.hops)
    trial.finds(
        kept=back,
        fr="le fournisseur renvoie au portail" if back else "le fournisseur refuse l'adresse de retour",
        en="the provider sends the browser back" if back else "the provider refuses the return address",
    )


@Scenario(
    id="lgt.relogin",
    clause="PSC relogin",
    title_fr="Après la déconnexion, se reconnecter passe par le fournisseur",
    title_en="After logout, logging in again goes by way of the provider",
    mend_fr="Ne garder aucune trace de la personne après la déconnexion.",
    mend_en="Keep no trace of the person after logout.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.REMEMBERS_AFTER_LOGOUT,
)
def test_login_after_logout(trial: Trial) -> None:
    """Log in, log out, click login, and see where the browser goes."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    visit.log_out()
    again = trial.visit(browser=visit.browser)
    there = again.begin() is not None
    trial.finds(
        kept=there,
        fr="le navigateur repasse par le fournisseur" if there else "le portail n'a pas interrogé le fournisseur",
        en="the browser goes to the provider again" if there else "the portal did not ask the provider",
    )


@Scenario(
    id="lgt.others",
    clause="PSC logout-others",
    title_fr="La déconnexion d'une personne laisse les autres connectées",
    title_en="One person's logout leaves the others logged in",
    mend_fr="Ne fermer que la session de la personne qui se déconnecte.",
    mend_en="Close only the session of the person who logs out.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.LOGS_EVERYBODY_OUT,
)
def test_logout_of_one(trial: Trial) -> None:
    """Log in twice from two browsers, log out of one, and look at the other."""
    visit = trial.visit()
    visit.log_in()
    other = trial.visit(trial.draw(trial.card.persona))
    other.log_in()
    other.log_out()
    inside = isinstance(visit.who(), Identified)
    trial.conclude(visit)
    trial.finds(
        kept=inside,
        fr="l'autre session est intacte" if inside else "l'autre session est fermée aussi",
        en="the other session is untouched" if inside else "the other session is closed as well",
    )
