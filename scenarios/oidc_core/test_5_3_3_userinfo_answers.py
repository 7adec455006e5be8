"""OpenID Connect Core 5.3.2 and 5.3.3: userinfo answers that are none, and how a portal bears them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, SetAnswerHeader, SetBody, Truncate

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="uin.401",
    clause="OIDC-CORE 5.3.3",
    title_fr="userinfo refuse le jeton d'accès (401)",
    title_en="userinfo refuses the access token (401)",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.USERINFO_ANSWER, 401),),
    caught_by=Defect.CRASHES_ON_USERINFO_401,
)
def test_refused_access_token(trial: Trial) -> None:
    """Log in while userinfo takes no access token."""
    trial.withstand()


@Scenario(
    id="uin.403",
    clause="OIDC-CORE 5.3.3",
    title_fr="userinfo répond 403",
    title_en="userinfo answers 403",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.USERINFO_ANSWER, 403),),
    caught_by=Defect.CRASHES_ON_USERINFO_403,
)
def test_forbidden(trial: Trial) -> None:
    """Log in while userinfo forbids itself."""
    trial.withstand()


@Scenario(
    id="uin.500",
    clause="OIDC-CORE 5.3.3",
    title_fr="userinfo est en panne (500)",
    title_en="userinfo has broken down (500)",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(AnswerStatus(Seam.USERINFO_ANSWER, 500),),
    caught_by=Defect.CRASHES_ON_USERINFO_500,
)
def test_broken_userinfo(trial: Trial) -> None:
    """Log in while userinfo has broken down."""
    trial.withstand()


@Scenario(
    id="uin.empty",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo est vide",
    title_en="The userinfo answer is empty",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(Truncate(Seam.USERINFO_ANSWER, 0),),
    caught_by=Defect.CRASHES_ON_EMPTY_USERINFO,
)
def test_empty_answer(trial: Trial) -> None:
    """Log in while userinfo says nothing."""
    trial.withstand()


@Scenario(
    id="uin.null",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo vaut null",
    title_en="The userinfo answer is null",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(SetBody(Seam.USERINFO_ANSWER, "null"),),
    caught_by=Defect.CRASHES_ON_NULL_USERINFO,
)
def test_null_answer(trial: Trial) -> None:
    """Log in while userinfo says null."""
    trial.withstand()


@Scenario(
    id="uin.array",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo est une liste",
    title_en="The userinfo answer is a list",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(SetBody(Seam.USERINFO_ANSWER, '[{"sub": "personne"}]'),),
    caught_by=Defect.CRASHES_ON_USERINFO_LIST,
)
def test_list_of_people(trial: Trial) -> None:
    """Log in while userinfo describes a list of people."""
    trial.withstand()


@Scenario(
    id="uin.deep",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo est imbriquée cent mille fois",
    title_en="The userinfo answer is nested a hundred thousand times",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(SetBody(Seam.USERINFO_ANSWER, "[" * 100_000),),
    caught_by=Defect.CRASHES_ON_DEEP_USERINFO,
)
def test_deep_answer(trial: Trial) -> None:
    """Log in while userinfo has no bottom."""
    trial.withstand()


@Scenario(
    id="uin.html",
    clause="OIDC-CORE 5.3.3",
    title_fr="userinfo répond par une page",
    title_en="userinfo answers with a page",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(SetBody(Seam.USERINFO_ANSWER, "<!doctype html><title>Maintenance</title>"),),
    caught_by=Defect.CRASHES_ON_PAGE_FROM_USERINFO,
)
def test_page_for_people(trial: Trial) -> None:
    """Log in while a page for people stands in place of userinfo."""
    trial.withstand()


@Scenario(
    id="uin.truncated",
    clause="OIDC-CORE 5.3.3",
    title_fr="La réponse userinfo est coupée",
    title_en="The userinfo answer is cut short",
    mend_fr="Traiter toute réponse inattendue de userinfo comme un refus expliqué à la personne, sans panne.",
    mend_en="Take every unexpected userinfo answer for a refusal that is explained to the person, without a crash.",
    expected=Expected.KEPT,
    deviations=(Truncate(Seam.USERINFO_ANSWER, 60),),
    caught_by=Defect.CRASHES_ON_CUT_USERINFO,
)
def test_cut_answer(trial: Trial) -> None:
    """Log in while userinfo stops in the middle."""
    trial.withstand()


@Scenario(
    id="uin.ct.html",
    clause="OIDC-CORE 5.3.2(type)",
    title_fr="userinfo annonce du HTML et donne du JSON",
    title_en="userinfo announces HTML and gives JSON",
    mend_fr="Vérifier le type annoncé, ou lire le JSON ; dans les deux cas sans panne.",
    mend_en="Check the announced type, or read the JSON; in both cases without a crash.",
    expected=Expected.KEPT,
    deviations=(SetAnswerHeader(Seam.USERINFO_ANSWER, "Content-Type", "text/html; charset=utf-8"),),
    caught_by=Defect.CRASHES_ON_USERINFO_AS_HTML,
)
def test_announced_as_a_page(trial: Trial) -> None:
    """Log in while userinfo calls itself a page."""
    trial.withstand()


@Scenario(
    id="uin.ct.charset",
    clause="OIDC-CORE 5.3.2(type)",
    title_fr="Le type de userinfo précise un jeu de caractères",
    title_en="The type of userinfo names a charset",
    mend_fr="Comparer le type sans ses paramètres.",
    mend_en="Compare the type without its parameters.",
    expected=Expected.ACCEPTED,
    deviations=(SetAnswerHeader(Seam.USERINFO_ANSWER, "Content-Type", "application/json; charset=utf-8"),),
    caught_by=Defect.REFUSES_CHARSET_OF_USERINFO,
)
def test_announced_with_a_charset(trial: Trial) -> None:
    """Log in while userinfo names its charset."""
    trial.log_in()
