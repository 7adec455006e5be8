"""OpenID Connect Core 5.3.2: what a portal checks in a userinfo answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="uin.sub.mismatch",
    clause="OIDC-CORE 5.3.2",
    title_fr="userinfo parle d'une autre personne que le jeton d'identité",
    title_en="userinfo is about somebody else than the ID token",
    mend_fr="Comparer le sub de userinfo à celui du jeton d'identité, et ne rien prendre de userinfo s'ils diffèrent.",
    mend_en="Compare the sub of userinfo with the ID token's, and take nothing of userinfo when they differ.",
    expected=Expected.REFUSED,
    deviations=(
        SetField(Seam.USERINFO, "sub", "{victim.sub}"),
        SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
        SetField(Seam.USERINFO, "preferred_username", "{victim.preferred_username}"),
        SetField(Seam.USERINFO, "family_name", "{victim.family_name}"),
    ),
    caught_by=Defect.NEVER_COMPARES_USERINFO_SUB,
)
def test_somebody_else(trial: Trial) -> None:
    """Log in while userinfo describes a person who approved nothing."""
    trial.log_in()
