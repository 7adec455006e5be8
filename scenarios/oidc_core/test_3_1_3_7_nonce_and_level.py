"""OpenID Connect Core 3.1.3.7, steps 11 and 12, and 3.1.3.8: nonce, level, and the access token's hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import DropClaim, ListClaim, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.nonce.replayed",
    clause="OIDC-CORE 3.1.3.7(11)",
    title_fr="Le jeton porte le nonce d'une autre connexion du même navigateur",
    title_en="The token carries the nonce of another login of the same browser",
    mend_fr="Oublier le nonce dès qu'il a servi, et ne comparer qu'à celui de la connexion en cours.",
    mend_en="Forget the nonce once it was used, and compare only with the login under way.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("nonce", "{former.nonce}"),),
    caught_by=Defect.ACCEPTS_NONCE_OF_EARLIER_LOGIN,
)
def test_former_nonce(trial: Trial) -> None:
    """Begin a login, begin another one, and finish it with a token that belongs to the first."""
    first = trial.visit(honest=True)
    asked = first.begin()
    nonce = asked.get("nonce") if asked is not None else None
    if nonce is None:
        # a portal that sends no nonce has none to replay
        return
    second = trial.visit(browser=first.browser, facts={"former.nonce": nonce})
    second.log_in()
    trial.conclude(second)


@Scenario(
    id="idt.nonce.array",
    clause="OIDC-CORE 3.1.3.7(11)",
    title_fr="Le nonce est une liste",
    title_en="The nonce is a list",
    mend_fr="Exiger un texte pour nonce, et le comparer en entier.",
    mend_en="Demand text for nonce, and compare the whole of it.",
    expected=Expected.REFUSED,
    deviations=(ListClaim("nonce", ["nonce-d-une-autre-connexion-0123456789"]),),
    caught_by=Defect.LOOKS_FOR_NONCE_IN_LIST,
)
def test_list_of_nonces(trial: Trial) -> None:
    """Log in with a token that fits two logins."""
    trial.log_in()


@Scenario(
    id="idt.acr.absent",
    clause="PSC acr-absent",
    title_fr="Le jeton d'identité n'a pas d'acr",
    title_en="The ID token has no acr",
    mend_fr="Décider ce que vaut un niveau absent, et le dire à la personne s'il ne suffit pas.",
    mend_en="Decide what an absent level is worth, and say so to the person if it is not enough.",
    expected=Expected.KEPT,
    deviations=(DropClaim("acr"),),
    caught_by=Defect.CRASHES_WITHOUT_ACR,
)
def test_absent_level(trial: Trial) -> None:
    """Log in at a level that is not stated."""
    trial.withstand()


@Scenario(
    id="idt.acr.garbage",
    clause="OIDC-CORE 3.1.3.7(12)",
    title_fr="Le niveau d'authentification est inconnu",
    title_en="The level of authentication is unknown",
    mend_fr="Tenir la liste des valeurs acr suffisantes ; toute autre valeur ne suffit pas.",
    mend_en="Keep the list of acr values that are enough; no other value is.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("acr", "niveau-inconnu"),),
    caught_by=Defect.ACCEPTS_UNKNOWN_ACR,
)
def test_unknown_level(trial: Trial) -> None:
    """Log in at a level that nobody defined."""
    trial.log_in()


@Scenario(
    id="idt.athash.wrong",
    clause="OIDC-CORE 3.1.3.8",
    title_fr="at_hash ne correspond pas au jeton d'accès",
    title_en="at_hash does not fit the access token",
    mend_fr="Si at_hash est présent, le comparer au jeton d'accès reçu.",
    mend_en="If at_hash is there, compare it with the access token received.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),),
    caught_by=Defect.NEVER_COMPARES_AT_HASH,
)
def test_foreign_access_token(trial: Trial) -> None:
    """Log in with a token that was made for another access token."""
    trial.log_in()
