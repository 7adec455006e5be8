"""OpenID Connect Core 5.3 and RFC 6749 5.1: userinfo that is slow, long or of no type, and a token of no lifetime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import Delay, Pad, SetAnswerHeader, SetField

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="uin.ct.none",
    clause="OIDC-CORE 5.3.2(type)",
    title_fr="userinfo n'annonce aucun type",
    title_en="userinfo announces no type",
    mend_fr="Ne pas supposer que l'en-tête Content-Type est rempli.",
    mend_en="Do not suppose that the header Content-Type says anything.",
    expected=Expected.KEPT,
    deviations=(SetAnswerHeader(Seam.USERINFO_ANSWER, "Content-Type", ""),),
    caught_by=Defect.CRASHES_WITHOUT_CONTENT_TYPE,
)
def test_userinfo_of_no_type(trial: Trial) -> None:
    """Log in with an answer that does not say what it is."""
    trial.withstand()


@Scenario(
    id="uin.slow",
    clause="OIDC-CORE 5.3.3",
    title_fr="userinfo tarde une seconde",
    title_en="userinfo takes a second",
    mend_fr="Attendre quelques secondes, puis dire que le service ne répond pas, sans tomber en panne.",
    mend_en="Wait for a few seconds, then say that the service does not answer, without a crash.",
    expected=Expected.KEPT,
    deviations=(Delay(Seam.USERINFO_ANSWER, 1.2),),
    caught_by=Defect.HAS_NO_PATIENCE_FOR_USERINFO,
)
def test_slow_userinfo(trial: Trial) -> None:
    """Log in while userinfo takes its time."""
    trial.withstand(held="userinfo")


@Scenario(
    id="uin.huge",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo fait 256 Kio",
    title_en="The userinfo answer has 256 KiB",
    mend_fr="Ne garder de userinfo que les champs utiles ; borner ce qui est lu, et le dire par une page.",
    mend_en="Keep of userinfo only the members that are needed; bound what is read, and say so with a page.",
    expected=Expected.KEPT,
    deviations=(Pad(Seam.USERINFO, "rembourrage", 256 << 10),),
    caught_by=Defect.CRASHES_ON_LONG_USERINFO,
    why_fr="Quelqu'un qui exerce en beaucoup de lieux a une réponse userinfo de plusieurs dizaines de Ko.",
    why_en="Somebody who practises in many places has a userinfo answer of several dozen KB.",
)
def test_very_long_userinfo(trial: Trial) -> None:
    """Log in as somebody about whom there is much to say."""
    trial.withstand()


@Scenario(
    id="uin.expired.zero",
    clause="RFC6749 5.1",
    title_fr="Le jeton d'accès vaut zéro seconde",
    title_en="The access token lasts for zero seconds",
    mend_fr="Traiter expires_in comme un conseil : userinfo dit lui-même si le jeton vaut encore.",
    mend_en="Treat expires_in as advice: userinfo says by itself whether the token still holds.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.TOKEN_RESPONSE, "expires_in", 0),),
    caught_by=Defect.CRASHES_ON_ZERO_LIFETIME,
    why_fr="La durée annoncée par PSC est passée de 60 à 120 secondes ; certaines bibliothèques en retirent 60.",
    why_en="The lifetime that PSC announces went from 60 to 120 seconds; some libraries take 60 away from it.",
)
def test_token_of_no_lifetime(trial: Trial) -> None:
    """Log in with a token that is said to be over already."""
    trial.withstand()
