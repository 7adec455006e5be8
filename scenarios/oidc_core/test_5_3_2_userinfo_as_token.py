"""OpenID Connect Core 5.3.2 and 5.3.4: userinfo as a signed token, whether the portal registered for that or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Scenario
from mock_idp.artefacts import Seam, SigningKey
from mock_idp.deviations import AlgNone, BreakSignature, Deviation, SetClaim, SetField, SetHeader, SignFields, SignWith

if TYPE_CHECKING:
    from conformance.trial import Trial

OF_SOMEBODY_ELSE: Final[tuple[Deviation, ...]] = (
    SignFields(),
    SetField(Seam.USERINFO, "SubjectNameID", "{victim.SubjectNameID}"),
    SetField(Seam.USERINFO, "preferred_username", "{victim.preferred_username}"),
    SetField(Seam.USERINFO, "family_name", "{victim.family_name}"),
)
"""The right sub, so that it tells nothing: what is said of the person is believed by a portal that takes the token."""


@Scenario(
    id="uin.jwt.valid",
    clause="OIDC-CORE 5.3.2(jwt)",
    title_fr="userinfo est un jeton signé, sans que le portail l'ait demandé",
    title_en="userinfo is a signed token, although the portal did not ask for one",
    mend_fr="Regarder le type de la réponse : vérifier un application/jwt et le lire, ou refuser par une page.",
    mend_en="Look at the type of the answer: verify an application/jwt and read it, or refuse with a page.",
    expected=Expected.KEPT,
    deviations=(SignFields(),),
    caught_by=Defect.CRASHES_ON_SIGNED_USERINFO,
)
def test_signed_userinfo(trial: Trial) -> None:
    """Log in with a token for userinfo in which everything is right; to refuse it is allowed as well."""
    trial.withstand()


@Scenario(
    id="uin.jwt.sig",
    clause="OIDC-CORE 5.3.4",
    title_fr="Le jeton userinfo a une signature fausse",
    title_en="The signature of the userinfo token is wrong",
    mend_fr="Vérifier la signature d'un userinfo signé avec les clés publiées, comme celle du jeton d'identité.",
    mend_en="Verify the signature of a signed userinfo with the published keys, like that of the ID token.",
    expected=Expected.REFUSED,
    deviations=(SignFields(), BreakSignature(seam=Seam.USERINFO_TOKEN)),
    caught_by=Defect.IGNORES_SIGNATURE_OF_USERINFO,
)
def test_broken_signature_of_userinfo(trial: Trial) -> None:
    """Log in while userinfo is a token that nobody signed so."""
    trial.log_in()


@Scenario(
    id="uin.jwt.none",
    clause="OIDC-CORE 5.3.4",
    title_fr="Le jeton userinfo n'est pas signé (alg none)",
    title_en="The userinfo token is not signed (alg none)",
    mend_fr="Fixer l'algorithme de userinfo (userinfo_signed_response_alg) ; refuser none.",
    mend_en="Fix the algorithm of userinfo (userinfo_signed_response_alg); refuse none.",
    expected=Expected.REFUSED,
    deviations=(SignFields(), AlgNone(seam=Seam.USERINFO_TOKEN)),
    caught_by=Defect.ACCEPTS_UNSIGNED_USERINFO,
)
def test_unsigned_userinfo(trial: Trial) -> None:
    """Log in while userinfo is a token without a signature."""
    trial.log_in()


@Scenario(
    id="uin.jwt.hs256",
    clause="OIDC-CORE 5.3.4",
    title_fr="Le jeton userinfo est signé en HS256 avec la clé publique pour secret",
    title_en="The userinfo token is signed with HS256, the public key for a secret",
    mend_fr="Fixer l'algorithme de userinfo (RS256) côté portail ; ne jamais laisser le jeton choisir.",
    mend_en="Fix the algorithm of userinfo (RS256) at the portal; never let the token choose.",
    expected=Expected.REFUSED,
    deviations=(
        SignFields(),
        SetHeader("alg", "HS256", seam=Seam.USERINFO_TOKEN),
        SignWith(SigningKey.PUBLIC_PEM, seam=Seam.USERINFO_TOKEN),
    ),
    caught_by=Defect.TAKES_PEM_FOR_SECRET_OF_USERINFO,
)
def test_userinfo_signed_with_the_public_key(trial: Trial) -> None:
    """Log in while userinfo is a token that anybody who reads the key set can make."""
    trial.log_in()


@Scenario(
    id="uin.jwt.iss",
    clause="OIDC-CORE 5.3.4",
    title_fr="Le jeton userinfo vient d'un autre émetteur",
    title_en="The userinfo token is of another issuer",
    mend_fr="Comparer iss d'un userinfo signé à l'émetteur configuré.",
    mend_en="Compare iss of a signed userinfo with the configured issuer.",
    expected=Expected.REFUSED,
    deviations=(
        *OF_SOMEBODY_ELSE,
        SetClaim("iss", "https://autre-emetteur.example/auth/realms/esante-wallet", seam=Seam.USERINFO_TOKEN),
    ),
    caught_by=Defect.NEVER_COMPARES_ISS_OF_USERINFO,
)
def test_userinfo_of_another_issuer(trial: Trial) -> None:
    """Log in while userinfo is a token that says it comes from elsewhere."""
    trial.log_in()


@Scenario(
    id="uin.jwt.aud",
    clause="OIDC-CORE 5.3.4",
    title_fr="Le jeton userinfo est destiné à un autre portail",
    title_en="The userinfo token is meant for another portal",
    mend_fr="Exiger son propre client_id dans aud d'un userinfo signé.",
    mend_en="Demand the own client_id in aud of a signed userinfo.",
    expected=Expected.REFUSED,
    deviations=(*OF_SOMEBODY_ELSE, SetClaim("aud", "autre-portail", seam=Seam.USERINFO_TOKEN)),
    caught_by=Defect.NEVER_COMPARES_AUD_OF_USERINFO,
)
def test_userinfo_for_another_portal(trial: Trial) -> None:
    """Log in while userinfo is a token that was made for somebody else's portal."""
    trial.log_in()
