"""What is publicly known of logout at Pro Santé Connect: both sessions end, and the person comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationResponse
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="psc.logout.sso",
    clause="PSC logout-both",
    title_fr="Après la déconnexion, PSC redemande l'e-CPS ou la carte",
    title_en="After logout, PSC asks for the e-CPS or the card again",
    mend_fr="Envoyer en id_token_hint le jeton de la session en cours, pas celui d'une connexion précédente.",
    mend_en="Send as id_token_hint the token of the current session, not that of an earlier login.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.HINTS_WITH_FIRST_ID_TOKEN,
    why_fr="Un client de démonstration de l'ANS fermait la session par un appel de serveur dont il "
    "n'affichait que le résultat ; sur un poste partagé, la personne suivante entre sans "
    "carte.",
    why_en="A demonstration client of ANS closed the session by a server call and only printed the "
    "result; on a shared workstation the next person enters without a card.",
)
def test_psc_session_is_over(trial: Trial) -> None:
    """Log in and out twice, and see whether PSC asks the person at the third login."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    for number in range(2):
        asked = visit.log_out()
        if asked is None:
            # another scenario says so
            return
        visit.finish_log_out(asked)
        visit = trial.visit(browser=visit.browser)
        if number == 0:
            visit.log_in()
    request = visit.begin()
    if request is None:
        # another scenario says so
        return
    asked_again = not isinstance(visit.desk.arrive(request), AuthorizationResponse)
    trial.finds(
        kept=asked_again,
        fr="PSC demande de s'authentifier" if asked_again else "PSC renvoie un code sans rien demander",
        en="PSC asks to authenticate" if asked_again else "PSC sends a code back without asking",
    )


@Scenario(
    id="psc.logout.return",
    clause="PSC logout-return",
    title_fr="La déconnexion dit où revenir",
    title_en="Logout says where to come back to",
    mend_fr="Envoyer post_logout_redirect_uri, déclarée au raccordement, avec id_token_hint.",
    mend_en="Send post_logout_redirect_uri, registered at raccordement, with id_token_hint.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.LOGS_OUT_WITHOUT_RETURN,
    why_fr="Le plan de test de Pix le note : sans adresse de retour, l'usager reste sur une page de PSC.",
    why_en="Pix's test plan notes it: without a return address the user stays on a page of PSC.",
)
def test_return_address(trial: Trial) -> None:
    """Log out, and look for the return address in the request."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    if asked is None:
        # another scenario says so
        return
    home = asked.get("post_logout_redirect_uri")
    trial.finds(
        kept=bool(home),
        fr="post_logout_redirect_uri présente"
        if home
        else "post_logout_redirect_uri absente : la personne reste chez PSC",
        en="post_logout_redirect_uri present" if home else "no post_logout_redirect_uri: the person stays at PSC",
    )


@Scenario(
    id="psc.logout.state",
    clause="PSC logout-return",
    title_fr="Chaque déconnexion a son propre state",
    title_en="Each logout has a state of its own",
    mend_fr="Tirer un state au hasard à chaque déconnexion, ou n'en pas envoyer.",
    mend_en="Draw a random state for each logout, or send none.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.SENDS_FIXED_LOGOUT_STATE,
    why_fr="Le connecteur Keycloak de l'ANS refuse un retour sans le state qu'il a envoyé ; un state"
    " fixe ne le protège de rien.",
    why_en="ANS's Keycloak connector refuses a return without the state that it sent; a fixed state "
    "protects it from nothing.",
)
def test_fresh_state(trial: Trial) -> None:
    """Log out twice, and compare the two states."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    first = visit.log_out()
    again = trial.visit(trial.draw(trial.card.persona))
    again.log_in()
    second = again.log_out()
    states = [asked.get("state") for asked in (first, second) if asked is not None]
    if not all(states) or len(states) < 2:
        # state is optional, and without one there is nothing to compare
        return
    fresh = states[0] != states[1]
    trial.finds(
        kept=fresh,
        fr="les deux state diffèrent" if fresh else "le même state deux fois",
        en="the two states differ" if fresh else "the same state twice",
    )
