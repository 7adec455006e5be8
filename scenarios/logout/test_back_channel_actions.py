"""OpenID Connect Back-Channel Logout 1.0, 2.7 and 2.8: what is closed, what is not, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from conformance.single_logout import declines, logout_token, obeyed, obeys, send, stays
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropClaim, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="bcl.valid",
    clause="BACKCHANNEL 2.7",
    title_fr="Un jeton de déconnexion ferme la session qu'il désigne",
    title_en="A logout token closes the session that it names",
    mend_fr="Garder sid et sub du jeton d'identité avec la session, et fermer celle qui correspond. "
    "Laisser faire une bibliothèque : Spring Security (oidcLogout().backChannel()), "
    "mod_auth_openidc (…?logout=backchannel), LemonLDAP::NG et le courtier Keycloak s'en "
    "chargent.",
    mend_en="Keep sid and sub of the ID token with the session, and close the one that matches. Leave"
    " it to a library: Spring Security (oidcLogout().backChannel()), mod_auth_openidc "
    "(…?logout=backchannel), LemonLDAP::NG and a Keycloak broker do it.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACKNOWLEDGES_LOGOUT_WITHOUT_CLOSING,
    why_fr="PSC annonce la déconnexion par canal arrière (backchannel_logout_supported) ; un portail"
    " qui en déclare l'adresse doit être prêt.",
    why_en="PSC announces back-channel logout (backchannel_logout_supported); a portal that "
    "registers an address has to be ready for it.",
)
def test_named_session(trial: Trial) -> None:
    """Send a logout token of the session, with sub and sid."""
    obeyed(trial)


@Scenario(
    id="bcl.sid_only",
    clause="BACKCHANNEL 2.7(sid)",
    title_fr="Un jeton de déconnexion qui ne dit que sid ferme la session",
    title_en="A logout token that says only sid closes the session",
    mend_fr="Garder sid avec la session : un jeton n'est pas tenu de porter sub.",
    mend_en="Keep sid with the session: a token need not carry sub.",
    expected=Expected.KEPT,
    deviations=(DropClaim("sub", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.NEEDS_SUB_IN_LOGOUT_TOKEN,
    why_fr="PSC annonce la déconnexion par canal arrière (backchannel_logout_supported) ; un portail"
    " qui en déclare l'adresse doit être prêt.",
    why_en="PSC announces back-channel logout (backchannel_logout_supported); a portal that "
    "registers an address has to be ready for it.",
)
def test_session_alone(trial: Trial) -> None:
    """Send a logout token that names the session and not the person."""
    obeyed(trial)


@Scenario(
    id="bcl.sub_only",
    clause="BACKCHANNEL 2.7(sub)",
    title_fr="Un jeton de déconnexion qui ne dit que sub ferme les sessions de la personne",
    title_en="A logout token that says only sub closes the person's sessions",
    mend_fr="Sans sid, fermer toutes les sessions de la personne.",
    mend_en="Without sid, close every session of the person.",
    expected=Expected.KEPT,
    deviations=(DropClaim("sid", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.NEEDS_SID_IN_LOGOUT_TOKEN,
    why_fr="PSC annonce la déconnexion par canal arrière (backchannel_logout_supported) ; un portail"
    " qui en déclare l'adresse doit être prêt.",
    why_en="PSC announces back-channel logout (backchannel_logout_supported); a portal that "
    "registers an address has to be ready for it.",
)
def test_person_alone(trial: Trial) -> None:
    """Send a logout token that names the person and no session."""
    obeyed(trial)


@Scenario(
    id="bcl.others",
    clause="BACKCHANNEL 2.7",
    title_fr="Un jeton de déconnexion laisse les autres personnes connectées",
    title_en="A logout token leaves other people logged in",
    mend_fr="Ne fermer que ce que le jeton désigne.",
    mend_en="Close only what the token names.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.CLOSES_EVERYBODY_ON_LOGOUT_TOKEN,
)
def test_other_people(trial: Trial) -> None:
    """Log two people in, and send the logout token of one."""
    visit, other = trial.visit(), trial.visit(trial.draw(trial.card.persona))
    visit.log_in()
    other.log_in()
    obeys(trial, send(trial, other, logout_token(trial, other).value))
    stays(trial, visit, fr="la session de l'autre personne", en="the other person's session")
    trial.conclude(visit)


@Scenario(
    id="bcl.foreign_sid",
    clause="BACKCHANNEL 2.6(11)",
    title_fr="Le jeton de déconnexion d'une personne désigne la session d'une autre",
    title_en="One person's logout token names another's session",
    mend_fr="Refuser quand sid et sub ne désignent pas la même personne.",
    mend_en="Refuse when sid and sub do not name the same person.",
    expected=Expected.KEPT,
    deviations=(SetClaim("sid", "{other.sid}", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.BELIEVES_SID_OF_ANOTHER_PERSON,
)
def test_session_of_somebody_else(trial: Trial) -> None:
    """Log two people in, and send a token with the sub of one and the sid of the other."""
    visit = trial.visit(honest=True)
    visit.log_in()
    sid = logout_token(trial, visit).sid
    other = trial.visit(trial.draw(trial.card.persona), facts={"other.sid": sid})
    other.log_in()
    declines(trial, send(trial, other, logout_token(trial, other).value))
    stays(trial, visit, fr="la session de l'autre personne", en="the other person's session")
    trial.conclude(visit)
    trial.conclude(other)


@Scenario(
    id="bcl.replay",
    clause="BACKCHANNEL 2.6(8)",
    title_fr="Un jeton de déconnexion qui a servi est présenté de nouveau",
    title_en="A logout token that was obeyed is presented again",
    mend_fr="Retenir jti jusqu'à exp, et refuser un nom déjà vu.",
    mend_en="Remember jti until exp, and refuse a name that was seen.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_AGAIN,
    why_fr="La session PSC dure jusqu'à quatre heures : un jeton gardé par quelqu'un déconnecterait à chaque retour.",
    why_en="The PSC session lasts up to four hours: a token that somebody kept would log the person "
    "out at every return.",
)
def test_token_again(trial: Trial) -> None:
    """Obey a token, log in again under the same PSC session, and send the token again."""
    visit = trial.visit()
    visit.log_in()
    token = logout_token(trial, visit).value
    obeys(trial, send(trial, visit, token))
    again = trial.visit(browser=visit.browser)
    again.log_in()
    declines(trial, send(trial, again, token))
    stays(trial, again, fr="la nouvelle session", en="the new session")
    trial.conclude(again)


@Scenario(
    id="bcl.cache",
    clause="BACKCHANNEL 2.8",
    title_fr="La réponse à un jeton de déconnexion n'est gardée par aucun cache",
    title_en="The answer to a logout token is kept by no cache",
    mend_fr="Répondre avec Cache-Control: no-store.",
    mend_en="Answer with Cache-Control: no-store.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.LETS_CACHES_KEEP_LOGOUT_ANSWER,
)
def test_answer_in_caches(trial: Trial) -> None:
    """Send a logout token and look at the answer's Cache-Control."""
    visit = trial.visit()
    visit.log_in()
    page = send(trial, visit, logout_token(trial, visit).value)
    trial.conclude(visit)
    said = page.header("Cache-Control") or ""
    trial.finds(
        kept="no-store" in said.lower(),
        fr=f"Cache-Control de la réponse : {said or 'absent'}",
        en=f"Cache-Control of the answer: {said or 'absent'}",
    )
