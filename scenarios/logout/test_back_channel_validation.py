"""OpenID Connect Back-Channel Logout 1.0, 2.6: what is verified before anything is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from conformance.single_logout import refuses
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import AlgNone, BreakSignature, DropClaim, SetClaim, SetHeader, ShiftTime, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="bcl.sig",
    clause="BACKCHANNEL 2.6(2)",
    title_fr="Le jeton de déconnexion a une signature fausse",
    title_en="The logout token has a false signature",
    mend_fr="Vérifier la signature avec les clés publiées. Laisser faire une bibliothèque : Spring "
    "Security (oidcLogout().backChannel()), mod_auth_openidc (…?logout=backchannel), "
    "LemonLDAP::NG et le courtier Keycloak s'en chargent.",
    mend_en="Verify the signature with the published keys. Leave it to a library: Spring Security "
    "(oidcLogout().backChannel()), mod_auth_openidc (…?logout=backchannel), LemonLDAP::NG and"
    " a Keycloak broker do it.",
    expected=Expected.KEPT,
    deviations=(BreakSignature(Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.IGNORES_SIGNATURE_OF_LOGOUT_TOKEN,
    why_fr="Qui peut faire fermer des sessions par un jeton forgé peut déconnecter tous les "
    "soignants d'un établissement.",
    why_en="Whoever can have sessions closed by a forged token can log every practitioner of a hospital out.",
)
def test_false_signature(trial: Trial) -> None:
    """Send a logout token whose signature is broken, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.none",
    clause="BACKCHANNEL 2.6(3)",
    title_fr="Le jeton de déconnexion n'est pas signé (alg none)",
    title_en="The logout token is not signed (alg none)",
    mend_fr="N'accepter que l'algorithme convenu, RS256 ; jamais none.",
    mend_en="Take the agreed algorithm only, RS256; never none.",
    expected=Expected.KEPT,
    deviations=(AlgNone(seam=Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_UNSIGNED_LOGOUT_TOKEN,
    why_fr="Qui peut faire fermer des sessions par un jeton forgé peut déconnecter tous les "
    "soignants d'un établissement.",
    why_en="Whoever can have sessions closed by a forged token can log every practitioner of a hospital out.",
)
def test_unsigned_token(trial: Trial) -> None:
    """Send a logout token that is not signed, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.alg",
    clause="BACKCHANNEL 2.6(3)",
    title_fr="Le jeton de déconnexion est signé en RS512",
    title_en="The logout token is signed with RS512",
    mend_fr="N'accepter que l'algorithme convenu pour le jeton d'identité, RS256.",
    mend_en="Take the algorithm agreed for the ID token only, RS256.",
    expected=Expected.KEPT,
    deviations=(SignWith(SigningKey.CURRENT_RS512, Seam.LOGOUT_TOKEN), SetHeader("alg", "RS512", Seam.LOGOUT_TOKEN)),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_RS512_LOGOUT_TOKEN,
)
def test_other_algorithm(trial: Trial) -> None:
    """Send a logout token signed with another algorithm than the agreed one, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.iss",
    clause="BACKCHANNEL 2.6(4)",
    title_fr="Le jeton de déconnexion vient d'un autre émetteur",
    title_en="The logout token comes from another issuer",
    mend_fr="Comparer iss à l'émetteur configuré. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Compare iss with the configured issuer. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(SetClaim("iss", "https://autre-emetteur.example", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.NEVER_COMPARES_ISS_OF_LOGOUT_TOKEN,
    why_fr="Qui peut faire fermer des sessions par un jeton forgé peut déconnecter tous les "
    "soignants d'un établissement.",
    why_en="Whoever can have sessions closed by a forged token can log every practitioner of a hospital out.",
)
def test_other_issuer(trial: Trial) -> None:
    """Send a logout token of another issuer, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.aud",
    clause="BACKCHANNEL 2.6(4)",
    title_fr="Le jeton de déconnexion est destiné à un autre portail",
    title_en="The logout token is meant for another portal",
    mend_fr="Comparer aud à son propre client_id. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Compare aud with your own client_id. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(SetClaim("aud", "un-autre-portail", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.NEVER_COMPARES_AUD_OF_LOGOUT_TOKEN,
    why_fr="Qui peut faire fermer des sessions par un jeton forgé peut déconnecter tous les "
    "soignants d'un établissement.",
    why_en="Whoever can have sessions closed by a forged token can log every practitioner of a hospital out.",
)
def test_other_audience(trial: Trial) -> None:
    """Send a logout token that was made for another portal, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.expired",
    clause="BACKCHANNEL 2.6(4)",
    title_fr="Le jeton de déconnexion est périmé depuis une heure",
    title_en="The logout token expired an hour ago",
    mend_fr="Vérifier exp. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Check exp. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(ShiftTime("exp", -3600, Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_EXPIRED_LOGOUT_TOKEN,
)
def test_expired_token(trial: Trial) -> None:
    """Send a logout token that expired an hour ago, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.nobody",
    clause="BACKCHANNEL 2.6(5)",
    title_fr="Le jeton de déconnexion ne désigne personne (ni sub ni sid)",
    title_en="The logout token names nobody (neither sub nor sid)",
    mend_fr="Refuser un jeton sans sub ni sid. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Refuse a token with neither sub nor sid. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(DropClaim("sub", Seam.LOGOUT_TOKEN), DropClaim("sid", Seam.LOGOUT_TOKEN)),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_OF_NOBODY,
)
def test_token_of_nobody(trial: Trial) -> None:
    """Send a logout token that names neither a person nor a session, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.noevents",
    clause="BACKCHANNEL 2.6(6)",
    title_fr="Le jeton de déconnexion n'a pas de membre events",
    title_en="The logout token has no events member",
    mend_fr="Exiger events avec l'événement de déconnexion. Vérifier le jeton comme un jeton "
    "d'identité, avant toute fermeture.",
    mend_en="Demand events with the logout event. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(DropClaim("events", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_WITHOUT_EVENTS,
)
def test_no_events(trial: Trial) -> None:
    """Send a logout token without events, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.wrongevent",
    clause="BACKCHANNEL 2.6(6)",
    title_fr="Le jeton de déconnexion annonce un autre événement",
    title_en="The logout token announces another event",
    mend_fr="Exiger dans events le nom exact de l'événement de déconnexion. Vérifier le jeton comme "
    "un jeton d'identité, avant toute fermeture.",
    mend_en="Demand the exact name of the logout event in events. Verify it like an ID token before "
    "anything is closed.",
    expected=Expected.KEPT,
    deviations=(SetClaim("events", {"http://schemas.openid.net/event/autre": {}}, Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_OF_OTHER_EVENT,
)
def test_other_event(trial: Trial) -> None:
    """Send a logout token about another event, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.nonce",
    clause="BACKCHANNEL 2.6(7)",
    title_fr="Le jeton de déconnexion porte un nonce",
    title_en="The logout token carries a nonce",
    mend_fr="Refuser un jeton qui porte nonce : c'est un jeton d'identité, ou il veut en passer pour "
    "un. Vérifier le jeton comme un jeton d'identité, avant toute fermeture.",
    mend_en="Refuse a token with nonce: it is an ID token, or wants to pass for one. Verify it like "
    "an ID token before anything is closed.",
    expected=Expected.KEPT,
    deviations=(SetClaim("nonce", "un-nonce", Seam.LOGOUT_TOKEN),),
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.ACCEPTS_LOGOUT_TOKEN_WITH_NONCE,
    why_fr="Le nonce est ce qui sépare un jeton d'identité d'un jeton de déconnexion : l'un ne doit "
    "jamais passer pour l'autre.",
    why_en="The nonce is what tells an ID token from a logout token: neither may ever pass for the other.",
)
def test_nonce(trial: Trial) -> None:
    """Send a logout token with a nonce, and see whether the session survives."""
    refuses(trial)


@Scenario(
    id="bcl.idtoken",
    clause="BACKCHANNEL 2.6",
    title_fr="Un jeton d'identité est présenté comme jeton de déconnexion",
    title_en="An ID token is presented as a logout token",
    mend_fr="Exiger events, refuser nonce, et regarder typ. Vérifier le jeton comme un jeton "
    "d'identité, avant toute fermeture.",
    mend_en="Demand events, refuse nonce, and look at typ. Verify it like an ID token before anything is closed.",
    expected=Expected.KEPT,
    needs=frozenset({Need.BACKCHANNEL}),
    caught_by=Defect.TAKES_ID_TOKEN_FOR_LOGOUT_TOKEN,
    why_fr="Un jeton d'identité circule dans le navigateur (id_token_hint) : s'il valait "
    "déconnexion, qui l'a vu pourrait déconnecter.",
    why_en="An ID token travels by the browser (id_token_hint): if it counted as a logout, whoever "
    "saw it could log people out.",
)
def test_id_token_for_logout_token(trial: Trial) -> None:
    """Send the person's own ID token in place of a logout token."""
    refuses(trial, kind="id")
