"""Key material that only lies use: a certificate for the stray key, and members of a key set that nobody should trust.

Everything here is public: no private half leaves ``mock_idp.keys``.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mock_idp.artefacts import Json, encode_segment
from mock_idp.keys import STRAY_KID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from mock_idp.keys import SigningKeys

WEAK_KID = "simulateur-courte"
SHARED_KID = "simulateur-symetrique"
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_LIFE = timedelta(days=36500)


def certificate_of_stray(keys: SigningKeys) -> x509.Certificate:
    """Return a certificate that the stray key made for itself (RFC 5280 4.1), so that a lie can carry it."""
    private = cast("RSAPrivateKey", keys.stray.raw_value)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FICTIF SIMULATEUR clé inconnue")])
    return (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=private.public_key())
        .serial_number(1)
        .not_valid_before(_SINCE)
        .not_valid_after(_SINCE + _LIFE)
        .sign(private, hashes.SHA256())
    )


def odd_members(keys: SigningKeys) -> dict[str, Json]:
    """Return what lies put into headers and key sets, by name.

    ``jwk`` is the stray key, ``namesake`` the same under the name of the key that signs, for encryption; ``weak`` a key
    that is too short; ``shared`` a symmetric key that all can read (RFC 7518 6.4); ``encryption`` the key that signs,
    published for encryption only; ``x5c`` a certificate of the stray key (RFC 7515 4.1.6).
    """
    (signing, *_) = keys.published_keys()
    stray = cast("list[dict[str, Json]]", keys.stray_published["keys"])[0]
    numbers = keys.weak.public_key().public_numbers()
    return {
        "jwk": stray,
        "namesake": {**stray, "kid": keys.kid, "use": "enc", "alg": "RSA-OAEP"},
        "weak": {
            "kty": "RSA",
            "n": encode_segment(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": encode_segment(numbers.e.to_bytes(3, "big")),
            "kid": WEAK_KID,
            "use": "sig",
            "alg": "RS256",
        },
        "shared": {
            "kty": "oct",
            "k": encode_segment(str(signing["n"]).encode()),
            "kid": SHARED_KID,
            "use": "sig",
            "alg": "HS256",
        },
        "encryption": {**signing, "use": "enc", "alg": "RSA-OAEP"},
        "signing": signing,
        "x5c": [base64.b64encode(certificate_of_stray(keys).public_bytes(Encoding.DER)).decode("ascii")],
        "kid": STRAY_KID,
    }
