"""The provider's signing keys: the published one, the stray one for lies, and the signature itself.

Keys are made once when the provider starts and stay in memory: importing an RSA key for every token costs a hundred
times the signature.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import cast

from joserfc import jws
from joserfc.jwk import RSAKey

from mock_idp.artefacts import CompactToken, Json, Seam, SigningKey, TokenDraft, dump, encode_segment

KEY_BITS = 2048


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

    @property
    def kid(self) -> str:
        """Return the name of the key that signs."""
        return self.current.kid or ""

    @cached_property
    def stray(self) -> RSAKey:
        """Return a key pair that is in no key set, made when the first lie asks for it."""
        return RSAKey.generate_key(KEY_BITS, auto_kid=False)

    @cached_property
    def published(self) -> dict[str, Json]:
        """Return the key set document (RFC 7517 5): public members only, the key that signs first."""
        return {"keys": [*self.published_keys()]}

    def published_keys(self) -> list[dict[str, Json]]:
        """Return the members of each published key."""
        known = (self.current, *((self.following,) if self.following else ()), *self.former)
        return [cast("dict[str, Json]", key.as_dict(private=False)) for key in known]

    def sign(self, draft: TokenDraft) -> CompactToken:
        """Return the draft signed by the key it names, RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 3.3).

        The seam of the result is ``signed-id-token`` for an ID token, and the draft's own otherwise.
        """
        seam = Seam.SIGNED_ID_TOKEN if draft.seam is Seam.ID_TOKEN else draft.seam
        payload = dump(draft.claims).encode()
        header = dump(draft.header).encode()
        if draft.key is SigningKey.NONE:
            return CompactToken(seam=seam, value=f"{encode_segment(header)}.{encode_segment(payload)}.")
        key = self.stray if draft.key is SigningKey.STRAY else self.current
        signed = f"{encode_segment(header)}.{encode_segment(payload)}"
        signature = jws.JWSRegistry.algorithms["RS256"].sign(signed.encode(), key)
        return CompactToken(seam=seam, value=f"{signed}.{encode_segment(signature)}")


def _fresh_key() -> RSAKey:
    key = RSAKey.generate_key(KEY_BITS, auto_kid=False)
    digest = hashlib.sha256(json.dumps(key.as_dict(private=False), sort_keys=True).encode()).hexdigest()
    return RSAKey.import_key(key.raw_value, {"kid": f"simulateur-{digest[:16]}", "use": "sig", "alg": "RS256"})
