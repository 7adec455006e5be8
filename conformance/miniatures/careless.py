"""What careless portals take for a signature: one way each, by defect; a correct portal knows none of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from conformance.miniatures.defects import Defect
from conformance.miniatures.signed_tokens import made_by, named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from conformance.miniatures.signed_tokens import Keyring, SignedToken


def _hmac_with(secret: bytes, token: SignedToken) -> bool:
    made = hmac.new(secret, token.signed, hashlib.sha256).digest()
    return token.alg == "HS256" and hmac.compare_digest(made, token.signature)


def _confused(layout: Callable[[RSAKey], bytes]) -> Callable[[SignedToken, Keyring], bool]:
    """Return the check of a portal that lets the token choose the algorithm, and has its key as octets (JWTBCP 3.1)."""
    return lambda token, keys: any(_hmac_with(layout(key), token) for key in keys.known())


def _public(key: RSAKey) -> RSAPublicKey:
    return cast("RSAPublicKey", key.raw_value)


def _pem(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pkcs1(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.PEM, PublicFormat.PKCS1)


def _der(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _modulus(key: RSAKey) -> bytes:
    return str(key.as_dict(private=False)["n"]).encode()


def _given_key(token: SignedToken, _: Keyring) -> bool:
    try:
        return made_by(RSAKey.import_key(token.header["jwk"]), token, "RS256")
    except (JoseError, ValueError, TypeError, KeyError):
        return False


def _linked_key(token: SignedToken, keys: Keyring) -> bool:
    address = token.header.get("jku")
    return isinstance(address, str) and any(made_by(key, token, "RS256") for key in keys.fetched_from(address))


def _jwk(key: RSAKey) -> bytes:
    return json.dumps(key.as_dict(private=False), sort_keys=True).encode()


def _ssh(key: RSAKey) -> bytes:
    return _public(key).public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)


def _certified(octets: bytes, token: SignedToken) -> bool:
    try:
        pem = b"-----BEGIN" in octets
        certificate = x509.load_pem_x509_certificate(octets) if pem else x509.load_der_x509_certificate(octets)
        return made_by(RSAKey.import_key(cast("Any", certificate.public_key())), token, "RS256")
    except (JoseError, ValueError, TypeError):
        return False


def _given_certificate(token: SignedToken, _: Keyring) -> bool:
    chain = token.header.get("x5c")
    return isinstance(chain, list) and bool(chain) and _certified(base64.b64decode(str(chain[0])), token)


def _linked_certificate(token: SignedToken, keys: Keyring) -> bool:
    address = token.header.get("x5u")
    return isinstance(address, str) and _certified(keys.certificate_at(address), token)


def _key_at_kid(token: SignedToken, keys: Keyring) -> bool:
    kid = str(token.header.get("kid"))
    return kid.startswith("http") and any(made_by(key, token, "RS256") for key in keys.fetched_from(kid))


def _neighbours_key(token: SignedToken, keys: Keyring) -> bool:
    own = named(token.header.get("kid"), keys.known())
    if own is None or token.alg != "RS256" or made_by(own, token, "RS256"):
        return False
    return any(made_by(key, token, "RS256") for key in keys.fetched_from(keys.neighbour))


def _short_key(token: SignedToken, keys: Keyring) -> bool:
    # the short ones are read with the others
    keys.known()
    key = keys.short().get(str(token.header.get("kid")))
    if key is None:
        return False
    try:
        key.verify(token.signature, token.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _names_a_file(token: SignedToken) -> bool:
    return "/dev/" in str(token.header.get("kid"))


def _known_by_name(token: SignedToken, keys: Keyring) -> bool:
    known = named(token.header.get("kid"), keys.known()) is not None
    return known and token.alg == "RS256" and token.signature != b""


CONTENT_WITH: Final[Mapping[Defect, Callable[[SignedToken, Keyring], bool]]] = {
    Defect.IGNORES_BAD_SIGNATURE: _known_by_name,
    Defect.ACCEPTS_STRIPPED_SIGNATURE: lambda token, _: token.alg == "RS256" and token.signature == b"",
    Defect.ACCEPTS_TOKEN_OF_TWO_PARTS: lambda token, _: token.signature == b"" and token.alg == "RS256",
    Defect.ACCEPTS_ALG_NONE: lambda token, _: token.alg == "none" and token.signature == b"" and "kid" in token.header,
    Defect.ACCEPTS_NONE_WITHOUT_KID: lambda token, _: token.alg == "none" and "kid" not in token.header,
    Defect.ACCEPTS_NONE_SPELT_OTHERWISE: lambda token, _: token.alg != "none" and str(token.alg).lower() == "none",
    Defect.ACCEPTS_SIGNED_NONE: lambda token, _: token.alg == "none" and token.signature != b"",
    Defect.TAKES_PEM_FOR_SECRET: _confused(_pem),
    Defect.TAKES_PKCS1_FOR_SECRET: _confused(_pkcs1),
    Defect.TAKES_DER_FOR_SECRET: _confused(_der),
    Defect.TAKES_MODULUS_FOR_SECRET: _confused(_modulus),
    Defect.TAKES_BARE_PEM_FOR_SECRET: _confused(lambda key: _pem(key).rstrip(b"\n")),
    Defect.TAKES_JWK_FOR_SECRET: _confused(_jwk),
    Defect.TAKES_SSH_FOR_SECRET: _confused(_ssh),
    Defect.ACCEPTS_SHORT_KEY: _short_key,
    Defect.TAKES_PUBLISHED_SECRET: lambda token, keys: any(
        _hmac_with(secret, token) for kid, secret in keys.shared().items() if kid == token.header.get("kid")
    ),
    Defect.VERIFIES_WITH_CLIENT_SECRET: lambda token, keys: _hmac_with(keys.client_secret.encode(), token),
    Defect.VERIFIES_WITH_EMPTY_SECRET: lambda token, _: _hmac_with(b"", token) and not _names_a_file(token),
    Defect.READS_KEY_FILE_NAMED_BY_KID: lambda token, _: _hmac_with(b"", token) and _names_a_file(token),
    Defect.TRUSTS_KEY_IN_TOKEN: _given_key,
    Defect.FETCHES_KEY_NAMED_BY_TOKEN: _linked_key,
    Defect.TRUSTS_CERTIFICATE_IN_TOKEN: _given_certificate,
    Defect.FETCHES_CERTIFICATE_NAMED_BY_TOKEN: _linked_certificate,
    Defect.FETCHES_KEY_AT_KID: _key_at_kid,
    Defect.TRUSTS_KEYS_OF_ANOTHER_REALM: _neighbours_key,
    Defect.ACCEPTS_RS512: lambda token, keys: (
        token.alg == "RS512" and any(made_by(key, token, "RS512") for key in keys.known())
    ),
}
"""What each careless portal takes for a signature."""
