"""Habits of Pro Santé Connect that public sources describe: levels, and people without a practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import DropField, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.acr.higher",
    clause="PSC acr-higher",
    title_fr="Le niveau d'authentification est plus élevé que celui demandé (eidas2, avec une carte)",
    title_en="The level of authentication is higher than the one asked for (eidas2, with a card)",
    mend_fr="Accepter eidas1 et les niveaux au-dessus ; ne pas exiger l'égalité avec eidas1.",
    mend_en="Take eidas1 and the levels above; do not demand equality with eidas1.",
    expected=Expected.ACCEPTED,
    deviations=(SetClaim("acr", "eidas2"), SetClaim("authMode", "CARD")),
    caught_by=Defect.REFUSES_HIGHER_ACR,
)
def test_higher_level(trial: Trial) -> None:
    """Log in with more than was asked for."""
    trial.log_in()


@Scenario(
    id="psc.ui.no_subjectrefpro",
    clause="PSC userinfo-practice",
    title_fr="La personne n'a pas de situation d'exercice (pas de SubjectRefPro)",
    title_en="The person has no practice (no SubjectRefPro)",
    mend_fr="Traiter SubjectRefPro comme facultatif, à tous ses niveaux.",
    mend_en="Treat SubjectRefPro as optional, at every level of it.",
    expected=Expected.ACCEPTED,
    deviations=(DropField(Seam.USERINFO, "SubjectRefPro"),),
    caught_by=Defect.CRASHES_WITHOUT_PROFESSIONAL_SITUATION,
)
def test_nobody_s_practice(trial: Trial) -> None:
    """Log in as somebody who has no practice."""
    trial.log_in()
