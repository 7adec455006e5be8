"""Steps 02 to 06 of the tutorial: the activation in the middle of a login, and the login that it ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationResponse
from conformance.scenario import Need, Scenario
from conformance.tutorial import activate, plain

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="seed.activation",
    clause="TUTORIEL 02-06",
    title_fr="L'activation de l'e-CPS interrompt la connexion, puis ramène au portail",
    title_en="The activation of the e-CPS interrupts the login, then leads back to the portal",
    mend_fr="Garder state, nonce et vérificateur dans la session jusqu'à la réponse, dix minutes au "
    "moins, quelles que soient les pages ouvertes entre-temps.",
    mend_en="Keep state, nonce and verifier in the session until the answer, for ten minutes at "
    "least, whatever pages are opened meanwhile.",
    expected=Expected.ACCEPTED,
    needs=frozenset({Need.HOME, Need.HOPS}),
    caught_by=Defect.FORGETS_LOGIN_ON_ANOTHER_PAGE,
    why_fr="Un portail a perdu son state pendant que l'application e-CPS s'ouvrait sur le téléphone "
    ": il le gardait dans sessionStorage.",
    why_en="A portal lost its state while the e-CPS application opened on the phone: it kept it in sessionStorage.",
)
def test_activation(trial: Trial) -> None:
    """Begin a login with an e-CPS that is not activated, go through the steps, and look at the portal meanwhile."""
    visit = trial.visit(trial.draw(trial.card.persona, phone=False))
    request = visit.begin()
    page = visit.desk.arrive(request) if request is not None else None
    if page is None or isinstance(page, AuthorizationResponse):
        return
    if activate(visit, page, meanwhile=trial.lab.described.home) is None:
        # the provider's pages have no reader for a card
        return
    visit.deliver()
    trial.conclude(visit)


@Scenario(
    id="seed.name",
    clause="TUTORIEL 06",
    title_fr="Le portail montre qui est connecté",
    title_en="The portal shows who is logged in",
    mend_fr="Afficher le nom, ou l'identifiant, sur la page d'accueil de la personne connectée.",
    mend_en="Show the name, or the identifier, on the home page of whoever is logged in.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOME, Need.HOPS}),
    caught_by=Defect.SHOWS_NOBODY_AT_HOME,
    why_fr="Sur un poste partagé, c'est ainsi que l'on voit sous quel nom on travaille.",
    why_en="On a shared workstation this is how people see under whose name they work.",
)
def test_who_is_shown(trial: Trial) -> None:
    """Log in, open the home page, and look for the person's name or identifiant."""
    visit = trial.visit()
    visit.log_in()
    if not isinstance(trial.conclude(visit).whoami, Identified):
        # another scenario says so
        return
    text = plain(visit.browser.open(trial.lab.described.home).text)
    known = [str(trial.person.claims.get(name, "")) for name in ("family_name", "SubjectNameID")]
    shown = any(plain(one) in text for one in known if one)
    trial.finds(
        kept=shown,
        fr="le nom ou l'identifiant est affiché" if shown else "ni le nom ni l'identifiant n'est affiché",
        en="the name or the identifier is shown" if shown else "neither the name nor the identifier is shown",
    )
