"""CIBA 7.3, 10.1 and 11: how often a portal polls, and when it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.polling import endures, quiet
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, Nth, SetBody, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="cib.pending",
    clause="CIBA 11",
    title_fr="La personne répond après la première interrogation",
    title_en="The person answers after the first poll",
    mend_fr="Continuer d'interroger tant que la réponse est authorization_pending.",
    mend_en="Go on polling as long as the answer is authorization_pending.",
    expected=Expected.ACCEPTED,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.GIVES_UP_WHILE_PENDING,
)
def test_answer_after_a_poll(trial: Trial) -> None:
    """Let the portal poll once, then approve."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.ask()
    visit.refresh()
    visit.answer()
    visit.finish()
    trial.conclude(visit)


@Scenario(
    id="cib.interval",
    clause="CIBA 7.3(interval)",
    title_fr="Le portail n'interroge pas plus souvent qu'annoncé",
    title_en="The portal polls no more often than announced",
    mend_fr="Attendre interval entre deux interrogations, tel que la réponse le donne.",
    mend_en="Wait for interval between two polls, as the acknowledgement says it.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.CIBA_RESPONSE, "interval", 30),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.IGNORES_CIBA_INTERVAL,
    why_fr="Le proxy e-Santé de référence traite toutes les réponses du point de jeton de la même "
    "façon : il continue après un refus et ignore slow_down.",
    why_en="The reference e-Santé proxy treats every answer of the token endpoint alike: it goes on "
    "after a denial and ignores slow_down.",
)
def test_interval(trial: Trial) -> None:
    """Announce thirty seconds, and watch for six."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.ask()
    visit.refresh()
    quiet(trial, visit, 5.5)


@Scenario(
    id="cib.slowdown",
    clause="CIBA 11(slow_down)",
    title_fr="Après slow_down, le portail attend cinq secondes de plus",
    title_en="After slow_down, the portal waits five seconds longer",
    mend_fr="Ajouter cinq secondes à l'intervalle à chaque slow_down.",
    mend_en="Add five seconds to the interval at each slow_down.",
    expected=Expected.KEPT,
    deviations=(
        Nth(1, AnswerStatus(Seam.TOKEN_ANSWER, 400)),
        Nth(1, SetBody(Seam.TOKEN_ANSWER, ' {"error":"slow_down"}')),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.IGNORES_SLOW_DOWN,
    why_fr="Le proxy e-Santé de référence traite toutes les réponses du point de jeton de la même "
    "façon : il continue après un refus et ignore slow_down.",
    why_en="The reference e-Santé proxy treats every answer of the token endpoint alike: it goes on "
    "after a denial and ignores slow_down.",
)
def test_slow_down(trial: Trial) -> None:
    """Answer the first poll with slow_down, and watch for five seconds."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.ask()
    visit.refresh()
    quiet(trial, visit, 5.2)


@Scenario(
    id="cib.denied",
    clause="CIBA 11(access_denied)",
    title_fr="La personne refuse sur son téléphone",
    title_en="The person declines on their phone",
    mend_fr="Cesser d'interroger à access_denied, et le dire.",
    mend_en="Stop polling at access_denied, and say so.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.POLLS_ON_AFTER_DENIAL,
    why_fr="Le proxy e-Santé de référence traite toutes les réponses du point de jeton de la même "
    "façon : il continue après un refus et ignore slow_down.",
    why_en="The reference e-Santé proxy treats every answer of the token endpoint alike: it goes on "
    "after a denial and ignores slow_down.",
)
def test_denied(trial: Trial) -> None:
    """Decline the request, and watch whether the portal goes on."""
    endures(trial, declines=True)


@Scenario(
    id="cib.expired",
    clause="CIBA 11(expired_token)",
    title_fr="Le temps de la demande CIBA est écoulé",
    title_en="The time of the CIBA request is over",
    mend_fr="Cesser d'interroger à expired_token, et le dire.",
    mend_en="Stop polling at expired_token, and say so.",
    expected=Expected.KEPT,
    deviations=(
        Nth(1, AnswerStatus(Seam.TOKEN_ANSWER, 400)),
        Nth(1, SetBody(Seam.TOKEN_ANSWER, ' {"error":"expired_token"}')),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.POLLS_ON_AFTER_EXPIRY,
    why_fr="Le proxy e-Santé de référence traite toutes les réponses du point de jeton de la même "
    "façon : il continue après un refus et ignore slow_down.",
    why_en="The reference e-Santé proxy treats every answer of the token endpoint alike: it goes on "
    "after a denial and ignores slow_down.",
)
def test_expired(trial: Trial) -> None:
    """Answer the first poll with expired_token, and watch whether the portal goes on."""
    endures(trial)


@Scenario(
    id="cib.invalid",
    clause="CIBA 11(invalid)",
    title_fr="Le fournisseur ne connaît plus la demande CIBA",
    title_en="The provider no longer knows the CIBA request",
    mend_fr="Cesser d'interroger à invalid_grant, et le dire.",
    mend_en="Stop polling at invalid_grant, and say so.",
    expected=Expected.KEPT,
    deviations=(
        Nth(1, AnswerStatus(Seam.TOKEN_ANSWER, 400)),
        Nth(1, SetBody(Seam.TOKEN_ANSWER, ' {"error":"invalid_grant"}')),
    ),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.POLLS_ON_AFTER_INVALID_GRANT,
    why_fr="Le proxy e-Santé de référence traite toutes les réponses du point de jeton de la même "
    "façon : il continue après un refus et ignore slow_down.",
    why_en="The reference e-Santé proxy treats every answer of the token endpoint alike: it goes on "
    "after a denial and ignores slow_down.",
)
def test_invalid(trial: Trial) -> None:
    """Answer the first poll with invalid_grant, and watch whether the portal goes on."""
    endures(trial)


@Scenario(
    id="cib.pending_forever",
    clause="CIBA 7.3",
    title_fr="Personne ne répond : le portail cesse d'interroger à la fin du délai",
    title_en="Nobody answers: the portal stops polling when the time is over",
    mend_fr="Retenir expires_in, et abandonner à son terme sans attendre expired_token.",
    mend_en="Keep expires_in, and give up at its end without waiting for expired_token.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.CIBA_RESPONSE, "expires_in", 1),),
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.POLLS_BEYOND_LIFETIME,
)
def test_nobody_answers(trial: Trial) -> None:
    """Announce one second, let it pass, and watch whether the portal goes on."""
    trial.ciba_control()
    visit = trial.ciba()
    visit.ask()
    visit.refresh()
    visit.wait(1.2)
    quiet(trial, visit, 1.5)


@Scenario(
    id="cib.once",
    clause="CIBA 10.1",
    title_fr="Une demande CIBA qui a servi n'est pas présentée de nouveau",
    title_en="A CIBA request that was answered is not presented again",
    mend_fr="Oublier auth_req_id dès que les jetons sont là.",
    mend_en="Forget auth_req_id as soon as the tokens are there.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.POLLS_AGAIN_AFTER_SUCCESS,
)
def test_once(trial: Trial) -> None:
    """Log in by CIBA, and count the polls behind the answer."""
    visit = trial.ciba()
    visit.log_in()
    polls = visit.polls()
    answered = [poll.seq for poll in polls if poll.status == 200]
    trial.conclude(visit)
    if not answered:
        return
    again = sum(poll.seq > answered[0] for poll in polls) + len(visit.watch(1.0))
    trial.finds(
        kept=not again,
        fr=f"interrogations après la réponse : {again}",
        en=f"polls after the answer: {again}",
    )
