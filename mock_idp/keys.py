"""The provider's signing keys: the published one, the stray one for lies, and the signature itself.

Keys are made once when the provider starts and stay in memory: importing an RSA key for every token costs a hundred
times the signature.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import RSAKey

from mock_idp.artefacts import CompactToken, Json, Seam, SigningKey, TokenDraft, dump, encode_segment

if TYPE_CHECKING:
    from collections.abc import Callable

KEY_BITS = 2048
WEAK_BITS = 1024
STRAY_KID = "simulateur-inconnue"


class RotationError(ValueError):
    """A step of a rotation out of turn; the message says which step comes first."""


class Rotation(StrEnum):
    """The steps of a key rotation, in order: portals find the new key before it signs, and the old one for a while."""

    PUBLISH = "publish"
    SIGN = "sign"
    RETIRE = "retire"


@dataclass(frozen=True, kw_only=True)
class SigningKeys:
    """The key pair that signs, those published beside it, and the one that nobody published.

    Attributes:
        current: signs.
        following: published, and will sign next.
        former: signed before, and is still published.
    """

    current: RSAKey = field(repr=False)
    following: RSAKey | None = field(default=None, repr=False)
    former: tuple[RSAKey, ...] = field(default=(), repr=False)

    @staticmethod
    def generate() -> SigningKeys:
        """Make a fresh RSA-2048 key pair, named after its thumbprint so that it is seen to be a simulator's."""
        return SigningKeys(current=_fresh_key())

    def rotated(self, step: Rotation) -> SigningKeys:
        """Return the keys after one step of a rotation.

        Raises:
            RotationError: the step is out of turn.
        """
        if step is Rotation.PUBLISH:
            if self.following is not None:
                raise RotationError("step: a key is published already; 'sign' comes next")
            return replace(self, following=_fresh_key())
        if step is Rotation.SIGN:
            if self.following is None:
                raise RotationError("step: no key is published to sign with; 'publish' comes first")
            return replace(self, current=self.following, following=None, former=(*self.former, self.current))
        if not self.former:
            raise RotationError("step: no former key is published; 'publish' and 'sign' come first")
        return replace(self, former=())

    def written(self) -> str:
        """Return the keys as text, private members included, for a store that lasts."""
        named = {"current": [self.current], "following": [self.following] if self.following else []}
        every = {**named, "former": [*self.former]}
        return json.dumps({name: [key.as_dict(private=True) for key in some] for name, some in every.items()})

    @staticmethod
    @lru_cache(maxsize=4)
    def read(text: str) -> SigningKeys:
        """Return the keys of a text; the same text gives the same keys, because importing an RSA key takes long."""
        every = {name: [RSAKey.import_key(key) for key in some] for name, some in json.loads(text).items()}
        return SigningKeys(
            current=every["current"][0], following=next(iter(every["following"]), None), former=tuple(every["former"])
        )

    @property
    def kid(self) -> str:
        """Return the name of the key that signs."""
        return self.current.kid or ""

    @cached_property
    def stray(self) -> RSAKey:
        """Return a key pair that is in no key set, made when the first lie asks for it."""
        return RSAKey.generate_key(KEY_BITS, auto_kid=False)

    @cached_property
    def weak(self) -> rsa.RSAPrivateKey:
        """Return a key pair that is too short, made when the first lie asks for it."""
        return rsa.generate_private_key(public_exponent=65537, key_size=WEAK_BITS)

    @cached_property
    def published(self) -> dict[str, Json]:
        """Return the key set document (RFC 7517 5): public members only, the key that signs first."""
        return {"keys": [*self.published_keys()]}

    def published_keys(self) -> list[dict[str, Json]]:
        """Return the members of each published key."""
        known = (self.current, *((self.following,) if self.following else ()), *self.former)
        return [cast("dict[str, Json]", key.as_dict(private=False)) for key in known]

    @cached_property
    def stray_published(self) -> dict[str, Json]:
        """Return the key set of the stray key: public members only, for lies that say where to find it."""
        public = cast("dict[str, Json]", self.stray.as_dict(private=False))
        return {"keys": [{**public, "kid": STRAY_KID, "use": "sig", "alg": "RS256"}]}

    def sign(self, draft: TokenDraft, *, client_secret: str = "") -> CompactToken:
        """Return the draft signed by the key it names, honestly RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 3.3).

        The seam of the result is ``signed-id-token`` for an ID token, and the draft's own otherwise.

        Args:
            draft: what is signed.
            client_secret: of the portal, for the lie that signs with it.
        """
        seam = Seam.SIGNED_ID_TOKEN if draft.seam is Seam.ID_TOKEN else draft.seam
        payload = dump(draft.claims).encode()
        header = dump(draft.header).encode()
        if draft.key is SigningKey.NONE:
            return CompactToken(seam=seam, value=f"{encode_segment(header)}.{encode_segment(payload)}.")
        signed = f"{encode_segment(header)}.{encode_segment(payload)}"
        return CompactToken(
            seam=seam, value=f"{signed}.{encode_segment(self._signature(draft.key, signed, client_secret))}"
        )

    def _signature(self, key: SigningKey, signed: str, client_secret: str) -> bytes:
        secret = self._secret(key, client_secret)
        if secret is not None:
            return hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        if key is SigningKey.WEAK:
            return self.weak.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        alg = "RS512" if key is SigningKey.CURRENT_RS512 else "RS256"
        return jws.JWSRegistry.algorithms[alg].sign(
            signed.encode(), self.stray if key is SigningKey.STRAY else self.current
        )

    def _secret(self, key: SigningKey, client_secret: str) -> bytes | None:
        """Return what a lie takes for an HMAC secret, None for a signature with an RSA key.

        The public key is a secret to nobody: a portal that lets the token choose the algorithm, and hands its key over
        as octets, accepts what anybody can make (RFC 8725 3.1).
        """
        public = self.current.get_op_key("verify")
        spki = PublicFormat.SubjectPublicKeyInfo
        secrets: dict[SigningKey, Callable[[], bytes]] = {
            SigningKey.CLIENT_SECRET: client_secret.encode,
            SigningKey.EMPTY_SECRET: bytes,
            SigningKey.PUBLIC_PEM: lambda: public.public_bytes(Encoding.PEM, spki),
            SigningKey.PUBLIC_PKCS1: lambda: public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
            SigningKey.PUBLIC_DER: lambda: public.public_bytes(Encoding.DER, spki),
            SigningKey.PUBLIC_MODULUS: lambda: str(self.current.as_dict(private=False)["n"]).encode(),
            SigningKey.PUBLIC_PEM_BARE: lambda: public.public_bytes(Encoding.PEM, spki).rstrip(b"\n"),
            SigningKey.PUBLIC_JWK: lambda: json.dumps(self.current.as_dict(private=False), sort_keys=True).encode(),
            SigningKey.PUBLIC_SSH: lambda: public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        }
        return secrets[key]() if key in secrets else None


def _fresh_key() -> RSAKey:
    key = RSAKey.generate_key(KEY_BITS, auto_kid=False)
    digest = hashlib.sha256(json.dumps(key.as_dict(private=False), sort_keys=True).encode()).hexdigest()
    return RSAKey.import_key(key.raw_value, {"kid": f"simulateur-{digest[:16]}", "use": "sig", "alg": "RS256"})
