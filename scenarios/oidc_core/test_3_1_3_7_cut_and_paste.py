"""OpenID Connect Core 3.1.3.3 and 3.1.3.7: a token that belongs elsewhere, and one that is far too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import Pad, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.cut_paste",
    clause="RFC9700 4.5.3",
    title_fr="Le jeton d'identité appartient à une connexion commencée dans un autre navigateur",
    title_en="The ID token belongs to a login that was begun in another browser",
    mend_fr="Lier le nonce à la session du navigateur qui a commencé la connexion, et ne comparer qu'à celui-là.",
    mend_en="Bind the nonce to the session of the browser that began the login, and compare with that one only.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("nonce", "{theirs.nonce}"),),
    caught_by=Defect.ACCEPTS_NONCE_OF_ANOTHER_BROWSER,
)
def test_token_of_another_login(trial: Trial) -> None:
    """Begin somebody else's login elsewhere, and log in here with a token that is meant for it."""
    theirs = trial.visit(trial.draw("medecin-liberal"), honest=True).begin()
    nonce = theirs.get("nonce") if theirs is not None else None
    if nonce is None:
        # a portal that sends no nonce cannot tell, and req.nonce says so
        return
    visit = trial.visit(facts={"theirs.nonce": nonce})
    visit.log_in()
    trial.conclude(visit)


@Scenario(
    id="idt.huge",
    clause="OIDC-CORE 3.1.3.3(size)",
    title_fr="Le jeton d'identité fait 256 Kio",
    title_en="The ID token has 256 KiB",
    mend_fr="Ne pas mettre le jeton d'identité dans un cookie ; borner ce qui est lu, et le dire par une page.",
    mend_en="Do not put the ID token into a cookie; bound what is read, and say so with a page.",
    expected=Expected.KEPT,
    deviations=(Pad(Seam.ID_TOKEN, "rembourrage", 256 << 10),),
    caught_by=Defect.CRASHES_ON_LONG_TOKEN,
    why_fr="Des portails gardent le jeton d'identité dans leur cookie de session, qui ne tient pas plus de 4 Ko.",
    why_en="Some portals keep the ID token in their session cookie, which holds no more than 4 KB.",
)
def test_very_long_token(trial: Trial) -> None:
    """Log in with a token that is a hundred times as long as usual."""
    trial.withstand()
