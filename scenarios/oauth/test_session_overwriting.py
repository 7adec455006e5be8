"""RFC 9700 4.7: two logins under way in one browser, and the answer of one that is held against the other's values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="rsp.overwrite",
    clause="RFC9700 4.7(values)",
    title_fr="La réponse à la première de deux connexions porte le code de la seconde, du même navigateur",
    title_en="The answer to the first of two logins carries the code of the second, of the same browser",
    mend_fr="Ranger nonce et code_verifier sous leur state, et ne vérifier une réponse qu'avec ceux de son state.",
    mend_en="Keep nonce and code_verifier under their state, and check a response with those of its state only.",
    expected=Expected.REFUSED,
    caught_by=Defect.CHECKS_AGAINST_NEWEST_LOGIN,
)
def test_second_login_under_the_first_state(trial: Trial) -> None:
    """Begin a login, begin another one for somebody else in the same browser, and answer the first with its code.

    A portal may keep both logins, or the newest only and refuse the first; no values but those of the second fit the
    code, so whoever logs in has held the first answer against them.
    """
    visit = trial.visit()
    asked = visit.begin()
    other = trial.visit(trial.victim, browser=visit.browser)
    other.begin()
    answer = other.approve()
    state = asked.get("state") if asked is not None else None
    if answer is None or state is None:
        # a portal that sends no state has none to mix up, and req.state says so
        return
    visit.deliver(answer.having("state", state))
    trial.conclude(visit)
