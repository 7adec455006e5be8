"""What is publicly known of client certificates at Pro Santé Connect's token endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, SetBody, SetField

if TYPE_CHECKING:
    from conformance.evidence import Seen
    from conformance.trial import Trial


def _calls(trial: Trial) -> tuple[Seen, ...]:
    """Log in the way in which the portal shows its certificate, and return its calls of the token endpoint."""
    visit = trial.visit()
    mtls = trial.lab.described.mtls
    visit.log_in(mtls.parameters if mtls is not None else ())
    return trial.conclude(visit).calls("token")


@Scenario(
    id="psc.mtls.presented",
    clause="PSC mutual-tls",
    title_fr="Le portail présente son certificat client au point de jeton",
    title_en="The portal shows its client certificate at the token endpoint",
    mend_fr="Demander les jetons à l'alias mtls_endpoint_aliases.token_endpoint, avec le certificat, sans secret.",
    mend_en="Ask for tokens at the alias mtls_endpoint_aliases.token_endpoint, with the certificate "
    "and without a secret.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "mtls_endpoint_aliases", {"token_endpoint": "{tls.none}"}),),
    needs=frozenset({Need.HOPS, Need.MTLS, Need.RESET}),
    caught_by=Defect.SENDS_SECRET_FOR_CERTIFICATE,
    why_fr="La communauté Espace de confiance impose le certificat client ; l'Espace communautaire "
    "le permet. Openiddict a suivi l'obligation, puis son report.",
    why_en="The Espace de confiance demands the client certificate, the Espace communautaire allows "
    "it. Openiddict followed the obligation, then its delay.",
)
def test_certificate_shown(trial: Trial) -> None:
    """Announce an alias over TLS, log in, and see what comes there."""
    calls = _calls(trial)
    if not calls:
        return
    shown = any(call.asked("certificate") and call.url.startswith("https:") for call in calls)
    trial.finds(
        kept=shown,
        fr="le certificat est présenté" if shown else "aucun certificat n'est présenté",
        en="the certificate is shown" if shown else "no certificate is shown",
    )


@Scenario(
    id="psc.mtls.single",
    clause="PSC mutual-tls-only",
    title_fr="Le portail n'envoie pas de secret avec son certificat",
    title_en="The portal sends no secret with its certificate",
    mend_fr="S'authentifier d'une seule façon (RFC 6749, 2.3) : client_id dans le formulaire, et le certificat.",
    mend_en="Authenticate in one way only (RFC 6749, 2.3): client_id in the form, and the certificate.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "mtls_endpoint_aliases", {"token_endpoint": "{tls.none}"}),),
    needs=frozenset({Need.HOPS, Need.MTLS, Need.RESET}),
    caught_by=Defect.SENDS_SECRET_WITH_CERTIFICATE,
    why_fr="La communauté Espace de confiance impose le certificat client ; l'Espace communautaire "
    "le permet. Openiddict a suivi l'obligation, puis son report.",
    why_en="The Espace de confiance demands the client certificate, the Espace communautaire allows "
    "it. Openiddict followed the obligation, then its delay.",
)
def test_no_secret_beside(trial: Trial) -> None:
    """Log in with the certificate, and look for a secret beside it."""
    calls = [call for call in _calls(trial) if call.asked("certificate")]
    if not calls:
        # another scenario says so
        return
    twice = any(call.asked("client_secret") or call.asked("Authorization") for call in calls)
    trial.finds(
        kept=not twice,
        fr="un secret accompagne le certificat" if twice else "aucun secret n'accompagne le certificat",
        en="a secret comes with the certificate" if twice else "no secret comes with the certificate",
    )


@Scenario(
    id="psc.mtls.refused",
    clause="PSC mutual-tls-only",
    title_fr="Le certificat client est refusé",
    title_en="The client certificate is refused",
    mend_fr="Le dire, et ne pas réessayer avec le secret : ce serait contourner l'obligation.",
    mend_en="Say so, and do not try again with the secret: that would get around the obligation.",
    expected=Expected.KEPT,
    deviations=(
        SetField(Seam.DISCOVERY, "mtls_endpoint_aliases", {"token_endpoint": "{tls.none}"}),
        AnswerStatus(Seam.TOKEN_ANSWER, 401),
        SetBody(Seam.TOKEN_ANSWER, ' {"error":"invalid_client"}'),
    ),
    needs=frozenset({Need.HOPS, Need.MTLS, Need.RESET}),
    caught_by=Defect.FALLS_BACK_TO_SECRET,
    why_fr="La communauté Espace de confiance impose le certificat client ; l'Espace communautaire "
    "le permet. Openiddict a suivi l'obligation, puis son report.",
    why_en="The Espace de confiance demands the client certificate, the Espace communautaire allows "
    "it. Openiddict followed the obligation, then its delay.",
)
def test_refused_certificate(trial: Trial) -> None:
    """Refuse the certificate with invalid_client, and see whether the secret comes next."""
    calls = _calls(trial)
    shown = [call for call in calls if call.asked("certificate")]
    if not shown:
        # another scenario says so
        return
    later = [call for call in calls if call.seq > shown[0].seq]
    fell = any(call.asked("client_secret") or call.asked("Authorization") for call in later)
    who = trial.attempts[-1].whoami
    trial.finds(
        kept=not fell,
        fr="le portail réessaie avec son secret" if fell else "le portail ne réessaie pas avec son secret",
        en="the portal tries again with its secret" if fell else "the portal does not try again with its secret",
    )
    trial.finds(
        kept=not isinstance(who, Identified),
        fr="quelqu'un est connecté" if isinstance(who, Identified) else "personne n'est connecté",
        en="somebody is logged in" if isinstance(who, Identified) else "nobody is logged in",
    )
