"""A portal that shows a TLS client certificate at the token endpoint, as PSC's Espace de confiance wants it.

The certificate is made for the occasion and signed by itself: the provider knows it by its thumbprint.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from conformance.hop import trusted
from conformance.miniatures.answers import HttpAnswer
from conformance.miniatures.defects import Defect
from conformance.miniatures.refusals import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.miniatures.config import PortalConfig

BY_CERTIFICATE: Final = "certificat"
"""Parameter of the login address that asks for this way; a miniature has both."""
_LIFE: Final = timedelta(days=1)
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What a portal shows, and whom it trusts.

    Attributes:
        certificate_file: key and certificate, PEM.
        authority_file: authorities of the provider, PEM.
        thumbprint: SHA-256 of the certificate's DER, hexadecimal, for the registration.
    """

    certificate_file: str
    authority_file: str
    thumbprint: str


@contextmanager
def portal_papers(authority_pem: str) -> Iterator[Papers]:
    """Have papers for the length of a ``with`` block; the files go with it.

    Args:
        authority_pem: the provider's authority.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR portail")])
    now = datetime.now(UTC)  # noqa: TID251  # a certificate for the occasion is made now
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.replace(microsecond=0) - _LIFE)
        .not_valid_after(now.replace(microsecond=0) + _LIFE)
        .sign(key, hashes.SHA256())
    )
    with TemporaryDirectory(prefix="psc-portal-") as folder:
        certificate, authority = Path(folder) / "portal.pem", Path(folder) / "authority.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        certificate.touch(mode=0o600)
        certificate.write_bytes(secret + made.public_bytes(Encoding.PEM))
        authority.write_text(authority_pem, encoding="ascii")
        yield Papers(
            certificate_file=str(certificate),
            authority_file=str(authority),
            thumbprint=hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest(),
        )


def redeem(
    config: PortalConfig, document: dict[str, Any], form: dict[str, str], defect: Defect | None
) -> dict[str, Any]:
    """Return the token response to a portal that shows its certificate and nothing else.

    Args:
        config: of the portal.
        document: the discovery document; it may name an endpoint for those who show one (RFC 8705 5).
        form: the code and its proof.
        defect: of the portal.

    Raises:
        Refused: the provider refuses, answers something else, or not at all.
    """
    aliases = document.get("mtls_endpoint_aliases")
    alias = aliases.get("token_endpoint") if isinstance(aliases, dict) else None
    endpoint = alias if isinstance(alias, str) else document["token_endpoint"]
    named = {
        "grant_type": "authorization_code",
        "redirect_uri": config.callback_url,
        "client_id": config.client_id,
        **form,
    }
    if defect is Defect.SENDS_SECRET_WITH_CERTIFICATE:
        named["client_secret"] = config.client_secret
    answer = _post(config, endpoint, named)
    if answer.status != _OK and defect is Defect.FALLS_BACK_TO_SECRET:
        answer = _post(config, endpoint, {**named, "client_secret": config.client_secret})
    if answer.status >= 500:  # noqa: PLR2004  # RFC 9110 15.6
        raise Refused(Reason.PROVIDER_DOWN)
    try:
        said = answer.document
    except (ValueError, RecursionError):
        raise Refused(Reason.PROVIDER_ANSWER) from None
    if answer.status != _OK or not isinstance(said, dict):
        raise Refused(Reason.CODE)
    return said


def _post(config: PortalConfig, endpoint: str, form: dict[str, str]) -> HttpAnswer:
    with requests.Session() as line:
        line.trust_env = False
        line.verify = config.authority_file or trusted()
        line.cert = config.certificate_file or None
        try:
            answer = line.post(endpoint, data=form, timeout=config.provider_seconds, allow_redirects=False)
        except requests.RequestException as error:
            raise Refused(Reason.PROVIDER_DOWN) from error
        return HttpAnswer.of(answer)
