"""OpenID Connect Core 3.1.3.7: what a portal checks in an ID token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import (
    AlgNone,
    BreakSignature,
    DropClaim,
    DropKid,
    ExtendClaim,
    SetClaim,
    ShiftTime,
)

if TYPE_CHECKING:
    from conformance.trial import Trial

A_DAY = 86_400


@Scenario(
    id="idt.iss.wrong",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="Le jeton d'identité désigne un autre émetteur",
    title_en="The ID token names another issuer",
    mend_fr="Comparer iss, caractère par caractère, à l'issuer du document de découverte.",
    mend_en="Compare iss, character by character, with the issuer of the discovery document.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("iss", "https://autre-emetteur.example/auth/realms/esante-wallet"),),
    caught_by=Defect.NEVER_COMPARES_ISS,
)
def test_foreign_issuer(trial: Trial) -> None:
    """Log in while the provider signs for somebody else's name."""
    trial.log_in()


@Scenario(
    id="idt.iss.prefix",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="L'émetteur commence comme le bon, et continue",
    title_en="The issuer begins like the right one, and goes on",
    mend_fr="Comparer iss en entier ; ne pas se contenter du début de l'adresse.",
    mend_en="Compare the whole of iss; the beginning of the address is not enough.",
    expected=Expected.REFUSED,
    deviations=(ExtendClaim("iss", ".autre-emetteur.example"),),
    caught_by=Defect.ACCEPTS_ISSUER_PREFIX,
)
def test_longer_issuer(trial: Trial) -> None:
    """Log in while the issuer has more behind it."""
    trial.log_in()


@Scenario(
    id="idt.aud.wrong",
    clause="OIDC-CORE 3.1.3.7(3)",
    title_fr="Le jeton d'identité est destiné à un autre portail",
    title_en="The ID token is meant for another portal",
    mend_fr="Vérifier que aud contient le client_id du portail, et lui seul ou avec des audiences connues.",
    mend_en="Make sure that aud holds the portal's client_id, alone or with audiences it knows.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("aud", "autre-portail"), DropClaim("azp")),
    caught_by=Defect.NEVER_COMPARES_AUD,
)
def test_foreign_audience(trial: Trial) -> None:
    """Log in with a token that another portal could have been given."""
    trial.log_in()


@Scenario(
    id="idt.exp.past",
    clause="OIDC-CORE 3.1.3.7(9)",
    title_fr="Le jeton d'identité est périmé depuis un jour",
    title_en="The ID token expired a day ago",
    mend_fr="Comparer exp à l'heure courante, avec quelques minutes de tolérance au plus.",
    mend_en="Compare exp with the current time, with a few minutes of leeway at most.",
    expected=Expected.REFUSED,
    deviations=(ShiftTime("exp", -A_DAY),),
    caught_by=Defect.NEVER_CHECKS_EXP,
)
def test_expired_token(trial: Trial) -> None:
    """Log in with a token whose time is over."""
    trial.log_in()


@Scenario(
    id="idt.nonce.wrong",
    clause="OIDC-CORE 3.1.3.7(11)",
    title_fr="Le jeton d'identité porte un autre nonce que celui de la demande",
    title_en="The ID token carries another nonce than the request",
    mend_fr="Garder le nonce dans la session et le comparer à celui du jeton.",
    mend_en="Keep the nonce in the session and compare it with the token's.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("nonce", "nonce-d-une-autre-connexion-0123456789"),),
    caught_by=Defect.NEVER_COMPARES_NONCE,
)
def test_foreign_nonce(trial: Trial) -> None:
    """Log in with the token of another login."""
    trial.log_in()


@Scenario(
    id="idt.nonce.missing",
    clause="OIDC-CORE 3.1.3.7(11)",
    title_fr="Le jeton d'identité n'a pas de nonce alors que la demande en portait un",
    title_en="The ID token has no nonce although the request carried one",
    mend_fr="Refuser un jeton sans nonce quand un nonce a été envoyé.",
    mend_en="Refuse a token without nonce when one was sent.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("nonce"),),
    caught_by=Defect.ACCEPTS_MISSING_NONCE,
)
def test_missing_nonce(trial: Trial) -> None:
    """Log in with a token bound to no login."""
    trial.log_in()


@Scenario(
    id="idt.acr.lower",
    clause="OIDC-CORE 3.1.3.7(12)",
    title_fr="Le niveau d'authentification est inférieur à celui demandé",
    title_en="The level of authentication is lower than the one asked for",
    mend_fr="N'accepter que les valeurs acr connues comme suffisantes : eidas1 et au-dessus.",
    mend_en="Take only the acr values known to be enough: eidas1 and above.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("acr", "eidas0"),),
    caught_by=Defect.NEVER_CHECKS_ACR,
)
def test_lower_level(trial: Trial) -> None:
    """Log in with less than was asked for."""
    trial.log_in()


@Scenario(
    id="idt.sub.missing",
    clause="OIDC-CORE 2",
    title_fr="Le jeton d'identité n'a pas de sub",
    title_en="The ID token has no sub",
    mend_fr="Refuser un jeton sans sub : il ne désigne personne.",
    mend_en="Refuse a token without sub: it names nobody.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("sub"),),
    caught_by=Defect.ACCEPTS_MISSING_SUB,
)
def test_nobody(trial: Trial) -> None:
    """Log in with a token about nobody."""
    trial.log_in()


@Scenario(
    id="sig.broken",
    clause="OIDC-CORE 3.1.3.7(6)",
    title_fr="La signature du jeton d'identité est fausse",
    title_en="The ID token's signature is false",
    mend_fr="Vérifier la signature avec les clés publiées par le fournisseur (jwks_uri).",
    mend_en="Verify the signature with the keys that the provider publishes (jwks_uri).",
    expected=Expected.REFUSED,
    deviations=(BreakSignature(),),
    caught_by=Defect.IGNORES_BAD_SIGNATURE,
)
def test_broken_signature(trial: Trial) -> None:
    """Log in with a token whose signature no key ever made."""
    trial.log_in()


@Scenario(
    id="sig.none",
    clause="OIDC-CORE 3.1.3.7(7)",
    title_fr="Le jeton d'identité n'est pas signé (alg none)",
    title_en="The ID token is not signed (alg none)",
    mend_fr="N'accepter que RS256 ; refuser none, quelle que soit la casse.",
    mend_en="Take RS256 only; refuse none, however it is spelt.",
    expected=Expected.REFUSED,
    deviations=(AlgNone(),),
    caught_by=Defect.ACCEPTS_ALG_NONE,
)
def test_unsigned_token(trial: Trial) -> None:
    """Log in with a token that anybody could have written."""
    trial.log_in()


@Scenario(
    id="key.nokid.single",
    clause="OIDC-CORE 10.1",
    title_fr="Le jeton d'identité n'a pas de kid, et une seule clé est publiée",
    title_en="The ID token has no kid, and a single key is published",
    mend_fr="Sans kid, essayer la seule clé publiée.",
    mend_en="Without kid, try the only key published.",
    expected=Expected.ACCEPTED,
    deviations=(DropKid(),),
    caught_by=Defect.REFUSES_TOKEN_WITHOUT_KID,
)
def test_token_without_kid(trial: Trial) -> None:
    """Log in with a token that does not name its key."""
    trial.log_in()
