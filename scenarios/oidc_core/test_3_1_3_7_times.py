"""OpenID Connect Core 3.1.3.7, steps 9 and 10, and RFC 7519: from when to when an ID token holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import DropClaim, SetClaim, ShiftTime

if TYPE_CHECKING:
    from conformance.trial import Trial

A_DAY: Final = 86_400
FAR_AWAY: Final = 4_102_444_800
"""First of January 2100, in seconds since 1970."""


@Scenario(
    id="idt.exp.missing",
    clause="OIDC-CORE 2",
    title_fr="Le jeton d'identité n'a pas de date de fin",
    title_en="The ID token has no expiry",
    mend_fr="Refuser un jeton sans exp : il vaudrait toujours.",
    mend_en="Refuse a token without exp: it would hold for ever.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("exp"),),
    caught_by=Defect.ACCEPTS_MISSING_EXP,
)
def test_no_expiry(trial: Trial) -> None:
    """Log in with a token that never ends."""
    trial.log_in()


@Scenario(
    id="idt.exp.string",
    clause="RFC7519 2",
    title_fr="La date de fin est un texte",
    title_en="The expiry is text",
    mend_fr="Exiger un nombre pour exp.",
    mend_en="Demand a number for exp.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("exp", str(FAR_AWAY)),),
    caught_by=Defect.ACCEPTS_EXP_AS_TEXT,
)
def test_expiry_as_text(trial: Trial) -> None:
    """Log in with a token whose expiry is no number."""
    trial.log_in()


@Scenario(
    id="idt.exp.negative",
    clause="OIDC-CORE 3.1.3.7(9)",
    title_fr="La date de fin est négative",
    title_en="The expiry is negative",
    mend_fr="Comparer exp comme un nombre signé.",
    mend_en="Compare exp as a signed number.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("exp", -1),),
    caught_by=Defect.ACCEPTS_NEGATIVE_EXP,
)
def test_negative_expiry(trial: Trial) -> None:
    """Log in with a token that ended before 1970."""
    trial.log_in()


@Scenario(
    id="idt.exp.float",
    clause="RFC7519 2",
    title_fr="La date de fin a une fraction de seconde",
    title_en="The expiry has a fraction of a second",
    mend_fr="Lire exp comme un nombre, entier ou non.",
    mend_en="Read exp as a number, whole or not.",
    expected=Expected.ACCEPTED,
    deviations=(SetClaim("exp", FAR_AWAY + 0.5),),
    caught_by=Defect.REFUSES_FRACTION_OF_SECOND,
)
def test_fractional_expiry(trial: Trial) -> None:
    """Log in with a token that ends between two seconds."""
    trial.log_in()


@Scenario(
    id="idt.exp.huge",
    clause="RFC7519 2",
    title_fr="La date de fin est au-delà de tous les calendriers",
    title_en="The expiry is beyond all calendars",
    mend_fr="Comparer des nombres ; ne pas convertir exp en date avant de l'avoir borné.",
    mend_en="Compare numbers; do not turn exp into a date before it is bounded.",
    expected=Expected.KEPT,
    deviations=(SetClaim("exp", 1e300),),
    caught_by=Defect.CRASHES_ON_HUGE_EXP,
)
def test_huge_expiry(trial: Trial) -> None:
    """Log in with a token that outlives the sun."""
    trial.withstand()


@Scenario(
    id="idt.iat.missing",
    clause="OIDC-CORE 2",
    title_fr="Le jeton d'identité n'a pas de date d'émission",
    title_en="The ID token has no time of issue",
    mend_fr="Refuser un jeton sans iat.",
    mend_en="Refuse a token without iat.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("iat"),),
    caught_by=Defect.ACCEPTS_MISSING_IAT,
)
def test_no_time_of_issue(trial: Trial) -> None:
    """Log in with a token that was issued at no time."""
    trial.log_in()


@Scenario(
    id="idt.iat.future",
    clause="OIDC-CORE 3.1.3.7(10)",
    title_fr="Le jeton d'identité a été émis demain",
    title_en="The ID token was issued tomorrow",
    mend_fr="Refuser un iat plus loin dans l'avenir que la tolérance d'horloge.",
    mend_en="Refuse an iat further in the future than the clocks may differ.",
    expected=Expected.REFUSED,
    deviations=(ShiftTime("iat", A_DAY),),
    caught_by=Defect.ACCEPTS_FUTURE_IAT,
)
def test_issued_tomorrow(trial: Trial) -> None:
    """Log in with a token of tomorrow."""
    trial.log_in()


@Scenario(
    id="idt.iat.old",
    clause="OIDC-CORE 3.1.3.7(10)",
    title_fr="Le jeton d'identité a été émis il y a une semaine",
    title_en="The ID token was issued a week ago",
    mend_fr="Refuser un jeton émis avant la connexion en cours.",
    mend_en="Refuse a token that was issued before the login under way.",
    expected=Expected.REFUSED,
    deviations=(ShiftTime("iat", -7 * A_DAY),),
    caught_by=Defect.ACCEPTS_OLD_IAT,
)
def test_issued_last_week(trial: Trial) -> None:
    """Log in with a token of last week."""
    trial.log_in()


@Scenario(
    id="idt.nbf.future",
    clause="RFC7519 4.1.5",
    title_fr="Le jeton d'identité ne vaut pas encore (nbf)",
    title_en="The ID token does not hold yet (nbf)",
    mend_fr="Si nbf est présent, refuser un jeton qui ne vaut pas encore.",
    mend_en="If nbf is there, refuse a token that does not hold yet.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("nbf", FAR_AWAY),),
    caught_by=Defect.IGNORES_NBF,
)
def test_not_yet_valid(trial: Trial) -> None:
    """Log in with a token for later."""
    trial.log_in()
