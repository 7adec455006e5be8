"""What is publicly known of how long things last at Pro Santé Connect, and what happens when it is down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, Delay, DropField

if TYPE_CHECKING:
    from conformance.trial import Trial

FOUR_HOURS: Final = 4 * 3600 + 60
"""Seconds; a minute for the difference between two clocks."""


@Scenario(
    id="psc.life.cookie",
    clause="PSC session-cookie",
    title_fr="Le cookie de session ne dure pas plus de quatre heures",
    title_en="The session cookie lasts no longer than four hours",
    mend_fr="Ne donner ni Max-Age ni Expires au cookie de session, ou quatre heures au plus ; borner "
    "aussi la session côté serveur.",
    mend_en="Give the session cookie neither Max-Age nor Expires, or four hours at most; bound the "
    "session on the server as well.",
    expected=Expected.KEPT,
    needs=frozenset({Need.COOKIES, Need.HOPS}),
    caught_by=Defect.KEEPS_COOKIE_FOR_A_MONTH,
)
def test_cookie_lifetime(trial: Trial) -> None:
    """Log in, and see which cookies the browser would keep, and whether they open the session."""
    visit = trial.visit()
    visit.log_in()
    trial.conclude(visit)
    limit = time.time() + FOUR_HOURS
    lasting = tuple(one for one in visit.browser.snapshot() if one.expires_at is not None and one.expires_at > limit)
    later = trial.visit()
    later.browser.restore(lasting)
    inside = isinstance(later.who(), Identified)
    trial.finds(
        kept=not inside,
        fr="un cookie durable ouvre la session" if inside else "aucun cookie durable n'ouvre la session",
        en="a lasting cookie opens the session" if inside else "no lasting cookie opens the session",
    )


@Scenario(
    id="psc.life.no_refresh",
    clause="PSC no-refresh-token",
    title_fr="La réponse de jeton n'a pas de jeton de rafraîchissement",
    title_en="The token response has no refresh token",
    mend_fr="Ne compter sur refresh_token que s'il est là.",
    mend_en="Count on refresh_token only where it is there.",
    expected=Expected.ACCEPTED,
    deviations=(
        DropField(Seam.TOKEN_RESPONSE, "refresh_token"),
        DropField(Seam.TOKEN_RESPONSE, "refresh_expires_in"),
    ),
    needs=frozenset(set()),
    caught_by=Defect.CRASHES_WITHOUT_REFRESH_TOKEN,
    why_fr="Un client public prenait l'absence de jeton de rafraîchissement pour « pas encore périmé ».",
    why_en="A public client took the absence of a refresh token for « not expired yet ».",
)
def test_no_refresh_token(trial: Trial) -> None:
    """Leave the refresh token out."""
    trial.log_in()


@Scenario(
    id="psc.life.slow",
    clause="PSC slow-answer",
    title_fr="Le point de jeton met deux secondes et demie à répondre",
    title_en="The token endpoint takes two and a half seconds to answer",
    mend_fr="Attendre le fournisseur cinq secondes au moins avant d'abandonner.",
    mend_en="Wait for the provider for five seconds at least before giving up.",
    expected=Expected.ACCEPTED,
    deviations=(Delay(Seam.TOKEN_ANSWER, 2.5),),
    needs=frozenset(set()),
    caught_by=Defect.GIVES_UP_AFTER_TWO_SECONDS,
    why_fr="Un éditeur a trouvé deux secondes trop courtes en production, et les a portées à trois, puis cinq.",
    why_en="An editor found two seconds too short in production, and made them three, then five.",
)
def test_slow_answer(trial: Trial) -> None:
    """Hold the token response back."""
    visit = trial.visit()
    visit.log_in()
    # whoever gave up has long answered the browser when the provider is through
    trial.lab.control.journal(visit.login_id, endpoint="token", wait=5.0)
    trial.conclude(visit)


@Scenario(
    id="psc.life.outage",
    clause="PSC outage-mid-life",
    title_fr="PSC tombe en panne pendant qu'une personne est connectée",
    title_en="PSC breaks down while somebody is logged in",
    mend_fr="Ne pas faire dépendre une session ouverte d'un appel au fournisseur ; dire la panne à qui se connecte.",
    mend_en="Do not let an open session depend on a call to the provider; tell whoever logs in about the outage.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.DISCOVERY_ANSWER, 503),),
    needs=frozenset({Need.HOPS, Need.RESET}),
    caught_by=Defect.CLOSES_SESSION_DURING_OUTAGE,
    why_fr="Chez un éditeur, toute erreur pendant un rafraîchissement, même de réseau, fermait la session.",
    why_en="At one editor, any error during a refresh, even of the network, closed the session.",
)
def test_outage(trial: Trial) -> None:
    """Log in, let the provider fail, look who is there, try a login, and look again."""
    visit = trial.visit(honest=True)
    visit.log_in()
    trial.conclude(visit)
    other = trial.visit(trial.draw(trial.card.persona))
    request = other.begin()
    page = other.browser.page
    inside = isinstance(visit.who(), Identified)
    trial.conclude(other)
    if request is None and page is not None:
        orderly = page.error is None and (page.status < 500 or page.status in {502, 503, 504})
        trial.finds(kept=orderly, fr=f"réponse à une connexion : {page.status}", en=f"answer to a login: {page.status}")
    trial.finds(
        kept=inside,
        fr="la session ouverte tient" if inside else "la session ouverte est fermée",
        en="the open session stands" if inside else "the open session is closed",
    )
