"""Answers that take long, unpack to much, or hold what no page can show: the portal stays up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import Delay, InflateBody, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial

HELD: Final = 4.0
"""Seconds for which the slow answer is held at most; it is let go as soon as the other person is served."""
PROMPT: Final = 3.0


@Scenario(
    id="net.slow",
    clause="CWE 400",
    title_fr="Pendant que le fournisseur tarde pour l'un, un autre se connecte",
    title_en="While the provider is slow for one person, another one logs in",
    mend_fr="Ne pas garder de verrou pendant un appel au fournisseur, et borner la durée de chaque appel.",
    mend_en="Hold no lock during a call to the provider, and bound the time of every call.",
    expected=Expected.KEPT,
    deviations=(Delay(Seam.TOKEN_ANSWER, HELD),),
    needs=frozenset({Need.PARALLEL}),
    alone=True,
    caught_by=Defect.ASKS_ONE_AFTER_ANOTHER,
)
def test_slow_for_somebody_else(trial: Trial) -> None:
    """Hold one login's token answer back, log somebody else in meanwhile, then let the first one go."""
    slow = trial.visit()
    slow.begin()
    slow.approve()
    waiting = threading.Thread(target=slow.deliver, name="psc-slow-login", daemon=True)
    other = trial.visit(trial.draw("medecin-liberal"), honest=True)
    other.begin()
    other.approve()
    before = trial.lab.monotonic()
    waiting.start()
    login = trial.lab.control.plan(slow.token).login_id or ""
    # the lie is told before the answer is held, so this tells that the first login waits
    while waiting.is_alive() and not trial.lab.control.plan(slow.token).told and trial.lab.monotonic() - before < HELD:
        trial.lab.control.journal(login, endpoint="token", wait=0.02)
    before = trial.lab.monotonic()
    other.deliver()
    seconds = trial.lab.monotonic() - before
    trial.lab.control.release()
    waiting.join(timeout=3 * HELD)
    trial.conclude(slow)
    attempt = trial.conclude(other)
    if trial.told:
        served = isinstance(attempt.whoami, Identified) and seconds < PROMPT
        trial.finds(
            kept=served,
            fr="l'autre personne est servie aussitôt" if served else f"l'autre personne attend {seconds:.1f} s",
            en="the other person is served at once" if served else f"the other person waits for {seconds:.1f} s",
        )


@Scenario(
    id="net.bomb",
    clause="CWE 409",
    title_fr="La réponse userinfo se décompresse en 32 Mio",
    title_en="The userinfo answer unpacks to 32 MiB",
    mend_fr="Borner la taille lue après décompression : quelques centaines de Kio suffisent à userinfo.",
    mend_en="Bound what is read after unpacking: a few hundred KiB are enough for userinfo.",
    expected=Expected.KEPT,
    deviations=(InflateBody(Seam.USERINFO_ANSWER, 32 << 20),),
    caught_by=Defect.UNPACKS_EVERYTHING,
)
def test_answer_that_inflates(trial: Trial) -> None:
    """Log in with an answer of a few KiB that becomes a thousand times as large."""
    trial.withstand()


@Scenario(
    id="net.charset",
    clause="RFC8259 8.2",
    title_fr="Le nom contient un demi-caractère (substitut isolé)",
    title_en="The name holds half a character (a lone surrogate)",
    mend_fr="Remplacer ou refuser un texte qui n'est pas de l'Unicode valide, avant de l'afficher ou de l'enregistrer.",
    mend_en="Replace or refuse text that is no valid Unicode, before it is shown or stored.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.USERINFO, "family_name", "ESSAI \ud83d FICTIF"),),
    caught_by=Defect.CRASHES_ON_LONE_SURROGATE,
)
def test_half_a_character(trial: Trial) -> None:
    """Log in as somebody whose name was cut in the middle of a sign."""
    trial.withstand()
