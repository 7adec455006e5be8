"""OpenID Connect Core 3.1.2.6: the provider's error responses, as a person meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial

MARKUP: Final = '<img src="x" alt="psc-injecte">'


@Scenario(
    id="rsp.error.server_error",
    clause="OIDC-CORE 3.1.2.6",
    title_fr="Le fournisseur répond server_error",
    title_en="The provider answers server_error",
    mend_fr="Prévoir toutes les valeurs d'error, et une page pour celles qu'on ne connaît pas.",
    mend_en="Expect every value of error, and have a page for those that are not known.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "error", "server_error"),
        SetField(Seam.AUTHORIZATION_RESPONSE, "error_description", "Panne interne"),
        DropField(Seam.AUTHORIZATION_RESPONSE, "code"),
    ),
    caught_by=Defect.CRASHES_ON_SERVER_ERROR,
)
def test_server_error(trial: Trial) -> None:
    """Come back with the news that the provider has broken down."""
    trial.log_in()


@Scenario(
    id="rsp.error.nodescription",
    clause="OIDC-CORE 3.1.2.6",
    title_fr="L'erreur n'a pas d'error_description",
    title_en="The error has no error_description",
    mend_fr="Traiter error_description comme facultatif.",
    mend_en="Treat error_description as optional.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "error", "temporarily_unavailable"),
        DropField(Seam.AUTHORIZATION_RESPONSE, "code"),
    ),
    caught_by=Defect.CRASHES_WITHOUT_ERROR_DESCRIPTION,
)
def test_no_description(trial: Trial) -> None:
    """Come back with an error and no words."""
    trial.log_in()


@Scenario(
    id="rsp.error.login_required",
    clause="OIDC-CORE 3.1.2.6",
    title_fr="Le fournisseur répond login_required",
    title_en="The provider answers login_required",
    mend_fr="Montrer l'erreur ; ne pas relancer la connexion tout seul, sous peine de boucle.",
    mend_en="Show the error; do not start the login again without being asked, or it becomes a loop.",
    expected=Expected.KEPT,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "error", "login_required"),
        SetField(Seam.AUTHORIZATION_RESPONSE, "error_description", "Connexion nécessaire"),
        DropField(Seam.AUTHORIZATION_RESPONSE, "code"),
    ),
    caught_by=Defect.LOGS_IN_AGAIN_ON_ERROR,
)
def test_login_required(trial: Trial) -> None:
    """Come back with the news that nobody is logged in, and see whether the portal stops."""
    attempt = trial.log_in()
    if attempt.landing is None or not trial.told:
        return
    stopped = not attempt.landing.outside and not attempt.landing.loop
    trial.finds(
        kept=stopped,
        fr="le portail s'arrête et l'explique" if stopped else "le portail renvoie aussitôt chez le fournisseur",
        en="the portal stops and explains" if stopped else "the portal goes back to the provider at once",
    )


@Scenario(
    id="rsp.error.html",
    clause="CWE 79",
    title_fr="error_description contient du HTML",
    title_en="error_description holds HTML",
    mend_fr="Échapper error_description, ou ne pas l'afficher : n'importe qui peut l'écrire dans un lien.",
    mend_en="Escape error_description, or do not show it: anybody can write it into a link.",
    expected=Expected.KEPT,
    deviations=(
        SetField(Seam.AUTHORIZATION_RESPONSE, "error", "temporarily_unavailable"),
        SetField(Seam.AUTHORIZATION_RESPONSE, "error_description", MARKUP),
        DropField(Seam.AUTHORIZATION_RESPONSE, "code"),
    ),
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.SHOWS_ERROR_DESCRIPTION_AS_MARKUP,
)
def test_description_in_html(trial: Trial) -> None:
    """Come back with an error whose words are markup, and look for it in the pages."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    if not trial.told:
        return
    shown = any(MARKUP in hop.text for hop in visit.own_hops())
    trial.finds(
        kept=not shown,
        fr="la description est affichée comme du HTML"
        if shown
        else "aucune page ne contient la description telle quelle",
        en="the description is shown as HTML" if shown else "no page holds the description as it stands",
    )
