"""OpenID Connect RP-Initiated Logout 1.0: what a click on the portal's logout does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="lgt.rp",
    clause="RPINIT 2",
    title_fr="La déconnexion passe par le fournisseur d'identité",
    title_en="Logout goes by way of the identity provider",
    mend_fr="Après avoir fermé la session locale, rediriger vers end_session_endpoint avec id_token_hint ; "
    "post_logout_redirect_uri et state, facultatifs, ramènent l'utilisateur au portail.",
    mend_en="After closing the local session, redirect to end_session_endpoint with id_token_hint; "
    "post_logout_redirect_uri and state, both optional, bring the user back to the portal.",
    expected=Expected.KEPT,
    needs=frozenset({Need.LOGOUT}),
    caught_by=Defect.LOGS_OUT_LOCALLY_ONLY,
)
def test_logout_reaches_the_provider(trial: Trial) -> None:
    """Log in, click logout, and see where the browser is sent."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    asked = visit.log_out()
    there = asked is not None
    trial.finds(
        kept=there,
        fr="navigateur envoyé au point de fin de session" if there else "navigateur non envoyé chez le fournisseur",
        en="browser sent to the end-session endpoint" if there else "browser not sent to the provider",
    )
    # The clause makes post_logout_redirect_uri and state optional; certified libraries send no state.
    if asked is not None:
        given = bool(asked.get("id_token_hint"))
        trial.finds(
            kept=given,
            fr=f"id_token_hint {'présent' if given else 'absent'}",
            en=f"id_token_hint {'present' if given else 'absent'}",
        )


@Scenario(
    id="lgt.session",
    clause="PSC logout-session",
    title_fr="Après la déconnexion, l'ancien cookie de session ne vaut plus rien",
    title_en="After logout, the former session cookie is worth nothing",
    mend_fr="Détruire la session côté serveur, et pas seulement effacer le cookie.",
    mend_en="Destroy the session on the server, instead of only clearing the cookie.",
    expected=Expected.KEPT,
    needs=frozenset({Need.COOKIES, Need.LOGOUT}),
    caught_by=Defect.KEEPS_SESSION_AFTER_LOGOUT,
)
def test_former_session(trial: Trial) -> None:
    """Log in, keep the cookies, log out to the end, and present the old cookies again."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    cookies = visit.browser.snapshot()
    asked = visit.log_out()
    if asked is not None:
        visit.finish_log_out(asked)
    visit.browser.restore(cookies)
    alive = isinstance(visit.who(), Identified)
    trial.finds(
        kept=not alive,
        fr="l'ancien cookie ouvre encore la session" if alive else "l'ancien cookie n'ouvre plus rien",
        en="the old cookie still opens the session" if alive else "the old cookie opens nothing",
    )
