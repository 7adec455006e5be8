"""The provider's signing keys: the published one, the stray one for lies, and the signature itself.

Keys are made once when the provider starts and stay in memory: importing an RSA key for every token costs a hundred
times the signature.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from joserfc import jws
from joserfc.jwk import RSAKey

from mock_idp.artefacts import CompactToken, Json, Seam, SigningKey, TokenDraft, dump, encode_segment

KEY_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class SigningKeys:
    """The key pair that signs, and the one that nobody published."""

    current: RSAKey = field(repr=False)

    @staticmethod
    def generate() -> SigningKeys:
        """Make a fresh RSA-2048 key pair, named after its thumbprint so that it is seen to be a simulator's."""
        key = RSAKey.generate_key(KEY_BITS, auto_kid=False)
        digest = hashlib.sha256(json.dumps(key.as_dict(private=False), sort_keys=True).encode()).hexdigest()
        named = RSAKey.import_key(key.raw_value, {"kid": f"simulateur-{digest[:16]}", "use": "sig", "alg": "RS256"})
        return SigningKeys(current=named)

    @property
    def kid(self) -> str:
        """Return the name of the published key."""
        return self.current.kid or ""

    @cached_property
    def stray(self) -> RSAKey:
        """Return a key pair that is in no key set, made when the first lie asks for it."""
        return RSAKey.generate_key(KEY_BITS, auto_kid=False)

    @cached_property
    def published(self) -> dict[str, Json]:
        """Return the key set document (RFC 7517 5): public members only."""
        public = cast("dict[str, Json]", self.current.as_dict(private=False))
        return {"keys": [public]}

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
