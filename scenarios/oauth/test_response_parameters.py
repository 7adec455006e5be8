"""RFC 6749 4.1.2, RFC 9207 and RFC 9700 4.5: the parameters that come back to the portal, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal import AuthorizationResponse
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, DuplicateField, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="rsp.iss.missing",
    clause="RFC9207 2.4",
    title_fr="La réponse n'a pas de paramètre iss, pourtant annoncé",
    title_en="The response has no iss parameter, although it is announced",
    mend_fr="Si le document de découverte annonce iss, refuser une réponse qui ne l'a pas.",
    mend_en="If the discovery document announces iss, refuse a response without it.",
    expected=Expected.REFUSED,
    deviations=(DropField(Seam.AUTHORIZATION_RESPONSE, "iss"),),
    caught_by=Defect.ACCEPTS_RESPONSE_WITHOUT_ISSUER,
)
def test_no_issuer(trial: Trial) -> None:
    """Come back with a response that does not say whose it is."""
    trial.log_in()


@Scenario(
    id="rsp.code.dup",
    clause="RFC6749 3.1",
    title_fr="La réponse contient deux codes",
    title_en="The response holds two codes",
    mend_fr="Refuser une réponse où un paramètre est répété.",
    mend_en="Refuse a response in which a parameter is repeated.",
    expected=Expected.REFUSED,
    deviations=(DuplicateField(Seam.AUTHORIZATION_RESPONSE, "code", "code-d-une-autre-connexion"),),
    caught_by=Defect.READS_FIRST_OF_TWO_CODES,
)
def test_two_codes(trial: Trial) -> None:
    """Come back with two codes."""
    trial.log_in()


@Scenario(
    id="rsp.state.dup",
    clause="RFC6749 3.1",
    title_fr="La réponse contient deux state",
    title_en="The response holds two states",
    mend_fr="Refuser une réponse où un paramètre est répété.",
    mend_en="Refuse a response in which a parameter is repeated.",
    expected=Expected.REFUSED,
    deviations=(DuplicateField(Seam.AUTHORIZATION_RESPONSE, "state", "state-d-une-autre-connexion"),),
    caught_by=Defect.READS_FIRST_OF_TWO_STATES,
)
def test_two_states(trial: Trial) -> None:
    """Come back with two states."""
    trial.log_in()


@Scenario(
    id="rsp.code.missing",
    clause="RFC6749 4.1.2.1",
    title_fr="La réponse n'a ni code ni erreur",
    title_en="The response has neither a code nor an error",
    mend_fr="Traiter une réponse sans code comme un refus expliqué à la personne.",
    mend_en="Take a response without code for a refusal that is explained to the person.",
    expected=Expected.REFUSED,
    deviations=(DropField(Seam.AUTHORIZATION_RESPONSE, "code"),),
    caught_by=Defect.CRASHES_WITHOUT_CODE,
)
def test_no_code(trial: Trial) -> None:
    """Come back with nothing."""
    trial.log_in()


@Scenario(
    id="rsp.both",
    clause="RFC6749 4.1.2.1",
    title_fr="La réponse contient un code et une erreur",
    title_en="The response holds a code and an error",
    mend_fr="Regarder error avant code : une réponse d'erreur n'ouvre jamais de session.",
    mend_en="Look at error before code: an error response never opens a session.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.AUTHORIZATION_RESPONSE, "error", "access_denied"),),
    caught_by=Defect.LOOKS_AT_CODE_FIRST,
)
def test_code_and_error(trial: Trial) -> None:
    """Come back with both."""
    trial.log_in()


@Scenario(
    id="rsp.extra",
    clause="RFC6749 4.1.2(unknown)",
    title_fr="La réponse contient un paramètre inconnu",
    title_en="The response holds an unknown parameter",
    mend_fr="Ignorer les paramètres inconnus.",
    mend_en="Ignore unknown parameters.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.AUTHORIZATION_RESPONSE, "nouveau_parametre", "valeur"),),
    caught_by=Defect.REFUSES_UNKNOWN_PARAMETERS,
)
def test_unknown_parameter(trial: Trial) -> None:
    """Come back with more than is known."""
    trial.log_in()


@Scenario(
    id="rsp.formpost",
    clause="OIDC-CORE 3.1.2.5",
    title_fr="La réponse est postée, alors que la demande ne l'a pas voulu ainsi",
    title_en="The response is posted, although the request did not ask for that",
    mend_fr="N'accepter que le mode de réponse demandé.",
    mend_en="Take the response mode that was asked for only.",
    expected=Expected.REFUSED,
    caught_by=Defect.ACCEPTS_POSTED_RESPONSE,
)
def test_posted_response(trial: Trial) -> None:
    """Come back with a form in place of an address."""
    visit = trial.visit()
    visit.begin()
    answer = visit.approve()
    if answer is not None:
        place, _, _ = answer.url.partition("?")
        visit.deliver(AuthorizationResponse(url=place, method="POST", form=answer.pairs))
    trial.conclude(visit)


@Scenario(
    id="rsp.state.foreign",
    clause="RFC9700 4.7",
    title_fr="La réponse d'une autre personne est ouverte dans ce navigateur",
    title_en="Another person's response is opened in this browser",
    mend_fr="Lier state à la session du navigateur qui a commencé la connexion (cookie), et non à une table commune.",
    mend_en="Bind state to the session of the browser that began the login (a cookie), not to a table shared by all.",
    expected=Expected.REFUSED,
    caught_by=Defect.ACCEPTS_STATE_OF_ANOTHER_BROWSER,
)
def test_foreign_response(trial: Trial) -> None:
    """Approve a login in one browser, and open its response in another."""
    attacker = trial.visit(trial.draw(trial.card.persona))
    attacker.begin()
    attacker.approve()
    visit = trial.visit()
    visit.deliver(attacker.response)
    trial.conclude(visit)


@Scenario(
    id="rsp.code.injected",
    clause="RFC9700 4.5",
    title_fr="Le code d'une autre personne est glissé dans la réponse",
    title_en="Another person's code is slipped into the response",
    mend_fr="Garder nonce et code_verifier avec le state, dans la session de ce navigateur, et les vérifier tous.",
    mend_en="Keep nonce and code_verifier with the state, in this browser's session, and check them all.",
    expected=Expected.REFUSED,
    caught_by=Defect.KEEPS_LOGIN_IN_ONE_PLACE,
)
def test_injected_code(trial: Trial) -> None:
    """Begin a login, and finish it with the code that somebody else was given."""
    visit = trial.visit()
    visit.begin()
    visit.approve()
    other = trial.visit(trial.victim)
    other.begin()
    other.approve()
    if visit.response is not None and other.response is not None:
        visit.deliver(visit.response.having("code", other.response.get("code")))
    trial.conclude(visit)


@Scenario(
    id="rsp.parallel",
    clause="RFC9700 4.7(tabs)",
    title_fr="Une seconde connexion commence dans un autre onglet avant que la première finisse",
    title_en="A second login begins in another tab before the first one ends",
    mend_fr="Garder plusieurs connexions en cours par session, retrouvées par leur state.",
    mend_en="Keep several logins under way in a session, found by their state.",
    expected=Expected.ACCEPTED,
    caught_by=Defect.KEEPS_ONE_LOGIN_PER_BROWSER,
)
def test_two_tabs(trial: Trial) -> None:
    """Begin a login, begin another one in the same browser, and finish the first."""
    visit = trial.visit()
    visit.begin()
    visit.approve()
    trial.visit(browser=visit.browser).begin()
    visit.deliver()
    trial.conclude(visit)
