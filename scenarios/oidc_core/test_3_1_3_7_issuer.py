"""OpenID Connect Core 3.1.3.7, step 2: the issuer of an ID token, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.deviations import DropClaim, ExtendClaim, SetClaim

if TYPE_CHECKING:
    from conformance.trial import Trial


@Scenario(
    id="idt.iss.missing",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="Le jeton d'identité n'a pas d'émetteur",
    title_en="The ID token has no issuer",
    mend_fr="Refuser un jeton sans iss ; ne pas comparer « s'il est là ».",
    mend_en="Refuse a token without iss; do not compare 'if it is there'.",
    expected=Expected.REFUSED,
    deviations=(DropClaim("iss"),),
    caught_by=Defect.ACCEPTS_MISSING_ISS,
)
def test_no_issuer(trial: Trial) -> None:
    """Log in with a token that nobody issued."""
    trial.log_in()


@Scenario(
    id="idt.iss.empty",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="L'émetteur du jeton d'identité est vide",
    title_en="The ID token's issuer is empty",
    mend_fr="Comparer iss à l'issuer attendu, sans traiter le vide comme une absence.",
    mend_en="Compare iss with the expected issuer, without taking empty for absent.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("iss", ""),),
    caught_by=Defect.ACCEPTS_EMPTY_ISS,
)
def test_empty_issuer(trial: Trial) -> None:
    """Log in with a token whose issuer is an empty text."""
    trial.log_in()


@Scenario(
    id="idt.iss.slash",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="L'émetteur a une barre oblique de trop",
    title_en="The issuer has one slash too many",
    mend_fr="Comparer iss caractère par caractère, sans normaliser les adresses.",
    mend_en="Compare iss character by character, without normalising addresses.",
    expected=Expected.REFUSED,
    deviations=(ExtendClaim("iss", "/"),),
    caught_by=Defect.ACCEPTS_ISSUER_WITH_SLASH,
)
def test_issuer_with_slash(trial: Trial) -> None:
    """Log in while the issuer ends with a slash."""
    trial.log_in()


@Scenario(
    id="idt.iss.case",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="L'émetteur est écrit en capitales",
    title_en="The issuer is written in capitals",
    mend_fr="Comparer iss en respectant la casse.",
    mend_en="Compare iss with regard to case.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("iss", "{issuer.upper}"),),
    caught_by=Defect.COMPARES_ISS_WITHOUT_CASE,
)
def test_issuer_in_capitals(trial: Trial) -> None:
    """Log in while the issuer is the right one in capitals."""
    trial.log_in()


@Scenario(
    id="idt.iss.http",
    clause="OIDC-CORE 3.1.3.7(2)",
    title_fr="L'émetteur a un autre protocole (http ou https)",
    title_en="The issuer has another scheme (http or https)",
    mend_fr="Comparer iss en entier, protocole compris.",
    mend_en="Compare the whole of iss, the scheme included.",
    expected=Expected.REFUSED,
    deviations=(SetClaim("iss", "{issuer.other_scheme}"),),
    caught_by=Defect.COMPARES_ISS_WITHOUT_SCHEME,
)
def test_issuer_with_other_scheme(trial: Trial) -> None:
    """Log in while the issuer has the other scheme."""
    trial.log_in()
