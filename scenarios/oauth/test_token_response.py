"""RFC 6749 5.1 and 7.1: the token response, what may stand in it and what may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, DropField, SetBody, SetField, Truncate

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="uin.expired.short",
    clause="RFC6749 5.1",
    title_fr="Le jeton d'accès vaut 60 secondes",
    title_en="The access token lasts 60 seconds",
    mend_fr="Appeler userinfo aussitôt, sans marge d'horloge plus longue que la vie du jeton (Authlib : leeway).",
    mend_en="Call userinfo at once, with no clock margin longer than the token's life (Authlib: leeway).",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "expires_in", 60),),
    caught_by=Defect.TAKES_SHORT_TOKEN_FOR_EXPIRED,
)
def test_short_lifetime(trial: Trial) -> None:
    """Log in with an access token as short as PSC's were in 2021."""
    trial.log_in()


@Scenario(
    id="uin.expired.absent",
    clause="RFC6749 5.1",
    title_fr="La réponse n'a pas d'expires_in",
    title_en="The response has no expires_in",
    mend_fr="Traiter expires_in comme facultatif.",
    mend_en="Treat expires_in as optional.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.TOKEN_RESPONSE, "expires_in"),),
    caught_by=Defect.CRASHES_WITHOUT_LIFETIME,
)
def test_no_lifetime(trial: Trial) -> None:
    """Log in with an access token whose life is not stated."""
    trial.log_in()


@Scenario(
    id="uin.expired.text",
    clause="RFC6749 5.1",
    title_fr="expires_in est un texte",
    title_en="expires_in is text",
    mend_fr="Convertir expires_in avec précaution, ou refuser sans panne.",
    mend_en="Convert expires_in with care, or refuse without a crash.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "expires_in", "120"),),
    caught_by=Defect.CRASHES_ON_LIFETIME_AS_TEXT,
)
def test_lifetime_as_text(trial: Trial) -> None:
    """Log in with an access token whose life is text."""
    trial.withstand()


@Scenario(
    id="tok.type.case",
    clause="RFC6749 5.1",
    title_fr="token_type est écrit bearer, en minuscules",
    title_en="token_type is written bearer, in lower case",
    mend_fr="Comparer token_type sans tenir compte de la casse.",
    mend_en="Compare token_type without regard to case.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "token_type", "bearer"),),
    caught_by=Defect.DEMANDS_CAPITAL_BEARER,
)
def test_bearer_in_lower_case(trial: Trial) -> None:
    """Log in with a token type in lower case."""
    trial.log_in()


@Scenario(
    id="tok.type.other",
    clause="RFC6749 7.1",
    title_fr="token_type est inconnu",
    title_en="token_type is unknown",
    mend_fr="Refuser un jeton d'accès d'un type inconnu.",
    mend_en="Refuse an access token of an unknown type.",
    expected=Expected.REFUSED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "token_type", "inconnu"),),
    caught_by=Defect.IGNORES_TOKEN_TYPE,
)
def test_unknown_token_type(trial: Trial) -> None:
    """Log in with an access token that nobody knows how to use."""
    trial.log_in()


@Scenario(
    id="tok.no_scope",
    clause="RFC6749 5.1",
    title_fr="La réponse n'a pas de scope",
    title_en="The response has no scope",
    mend_fr="Sans scope dans la réponse, les scopes accordés sont ceux demandés.",
    mend_en="Without scope in the response, the granted scopes are those asked for.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.TOKEN_RESPONSE, "scope"),),
    caught_by=Defect.CRASHES_WITHOUT_SCOPE,
)
def test_no_scope(trial: Trial) -> None:
    """Log in with a response that does not repeat the scopes."""
    trial.log_in()


@Scenario(
    id="tok.extra",
    clause="RFC6749 5.1",
    title_fr="La réponse a un champ inconnu",
    title_en="The response has an unknown member",
    mend_fr="Ignorer les champs inconnus.",
    mend_en="Ignore unknown members.",
    expected=Expected.ACCEPTED,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "nouveau_champ", "valeur"),),
    caught_by=Defect.REFUSES_UNKNOWN_TOKEN_MEMBERS,
)
def test_unknown_member(trial: Trial) -> None:
    """Log in with a response that says more than is known."""
    trial.log_in()


@Scenario(
    id="psc.tok.no_session_state",
    clause="PSC token-response",
    title_fr="La réponse n'a pas de session_state",
    title_en="The response has no session_state",
    mend_fr="Traiter session_state comme facultatif : les versions récentes de Keycloak ne le donnent plus partout.",
    mend_en="Treat session_state as optional: recent versions of Keycloak no longer give it everywhere.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.TOKEN_RESPONSE, "session_state"),),
    caught_by=Defect.CRASHES_WITHOUT_SESSION_STATE,
)
def test_no_session_state(trial: Trial) -> None:
    """Log in with a response of another version of the provider."""
    trial.log_in()


@Scenario(
    id="tok.500",
    clause="PSC outage",
    title_fr="Le point de jeton est en panne (500)",
    title_en="The token endpoint has broken down (500)",
    mend_fr="Traiter une panne du fournisseur comme un événement ordinaire : page claire, et reprise sans redémarrage.",
    mend_en="Take an outage of the provider for an ordinary event: a clear page, and recovery without a restart.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.TOKEN_ANSWER, 500),),
    caught_by=Defect.CRASHES_WITH_TOKEN_ENDPOINT,
)
def test_broken_token_endpoint(trial: Trial) -> None:
    """Log in while the token endpoint has broken down."""
    trial.withstand()


@Scenario(
    id="tok.html",
    clause="PSC outage",
    title_fr="Le point de jeton répond par une page",
    title_en="The token endpoint answers with a page",
    mend_fr="Traiter une panne du fournisseur comme un événement ordinaire : page claire, et reprise sans redémarrage.",
    mend_en="Take an outage of the provider for an ordinary event: a clear page, and recovery without a restart.",
    expected=Expected.KEPT,
    deviations=(SetBody(Seam.TOKEN_ANSWER, "<!doctype html><title>Maintenance</title>"),),
    caught_by=Defect.CRASHES_ON_PAGE_FROM_TOKEN_ENDPOINT,
)
def test_page_from_token_endpoint(trial: Trial) -> None:
    """Log in while a page for people stands in place of tokens."""
    trial.withstand()


@Scenario(
    id="tok.truncated",
    clause="PSC outage",
    title_fr="La réponse du point de jeton est coupée",
    title_en="The answer of the token endpoint is cut short",
    mend_fr="Traiter une panne du fournisseur comme un événement ordinaire : page claire, et reprise sans redémarrage.",
    mend_en="Take an outage of the provider for an ordinary event: a clear page, and recovery without a restart.",
    expected=Expected.KEPT,
    deviations=(Truncate(Seam.TOKEN_ANSWER, 60),),
    caught_by=Defect.CRASHES_ON_CUT_TOKEN_ANSWER,
)
def test_cut_token_answer(trial: Trial) -> None:
    """Log in while the token answer stops in the middle."""
    trial.withstand()
