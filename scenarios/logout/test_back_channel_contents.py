"""OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.5: what a logout token holds, and how it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from conformance.single_logout import declines, logout_token, refuses, send, stays
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropClaim, SetHeader

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="bcl.noexp",
    clause="BACKCHANNEL 2.4",
    title_fr="Le jeton de déconnexion n'a pas de date de fin",
    title_en="The logout token has no expiry",
    mend_fr="Exiger exp. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Demand exp. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(DropClaim("exp", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_EXP,
)
def test_no_expiry(trial: Trial) -> None:
    """Send a logout token without exp, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.noiat",
    clause="BACKCHANNEL 2.4",
    title_fr="Le jeton de déconnexion n'a pas de date d'émission",
    title_en="The logout token has no time of issue",
    mend_fr="Exiger iat. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Demand iat. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(DropClaim("iat", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_IAT,
)
def test_no_time_of_issue(trial: Trial) -> None:
    """Send a logout token without iat, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.nojti",
    clause="BACKCHANNEL 2.4",
    title_fr="Le jeton de déconnexion n'a pas de nom (jti)",
    title_en="The logout token has no name (jti)",
    mend_fr="Exiger jti : sans lui un jeton peut être rejoué sans qu'on le voie. Vérifier le jeton "
    "comme un jeton d'identité, avant toute fermeture.",
    mend_en="Demand jti: without it a token can be replayed unseen. Verify it like an ID token before"
    " anything is closed.",
    expected=Expected.KEPT,
    deviations=(DropClaim("jti", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_JTI,
    why_fr="mod_auth_openidc acceptait un jeton sans iat ni jti, qu'on pouvait alors rejouer (corrigé en 2026).",
    why_en="mod_auth_openidc used to take a token without iat or jti, which could then be replayed (mended in 2026).",
)
def test_no_name(trial: Trial) -> None:
    """Send a logout token without jti, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.typ",
    clause="BACKCHANNEL 2.4(typ)",
    title_fr="Le jeton de déconnexion se dit jeton d'accès (typ at+jwt)",
    title_en="The logout token calls itself an access token (typ at+jwt)",
    mend_fr="Accepter logout+jwt, ou l'absence de typ ; refuser le nom d'une autre sorte de jeton.",
    mend_en="Take logout+jwt, or no typ; refuse the name of another kind of token.",
    expected=Expected.KEPT,
    deviations=(SetHeader("typ", "at+jwt", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_OF_OTHER_TYPE,
)
def test_other_type(trial: Trial) -> None:
    """Send a logout token that calls itself an access token, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.dupparam",
    clause="BACKCHANNEL 2.5",
    title_fr="La demande porte deux jetons de déconnexion",
    title_en="The request carries two logout tokens",
    mend_fr="Refuser un paramètre répété (RFC 6749, 3.1) : deux lecteurs n'en verraient pas le même.",
    mend_en="Refuse a repeated parameter (RFC 6749, 3.1): two readers would not see the same one.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.READS_FIRST_OF_TWO_LOGOUT_TOKENS,
    why_fr="mod_auth_openidc a dû apprendre à refuser un logout_token répété (2026).",
    why_en="mod_auth_openidc had to learn to refuse a repeated logout_token (2026).",
)
def test_two_tokens(trial: Trial) -> None:
    """Send two logout tokens in one request."""
    visit = trial.visit()
    visit.log_in()
    pair = [logout_token(trial, visit).value for _ in range(2)]
    declines(trial, send(trial, visit, *pair))
    stays(trial, visit)
    trial.conclude(visit)


@Scenario(
    id="bcl.empty",
    clause="BACKCHANNEL 2.5",
    title_fr="La demande de déconnexion ne porte aucun jeton",
    title_en="The logout request carries no token",
    mend_fr="Répondre 400, sans panne.",
    mend_en="Answer 400, without breaking down.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.CRASHES_WITHOUT_LOGOUT_TOKEN,
)
def test_no_token(trial: Trial) -> None:
    """Post nothing to the logout address."""
    visit = trial.visit()
    visit.log_in()
    declines(trial, send(trial, visit))
    stays(trial, visit)
    trial.conclude(visit)
