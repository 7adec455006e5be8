"""OpenID Connect Front-Channel Logout 1.0, 2: the frame by which a browser logs out of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.origins import origin_host
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from conformance.single_logout import closes, load_frame, logout_token, stays

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="lgt.fc",
    clause="FRONTCHANNEL 2",
    title_fr="Le cadre de déconnexion ferme la session qu'il désigne",
    title_en="The logout frame closes the session that it names",
    mend_fr="Garder sid avec la session ; à l'appel du cadre, fermer celle qui a ce sid.",
    mend_en="Keep sid with the session; when the frame is loaded, close the one with that sid.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.IGNORES_FRAME,
    why_fr="PSC annonce la déconnexion par le navigateur (frontchannel_logout_supported) ; rien de "
    "public ne dit qu'elle serve, ni qu'elle ne servira pas.",
    why_en="PSC announces front-channel logout (frontchannel_logout_supported); nothing public says "
    "that it is used, or that it will not be.",
)
def test_frame(trial: Trial) -> None:
    """Log in, and load the logout frame with the right iss and sid."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    load_frame(trial, visit.browser, iss=known.iss, sid=known.sid)
    closes(trial, visit)
    trial.conclude(visit)


@Scenario(
    id="lgt.fc.iss",
    clause="FRONTCHANNEL 2(iss sid)",
    title_fr="Le cadre de déconnexion vient d'un autre émetteur",
    title_en="The logout frame comes from another issuer",
    mend_fr="Comparer iss à l'émetteur configuré avant de fermer.",
    mend_en="Compare iss with the configured issuer before closing.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.CLOSES_FOR_ANY_ISSUER,
)
def test_frame_of_another_issuer(trial: Trial) -> None:
    """Load the logout frame with the right sid and another issuer."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    load_frame(trial, visit.browser, iss="https://autre-emetteur.example", sid=known.sid)
    stays(trial, visit)
    trial.conclude(visit)


@Scenario(
    id="lgt.fc.sid",
    clause="FRONTCHANNEL 2(iss sid)",
    title_fr="Le cadre de déconnexion désigne une autre session",
    title_en="The logout frame names another session",
    mend_fr="Comparer sid à celui du jeton d'identité ; sinon n'importe quelle page peut déconnecter par une image.",
    mend_en="Compare sid with that of the ID token; otherwise any page can log people out by an image.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.NEVER_COMPARES_SID_OF_FRAME,
    why_fr="Le cadre s'ouvre par GET, depuis n'importe quel site : sid est ce qui le distingue d'une"
    " déconnexion forcée.",
    why_en="The frame is a GET that any site can cause: sid is what tells it from a forced logout.",
)
def test_frame_of_another_session(trial: Trial) -> None:
    """Load the logout frame with the sid of no session."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    load_frame(trial, visit.browser, iss=known.iss, sid="00000000-0000-4000-8000-000000000000")
    stays(trial, visit)
    trial.conclude(visit)


@Scenario(
    id="lgt.fc.missing",
    clause="FRONTCHANNEL 2",
    title_fr="Le cadre de déconnexion ne dit ni iss ni sid",
    title_en="The logout frame says neither iss nor sid",
    mend_fr="Répondre sans panne ; fermer ou non la session du navigateur, selon ce qui a été déclaré au raccordement.",
    mend_en="Answer without breaking down; close the browser's session or not, as registered at raccordement.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.CRASHES_WITHOUT_SID,
)
def test_frame_without_names(trial: Trial) -> None:
    """Load the logout frame without iss and sid."""
    visit = trial.visit()
    visit.log_in()
    page = load_frame(trial, visit.browser)
    trial.conclude(visit)
    trial.finds(
        kept=page.error is None and page.status < 500,
        fr=f"réponse du cadre : {page.status}",
        en=f"the frame's answer: {page.status}",
    )


@Scenario(
    id="lgt.fc.nocookie",
    clause="FRONTCHANNEL 2(cookie)",
    title_fr="Le cadre de déconnexion arrive sans le cookie du portail",
    title_en="The logout frame comes without the portal's cookie",
    mend_fr="Retrouver la session par sid, côté serveur : SameSite et le blocage des cookies tiers "
    "retiennent celui du portail.",
    mend_en="Find the session by sid, on the server: SameSite and the blocking of third-party cookies"
    " hold the portal's back.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.FINDS_SESSION_OF_FRAME_BY_COOKIE,
    why_fr="PSC est un autre site que le portail : un navigateur récent n'envoie pas le cookie SameSite dans ce cadre.",
    why_en="PSC is another site than the portal: a current browser sends no SameSite cookie into that frame.",
)
def test_frame_without_cookie(trial: Trial) -> None:
    """Load the logout frame the way a browser does that sends no cookie into it."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    load_frame(trial, trial.visit(honest=True).browser, iss=known.iss, sid=known.sid)
    closes(trial, visit)
    trial.conclude(visit)


@Scenario(
    id="lgt.fc.cache",
    clause="FRONTCHANNEL 2(cache)",
    title_fr="Le cadre de déconnexion n'est gardé par aucun cache",
    title_en="The logout frame is kept by no cache",
    mend_fr="Répondre avec Cache-Control: no-store ; une réponse gardée ne déconnecterait pas la fois suivante.",
    mend_en="Answer with Cache-Control: no-store; a cached answer would not log out the next time.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.LETS_CACHES_KEEP_FRAME,
)
def test_frame_in_caches(trial: Trial) -> None:
    """Load the logout frame and look at its Cache-Control."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    page = load_frame(trial, visit.browser, iss=known.iss, sid=known.sid)
    trial.conclude(visit)
    said = page.header("Cache-Control") or ""
    trial.finds(
        kept="no-store" in said.lower(),
        fr=f"Cache-Control du cadre : {said or 'absent'}",
        en=f"the frame's Cache-Control: {said or 'absent'}",
    )


@Scenario(
    id="lgt.fc.frame",
    clause="FRONTCHANNEL 2(frame)",
    title_fr="Le fournisseur peut afficher le cadre de déconnexion",
    title_en="The provider can show the logout frame",
    mend_fr="Pour cette seule adresse, autoriser l'émetteur dans frame-ancestors, et ne pas envoyer X-Frame-Options.",
    mend_en="For this address only, allow the issuer in frame-ancestors, and send no X-Frame-Options.",
    expected=Expected.KEPT,
    needs=frozenset({Need.FRONTCHANNEL, Need.HOPS}),
    caught_by=Defect.FORBIDS_FRAME_OF_PROVIDER,
    why_fr="Un portail qui interdit tout cadre, comme il se doit ailleurs, n'est jamais déconnecté par ce moyen.",
    why_en="A portal that forbids all frames, as it should elsewhere, is never logged out this way.",
)
def test_frame_in_a_frame(trial: Trial) -> None:
    """Load the logout frame and look at who may show it."""
    visit = trial.visit()
    visit.log_in()
    known = logout_token(trial, visit)
    page = load_frame(trial, visit.browser, iss=known.iss, sid=known.sid)
    trial.conclude(visit)
    policy = page.header("Content-Security-Policy") or ""
    ancestors = next((part.split()[1:] for part in policy.split(";") if "frame-ancestors" in part), ["*"])
    named = any(one in {"*", "http:", "https:"} or origin_host(one) == origin_host(known.iss) for one in ancestors)
    allowed = named and not page.header("X-Frame-Options")
    trial.finds(
        kept=allowed,
        fr="le fournisseur peut l'afficher" if allowed else "les en-têtes interdisent au fournisseur de l'afficher",
        en="the provider can show it" if allowed else "the headers forbid the provider to show it",
    )
