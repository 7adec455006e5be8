"""OpenID Connect Core 16.17: the token endpoint over TLS, with a certificate that is not right; nothing may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.evidence import Identified
from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario
from mock_idp.artefacts import Seam
from mock_idp.deviations import SetField

if TYPE_CHECKING:
    from conformance.trial import Trial

FORGETS = frozenset({Need.RESET})
TRUSTS = frozenset({Need.RESET, Need.TLS})
WHY_FR = (
    "Dans le flux par code, c'est TLS qui garantit que le jeton vient de PSC : le texte permet même de s'y fier plutôt "
    "qu'à la signature. Un certificat mal vérifié livre le code et le secret du portail."
)
WHY_EN = (
    "In the code flow it is TLS that vouches for the token coming from PSC: the text even allows relying on it instead "
    "of on the signature. A certificate that is badly checked gives away the code and the portal's secret."
)


def speaks_tls(trial: Trial) -> bool:
    """Tell whether somebody can log in while the token endpoint shows a good certificate of the same authority."""
    control = trial.lab.control
    place = urlsplit(trial.lab.where.issuer).path + "/protocol/openid-connect/token"
    control.arm((SetField(Seam.DISCOVERY, "token_endpoint", control.tls_door("none") + place),), issuer_wide=True)
    trial.forget()
    visit = trial.visit(trial.draw("medecin-liberal"), honest=True)
    visit.log_in()
    attempt = trial.conclude(visit)
    control.withdraw()
    return isinstance(attempt.whoami, Identified)


def look_for_the_code(trial: Trial) -> None:
    """Log in, and note whether the portal sent anything through the door."""
    attempt = trial.log_in()
    if not trial.told:
        return
    doors = {lie.told["token_endpoint"] for lie in attempt.told}
    sent = any(call.url in doors for call in attempt.calls("token"))
    trial.finds(
        kept=not sent,
        fr="code et secret envoyés" if sent else "rien n'a été envoyé",
        en="code and secret sent" if sent else "nothing was sent",
    )


@Scenario(
    id="net.tls.badcert",
    clause="OIDC-CORE 16.17",
    title_fr="Le certificat du point de jeton vient d'une autorité inconnue",
    title_en="The token endpoint's certificate is of an unknown authority",
    mend_fr="Laisser la bibliothèque vérifier la chaîne ; ne jamais désactiver cette vérification, même en test.",
    mend_en="Let the library verify the chain; never switch that off, not even in tests.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "token_endpoint", "{tls.unknown-authority}"),),
    needs=FORGETS,
    caught_by=Defect.ACCEPTS_ANY_AUTHORITY,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_unknown_authority(trial: Trial) -> None:
    """Log in while the token endpoint shows a certificate of nobody's."""
    look_for_the_code(trial)


@Scenario(
    id="net.tls.expired",
    clause="RFC5280 6.1",
    title_fr="Le certificat du point de jeton est périmé",
    title_en="The token endpoint's certificate has expired",
    mend_fr="Refuser un certificat périmé, et prévenir qui exploite le portail.",
    mend_en="Refuse an expired certificate, and tell whoever runs the portal.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "token_endpoint", "{tls.expired}"),),
    needs=TRUSTS,
    caught_by=Defect.ACCEPTS_EXPIRED_CERTIFICATE,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_expired_certificate(trial: Trial) -> None:
    """Log in while the token endpoint shows a certificate that held until an hour ago."""
    # a portal that takes no certificate of this authority refuses for another reason, and nothing can be concluded
    if speaks_tls(trial):
        look_for_the_code(trial)


@Scenario(
    id="net.tls.hostname",
    clause="RFC9525 6",
    title_fr="Le certificat du point de jeton est à un autre nom",
    title_en="The token endpoint's certificate is for another name",
    mend_fr="Comparer le nom d'hôte à ceux du certificat ; ne pas désactiver cette comparaison.",
    mend_en="Compare the host name with those of the certificate; do not switch that off.",
    expected=Expected.KEPT,
    deviations=(SetField(Seam.DISCOVERY, "token_endpoint", "{tls.other-name}"),),
    needs=TRUSTS,
    caught_by=Defect.NEVER_COMPARES_CERTIFICATE_NAME,
    why_fr=WHY_FR,
    why_en=WHY_EN,
)
def test_certificate_of_another_name(trial: Trial) -> None:
    """Log in while the token endpoint shows a good certificate of somebody else's."""
    if speaks_tls(trial):
        look_for_the_code(trial)
