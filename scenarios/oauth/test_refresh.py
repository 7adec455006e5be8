"""RFC 6749 6, RFC 9700 4.14 and OpenID Connect Core 12: a portal gets a new access token, and what it does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, Nth, SetAnswerHeader, SetBody, SetClaim

if TYPE_CHECKING:
    from conformance.evidence import Attempt, Seen
    from conformance.trial import Trial
    from conformance.visit import Visit
    from mock_idp.deviations import Deviation

REFRESHES = frozenset({Need.REFRESH, Need.HOPS})
INVALID_GRANT = '{"error": "invalid_grant"}\n'


def refused(time: int) -> tuple[Deviation, ...]:
    """Return the lies of a userinfo that refuses the access token the n-th time (RFC 6750 3)."""
    return (
        Nth(time, AnswerStatus(Seam.USERINFO_ANSWER, 401)),
        Nth(time, SetAnswerHeader(Seam.USERINFO_ANSWER, "WWW-Authenticate", 'Bearer error="invalid_token"')),
    )


SECOND_REFUSED = refused(2)
"""The access token is refused the first time that it is used after the login."""
WHY_FR = (
    "Le jeton d'accès de PSC vaut deux minutes, celui de rafraîchissement trente : un portail qui appelle une API pour "
    "la personne rafraîchit sans cesse."
)
WHY_EN = (
    "PSC's access token lasts two minutes, its refresh token thirty: a portal that calls an API for somebody refreshes "
    "all the time."
)
ORDERLY = 500


def refreshed(trial: Trial, times: int = 1) -> tuple[Visit, Attempt]:
    """Log in, open the page that refreshes that many times, and take all of it into the evidence."""
    visit = trial.visit()
    visit.log_in()
    for _ in range(times):
        visit.refresh()
    return visit, trial.conclude(visit)


def refreshes(attempt: Attempt) -> tuple[Seen, ...]:
    """Return the portal's refresh requests."""
    return tuple(call for call in attempt.calls("token") if call.asked("grant_type") == "refresh_token")


def finds_orderly(trial: Trial, attempt: Attempt) -> None:
    """Note whether the page was an answer and no crash."""
    landing = attempt.landing
    if landing is not None and trial.told:
        orderly = not landing.trouble and not landing.loop and landing.status in {*range(ORDERLY), 502, 503, 504}
        trial.finds(
            kept=orderly, fr=f"réponse du portail : {landing.status}", en=f"the portal's answer: {landing.status}"
        )


@Scenario(
    id="rft.use",
    clause="RFC6749 6",
    title_fr="Le jeton d'accès est refusé : le portail en demande un autre, et s'en sert",
    title_en="The access token is refused: the portal asks for another one, and uses it",
    mend_fr="Remplacer le jeton d'accès gardé par celui de la réponse, pour toutes les requêtes qui suivent.",
    mend_en="Replace the access token that is kept by that of the answer, for all requests that follow.",
    expected=Expected.KEPT,
    deviations=SECOND_REFUSED,
    needs=REFRESHES,
    caught_by=Defect.NEVER_USES_NEW_ACCESS_TOKEN,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_new_access_token(trial: Trial) -> None:
    """Have the access token refused once, and look which one the portal uses the next time."""
    _, attempt = refreshed(trial, times=2)
    if not trial.told:
        return
    asked = refreshes(attempt)
    trial.finds(
        kept=len(asked) == 1,
        fr=f"{len(asked)} demandes de rafraîchissement",
        en=f"{len(asked)} refresh requests",
    )
    calls = attempt.calls("userinfo")
    if asked and calls[-1].seq > asked[-1].seq:
        new = calls[-1].asked("Authorization") != calls[0].asked("Authorization")
        trial.finds(
            kept=new,
            fr="le nouveau jeton d'accès est utilisé" if new else "l'ancien jeton d'accès est encore utilisé",
            en="the new access token is used" if new else "the old access token is still used",
        )


@Scenario(
    id="rft.rotated",
    clause="RFC9700 4.14(rotation)",
    title_fr="Le rafraîchissement donne un nouveau jeton de rafraîchissement",
    title_en="The refresh gives a new refresh token",
    mend_fr="Remplacer le jeton de rafraîchissement gardé par celui de la réponse, quand il y en a un.",
    mend_en="Replace the refresh token that is kept by that of the answer, when there is one.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, *refused(4)),
    needs=REFRESHES,
    caught_by=Defect.KEEPS_FIRST_REFRESH_TOKEN,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_new_refresh_token(trial: Trial) -> None:
    """Make the portal refresh twice, and compare what it refreshes with."""
    _, attempt = refreshed(trial, times=2)
    asked = refreshes(attempt)
    if trial.told and len(asked) > 1:
        new = asked[0].asked("refresh_token") != asked[-1].asked("refresh_token")
        trial.finds(
            kept=new,
            fr="le second rafraîchissement utilise le nouveau jeton" if new else "l'ancien jeton sert encore",
            en="the second refresh uses the new token" if new else "the old token is still used",
        )


@Scenario(
    id="rft.reuse",
    clause="RFC9700 4.14(reuse)",
    title_fr="Le nouveau jeton de rafraîchissement est refusé",
    title_en="The new refresh token is refused",
    mend_fr="Ne jamais présenter un ancien jeton de rafraîchissement : le fournisseur y verrait un vol.",
    mend_en="Never present a former refresh token: the provider would take it for theft.",
    expected=Expected.KEPT,
    deviations=(
        *SECOND_REFUSED,
        *refused(4),
        Nth(3, AnswerStatus(Seam.TOKEN_ANSWER, 400)),
        Nth(3, SetBody(Seam.TOKEN_ANSWER, INVALID_GRANT)),
    ),
    needs=REFRESHES,
    caught_by=Defect.TRIES_FORMER_REFRESH_TOKEN,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_former_refresh_token(trial: Trial) -> None:
    """Make the portal refresh twice, refuse the second time, and look whether it tries the first token again."""
    _, attempt = refreshed(trial, times=2)
    asked = refreshes(attempt)
    if trial.told and asked:
        shown = [call.asked("refresh_token") for call in asked]
        twice = len(shown) - len(set(shown))
        trial.finds(
            kept=not twice,
            fr="un ancien jeton est présenté de nouveau" if twice else "chaque jeton n'est présenté qu'une fois",
            en="a former token is presented again" if twice else "each token is presented once",
        )


@Scenario(
    id="rft.denied",
    clause="RFC9700 4.14",
    title_fr="Le rafraîchissement est refusé : la session de PSC est finie",
    title_en="The refresh is refused: the session at PSC is over",
    mend_fr="Fermer la session du portail sur invalid_grant, et proposer de se reconnecter.",
    mend_en="Close the portal's session on invalid_grant, and offer to log in again.",
    expected=Expected.KEPT,
    deviations=(
        *SECOND_REFUSED,
        Nth(2, AnswerStatus(Seam.TOKEN_ANSWER, 400)),
        Nth(2, SetBody(Seam.TOKEN_ANSWER, INVALID_GRANT)),
    ),
    needs=REFRESHES,
    caught_by=Defect.KEEPS_SESSION_AFTER_REFUSED_REFRESH,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_refused_refresh(trial: Trial) -> None:
    """Refuse the refresh, and look whether anybody is still logged in."""
    _, attempt = refreshed(trial)
    finds_orderly(trial, attempt)
    if trial.told:
        over = not isinstance(attempt.whoami, Identified)
        trial.finds(
            kept=over,
            fr="la session est fermée" if over else "la session reste ouverte",
            en="the session is closed" if over else "the session stays open",
        )


@Scenario(
    id="rft.down",
    clause="PSC refresh-outage",
    title_fr="Le point de jeton est en panne au moment de rafraîchir",
    title_en="The token endpoint is down at the moment of a refresh",
    mend_fr="Garder la session, dire que le service ne répond pas, et réessayer plus tard.",
    mend_en="Keep the session, say that the service does not answer, and try again later.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, Nth(2, AnswerStatus(Seam.TOKEN_ANSWER, 503))),
    needs=REFRESHES,
    caught_by=Defect.LOGS_OUT_ON_OUTAGE,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_outage_at_refresh(trial: Trial) -> None:
    """Be down for one refresh, and look who is still logged in."""
    _, attempt = refreshed(trial)
    finds_orderly(trial, attempt)
    if trial.told:
        stays = isinstance(attempt.whoami, Identified) and attempt.whoami.identity == attempt.person.identity
        trial.finds(
            kept=stays,
            fr="la session reste ouverte" if stays else "la personne est déconnectée",
            en="the session stays open" if stays else "the person is logged out",
        )


def goes_on(trial: Trial) -> None:
    """Refresh under the lie about the ID token, and note whether the portal used what came with it."""
    _, attempt = refreshed(trial)
    asked = refreshes(attempt)
    if trial.told and asked:
        believed = any(call.seq > asked[0].seq for call in attempt.calls("userinfo"))
        trial.finds(
            kept=not believed,
            fr="les jetons de la réponse sont utilisés" if believed else "rien de la réponse n'est utilisé",
            en="the tokens of the answer are used" if believed else "nothing of the answer is used",
        )


@Scenario(
    id="rft.idt.sub",
    clause="OIDC-CORE 12.2",
    title_fr="Le jeton d'identité rafraîchi parle d'une autre personne",
    title_en="The refreshed ID token is about somebody else",
    mend_fr="Comparer le sub rafraîchi à celui de la connexion, et fermer la session s'il diffère.",
    mend_en="Compare the refreshed sub with that of the login, and close the session if it differs.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, Nth(2, SetClaim("sub", "{victim.sub}"))),
    needs=REFRESHES,
    caught_by=Defect.NEVER_COMPARES_REFRESHED_SUB,
)
def test_refreshed_sub(trial: Trial) -> None:
    """Refresh with a token about the other person."""
    goes_on(trial)


@Scenario(
    id="rft.idt.iss",
    clause="OIDC-CORE 12.2(iss)",
    title_fr="Le jeton d'identité rafraîchi désigne un autre émetteur",
    title_en="The refreshed ID token names another issuer",
    mend_fr="Vérifier un jeton rafraîchi comme le premier, iss compris.",
    mend_en="Validate a refreshed token like the first one, iss included.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, Nth(2, SetClaim("iss", "https://autre-emetteur.example/auth/realms/esante-wallet"))),
    needs=REFRESHES,
    caught_by=Defect.NEVER_COMPARES_REFRESHED_ISS,
)
def test_refreshed_issuer(trial: Trial) -> None:
    """Refresh with a token of another issuer."""
    goes_on(trial)


@Scenario(
    id="rft.idt.aud",
    clause="OIDC-CORE 12.2(aud)",
    title_fr="Le jeton d'identité rafraîchi est destiné à un autre portail",
    title_en="The refreshed ID token is meant for another portal",
    mend_fr="Vérifier un jeton rafraîchi comme le premier, aud compris.",
    mend_en="Validate a refreshed token like the first one, aud included.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, Nth(2, SetClaim("aud", "un-autre-portail"))),
    needs=REFRESHES,
    caught_by=Defect.NEVER_COMPARES_REFRESHED_AUD,
)
def test_refreshed_audience(trial: Trial) -> None:
    """Refresh with a token for another portal."""
    goes_on(trial)


@Scenario(
    id="rft.idt.nonce",
    clause="OIDC-CORE 12.2(nonce)",
    title_fr="Le jeton d'identité rafraîchi porte un autre nonce",
    title_en="The refreshed ID token carries another nonce",
    mend_fr="Si un jeton rafraîchi porte un nonce, le comparer à celui de la connexion.",
    mend_en="If a refreshed token carries a nonce, compare it with that of the login.",
    expected=Expected.KEPT,
    deviations=(*SECOND_REFUSED, Nth(2, SetClaim("nonce", "nonce-d-une-autre-connexion-0123456789"))),
    needs=REFRESHES,
    caught_by=Defect.NEVER_COMPARES_REFRESHED_NONCE,
)
def test_refreshed_nonce(trial: Trial) -> None:
    """Refresh with a token that belongs to another login."""
    goes_on(trial)
