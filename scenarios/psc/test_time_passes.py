"""What is left of a session minutes and hours later; both clocks are set ahead, and nobody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.evidence import Anonymous, Identified
from conformance.hop import origin_host
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.portal_clock import time_passing
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.evidence import Attempt
    from conformance.trial import Trial

MINUTES: Final = 60.0
HOURS: Final = 3600.0
TOKENS_END: Final = 3 * MINUTES
"""An access token lasts two."""
IDLE: Final = 31 * MINUTES
"""A session without activity lasts thirty."""
BUSY: Final = tuple(20 * MINUTES * step for step in range(1, 13))
"""Somebody looks at the portal every twenty minutes."""
DAY_IS_OVER: Final = 4 * HOURS + 5 * MINUTES
END_OF_SESSION: Final = "/protocol/openid-connect/logout"


@Scenario(
    id="psc.life.tokens",
    clause="PSC session-tokens",
    title_fr="Trois minutes plus tard, les jetons sont périmés et la personne toujours connectée",
    title_en="Three minutes later the tokens have expired and the person is still logged in",
    mend_fr="Donner à la session du portail sa propre durée ; ne pas la faire finir avec expires_in.",
    mend_en="Give the portal's session a lifetime of its own; do not end it with expires_in.",
    expected=Expected.KEPT,
    alone=True,
    needs=frozenset({Need.CLOCK}),
    caught_by=Defect.CLOSES_SESSION_WITH_ACCESS_TOKEN,
    why_fr="À PSC un jeton d'accès dure deux minutes : qui en fait la durée de sa session déconnecte en pleine "
    "consultation.",
    why_en="At PSC an access token lasts two minutes: whoever makes a session last as long logs people out in "
    "mid-consultation.",
)
def test_tokens_end(trial: Trial) -> None:
    """Log in, let three minutes pass, and see who is there."""
    visit = trial.visit()
    visit.log_in()
    with time_passing(trial.lab) as ahead:
        ahead(TOKENS_END)
        attempt = trial.conclude(visit)
    there = isinstance(attempt.whoami, Identified)
    if there or isinstance(attempt.whoami, Anonymous):
        trial.finds(
            kept=there,
            fr="la personne est toujours connectée" if there else "la session a fini avec les jetons",
            en="the person is still logged in" if there else "the session ended with the tokens",
        )


@Scenario(
    id="psc.life.idle",
    clause="PSC session-lifetime",
    title_fr="Trente et une minutes sans activité : la session a fini",
    title_en="Thirty-one minutes without activity: the session has ended",
    mend_fr="Fermer la session côté serveur après trente minutes sans activité.",
    mend_en="End the session on the server after thirty minutes without activity.",
    expected=Expected.KEPT,
    alone=True,
    needs=frozenset({Need.CLOCK}),
    caught_by=Defect.KEEPS_IDLE_SESSION,
    why_fr="Sur un poste partagé, le suivant s'assied devant la session de qui est parti.",
    why_en="At a shared computer the next person sits down at the session of whoever has left.",
)
def test_idle(trial: Trial) -> None:
    """Log in, let half an hour pass without a request, and see who is there."""
    visit = trial.visit()
    visit.log_in()
    before = visit.who()
    with time_passing(trial.lab) as ahead:
        ahead(IDLE)
        visit.who()
        attempt = trial.conclude(visit)
    if isinstance(before, Identified):
        _finds_end(trial, attempt)


@Scenario(
    id="psc.life.four_hours",
    clause="PSC session-lifetime",
    title_fr="Quatre heures après la connexion la session a fini, même si elle sert",
    title_en="Four hours after the login the session has ended, even when it is in use",
    mend_fr="Borner la session à quatre heures depuis auth_time, quelle que soit l'activité.",
    mend_en="Bound the session to four hours from auth_time, whatever the activity.",
    expected=Expected.KEPT,
    alone=True,
    needs=frozenset({Need.CLOCK, Need.HOME, Need.HOPS}),
    caught_by=Defect.KEEPS_SESSION_ALL_DAY,
    why_fr="Une page qui se rafraîchit seule tient la session ouverte toute la nuit.",
    why_en="A page that refreshes itself keeps the session open all night.",
)
def test_four_hours(trial: Trial) -> None:
    """Log in, look at the portal every twenty minutes, and see who is there after four hours."""
    visit = trial.visit()
    visit.log_in()
    before = visit.who()
    with time_passing(trial.lab) as ahead:
        for seconds in BUSY:
            ahead(seconds)
            visit.browser.open(trial.lab.described.home, stop_before=_provider(trial))
        ahead(DAY_IS_OVER)
        visit.who()
        attempt = trial.conclude(visit)
    if isinstance(before, Identified):
        _finds_end(trial, attempt)


@Scenario(
    id="psc.life.timeout",
    clause="PSC logout-automatic",
    title_fr="La session qui expire ne déconnecte pas de Pro Santé Connect",
    title_en="A session that times out does not log out of Pro Santé Connect",
    mend_fr="N'appeler end_session que lorsque la personne clique sur la déconnexion.",
    mend_en="Call end_session only when the person clicks the logout.",
    expected=Expected.KEPT,
    alone=True,
    needs=frozenset({Need.CLOCK, Need.HOME, Need.HOPS}),
    caught_by=Defect.LOGS_OUT_OF_PSC_ON_TIMEOUT,
    why_fr="La session PSC sert aussi à d'autres services : un portail oublié ouvert ne la ferme pas pour eux.",
    why_en="The PSC session serves other services too: a portal left open does not end it for them.",
)
def test_timeout(trial: Trial) -> None:
    """Log in, let half an hour pass, open the first page, and see where it leads."""
    visit = trial.visit()
    visit.log_in()
    before = visit.who()
    with time_passing(trial.lab) as ahead:
        ahead(IDLE)
        page = visit.browser.open(trial.lab.described.home, stop_before=_provider(trial))
        after = visit.who()
        trial.conclude(visit)
    if not isinstance(before, Identified) or isinstance(after, Identified):
        # a session that goes on shows nothing about how it ends
        return
    away = page.stopped_at is not None and urlsplit(page.stopped_at).path.endswith(END_OF_SESSION)
    trial.finds(
        kept=not away,
        fr="la session PSC a été fermée aussi" if away else "la session PSC est restée ouverte",
        en="the PSC session was ended as well" if away else "the PSC session was left open",
    )


def _finds_end(trial: Trial, attempt: Attempt) -> None:
    there = isinstance(attempt.whoami, Identified)
    if there or isinstance(attempt.whoami, Anonymous):
        trial.finds(
            kept=not there,
            fr="la personne est toujours connectée" if there else "la session a fini",
            en="the person is still logged in" if there else "the session has ended",
        )


def _provider(trial: Trial) -> Callable[[str], bool]:
    hosts = {origin_host(trial.lab.where.issuer), origin_host(trial.lab.where.wallet)}
    return lambda url: origin_host(url) in hosts
