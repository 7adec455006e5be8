"""CIBA 7.1: what a portal asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="cib.req",
    clause="CIBA 7.1",
    title_fr="La demande CIBA demande openid, pour une personne",
    title_en="The CIBA request asks for openid, about a person",
    mend_fr="Envoyer scope=openid scope_all et login_hint au point backchannel_authentication_endpoint.",
    mend_en="Send scope=openid scope_all and login_hint to backchannel_authentication_endpoint.",
    expected=Expected.KEPT,
    needs=frozenset({Need.CIBA, Need.HOPS}),
    caught_by=Defect.ASKS_CIBA_WITHOUT_OPENID,
)
def test_request(trial: Trial) -> None:
    """Type an identifiant and look at the portal's request."""
    visit = trial.ciba()
    visit.ask()
    trial.conclude(visit)
    asked = visit.question()
    if asked is None:
        return
    scope, hint = str(asked.asked("scope") or ""), asked.asked("login_hint")
    right = "openid" in scope.split() and bool(hint)
    trial.finds(
        kept=right,
        fr=f"scope : {scope} ; login_hint {'présent' if hint else 'absent'}",
        en=f"scope: {scope}; login_hint {'present' if hint else 'absent'}",
    )
