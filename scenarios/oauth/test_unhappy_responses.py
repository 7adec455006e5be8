"""RFC 6749 3.1, 4.1.2 and 5.2: responses that come late, empty or not at all, and a login that another site begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationResponse
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial

ELEVEN_MINUTES: Final = 660.0
SERVER_ERROR: Final = 500


@Scenario(
    id="rsp.error.temporarily_unavailable",
    clause="OIDC-CORE 3.1.2.6",
    title_fr="Le fournisseur répond temporarily_unavailable",
    title_en="The provider answers temporarily_unavailable",
    mend_fr="Dire que le service est indisponible un moment, et proposer de réessayer.",
    mend_en="Say that the service is unavailable for a moment, and offer to try again.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "error", "temporarily_unavailable"),
        SetField(Seam.AUTHORIZATION_RESPONSE, "error_description", "Service indisponible"),
        DropField(Seam.AUTHORIZATION_RESPONSE, "code"),
    ),
    caught_by=Defect.CRASHES_WHEN_UNAVAILABLE,
)
def test_temporarily_unavailable(trial: Trial) -> None:
    """Come back with the news that the provider has no time."""
    trial.log_in()


@Scenario(
    id="rsp.fragment",
    clause="OIDC-CORE 3.1.2.5(mode)",
    title_fr="La réponse est dans le fragment de l'adresse, que le portail ne voit pas",
    title_en="The response is in the fragment of the address, which the portal does not see",
    mend_fr="Traiter un retour sans aucun paramètre comme un retour sans state : une page qui propose de recommencer.",
    mend_en="Treat a return without any parameter like one without state: a page that offers to start again.",
    expected=Expected.REFUSED,
    caught_by=Defect.CRASHES_ON_BARE_CALLBACK,
)
def test_response_in_the_fragment(trial: Trial) -> None:
    """Come back the way that other flows do; what stands behind # never reaches a server."""
    visit = trial.visit()
    visit.begin()
    response = visit.approve()
    if response is None:
        return
    scheme, host, path, query, _ = urlsplit(response.url)
    visit.deliver(AuthorizationResponse(url=urlunsplit((scheme, host, path, "", query))))
    trial.conclude(visit)


@Scenario(
    id="rsp.late",
    clause="RFC6749 5.2",
    title_fr="La réponse arrive onze minutes plus tard : le code est périmé",
    title_en="The response arrives eleven minutes later: the code has expired",
    mend_fr="Traiter invalid_grant comme une fin normale : une page qui propose de recommencer, sans boucle.",
    mend_en="Treat invalid_grant as an ordinary end: a page that offers to start again, without a loop.",
    expected=Expected.KEPT,
    alone=True,
    caught_by=Defect.CRASHES_ON_LATE_CODE,
    why_fr="Une personne appelée pendant qu'elle se connecte revient à son écran un quart d'heure plus tard.",
    why_en="Somebody who is called away while logging in comes back to the screen a quarter of an hour later.",
)
def test_late_response(trial: Trial) -> None:
    """Approve, let eleven minutes pass at the provider, and only then go back to the portal."""
    visit = trial.visit()
    visit.begin()
    visit.approve()
    trial.lab.control.advance(ELEVEN_MINUTES)
    try:
        visit.deliver()
        attempt = trial.conclude(visit)
    finally:
        trial.lab.control.advance(None)
    landing = attempt.landing
    if landing is None:
        return
    orderly = not landing.trouble and not landing.loop and landing.status < SERVER_ERROR
    trial.finds(kept=orderly, fr=f"réponse du portail : {landing.status}", en=f"the portal's answer: {landing.status}")
    anonymous = not isinstance(attempt.whoami, Identified)
    trial.finds(
        kept=anonymous,
        fr="personne n'est connecté" if anonymous else "quelqu'un est connecté avec un code périmé",
        en="nobody is logged in" if anonymous else "somebody is logged in with an expired code",
    )


@Scenario(
    id="ses.thirdparty",
    clause="OIDC-CORE 4",
    title_fr="Un autre site commence la connexion, avec des paramètres de son choix",
    title_en="Another site begins the login, with parameters of its choice",
    mend_fr="Ne transmettre au fournisseur que ce que le portail a lui-même décidé.",
    mend_en="Pass on to the provider only what the portal itself has decided.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.PASSES_PARAMETERS_ON,
)
def test_parameters_of_another_site(trial: Trial) -> None:
    """Open the login address with a lower level and a wider scope, and look at the request."""
    given = (("acr_values", "eidas0"), ("scope", "openid profile offline_access"), ("prompt", "none"))
    visit = trial.visit(honest=True)
    request = visit.begin(given)
    if request is None:
        return
    passed = [name for name, value in given if request.get(name) == value]
    trial.finds(
        kept=not passed,
        fr=f"transmis : {', '.join(passed)}" if passed else "aucun de ces paramètres n'est transmis",
        en=f"passed on: {', '.join(passed)}" if passed else "none of these parameters is passed on",
    )
