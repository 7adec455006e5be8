"""What the provider is about to say, as values: the drafts, and the names of the seams where a draft passes.

A draft is built honestly by the core, may be rewritten by a deviation, and is only then signed or sent.  Nothing here
knows what a deviation is.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Pairs: TypeAlias = tuple[tuple[str, Json], ...]


class Seam(StrEnum):
    """Where a draft passes on its way out, named after what it becomes."""

    DISCOVERY = "discovery"
    KEY_SET = "key-set"
    AUTHORIZATION_RESPONSE = "authorization-response"
    ID_TOKEN = "id-token"
    SIGNED_ID_TOKEN = "signed-id-token"
    TOKEN_RESPONSE = "token-response"
    USERINFO = "userinfo"
    USERINFO_TOKEN = "userinfo-token"
    CIBA_RESPONSE = "ciba-response"
    LOGOUT_TOKEN = "logout-token"
    DISCOVERY_ANSWER = "discovery-answer"
    KEY_SET_ANSWER = "key-set-answer"
    TOKEN_ANSWER = "token-answer"
    USERINFO_ANSWER = "userinfo-answer"
    CIBA_ANSWER = "ciba-answer"


ISSUER_WIDE = frozenset({Seam.DISCOVERY, Seam.KEY_SET, Seam.DISCOVERY_ANSWER, Seam.KEY_SET_ANSWER})
"""Seams fetched without any login, so that a lie there holds for everybody until it is withdrawn."""


class SigningKey(StrEnum):
    """Which key signs a token draft."""

    CURRENT = "current"
    STRAY = "stray"
    NONE = "none"
    CURRENT_RS512 = "current-rs512"
    """The published key, with SHA-512 instead of SHA-256 (RFC 7518 3.3)."""
    CLIENT_SECRET = "client-secret"
    """HMAC with SHA-256, keyed with the portal's own secret; so are the ones below, each with another secret."""
    EMPTY_SECRET = "empty-secret"
    PUBLIC_PEM = "public-pem"
    PUBLIC_PKCS1 = "public-pkcs1"
    PUBLIC_DER = "public-der"
    PUBLIC_MODULUS = "public-modulus"
    PUBLIC_PEM_BARE = "public-pem-bare"
    """As ``public-pem``, without the line feed at the end."""
    PUBLIC_JWK = "public-jwk"
    PUBLIC_SSH = "public-ssh"
    WEAK = "weak"
    """An RSA key of 1024 bits, too short for anything (RFC 7518 3.3)."""


def pairs_of(members: Mapping[str, Json]) -> Pairs:
    """Return the members of a JSON object as ordered pairs."""
    return tuple(members.items())


def dump(pairs: Pairs) -> str:
    """Return JSON text for ordered pairs; a name that stands twice is written twice (RFC 8259 4 allows it, barely)."""
    return "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs) + "}"


def encode_segment(data: bytes) -> str:
    """Return unpadded base64url text (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _set(pairs: Pairs, name: str, value: Json) -> Pairs:
    if any(known == name for known, _ in pairs):
        return tuple((known, value if known == name else old) for known, old in pairs)
    return (*pairs, (name, value))


def _drop(pairs: Pairs, name: str) -> Pairs:
    return tuple(pair for pair in pairs if pair[0] != name)


def _get(pairs: Pairs, name: str) -> Json:
    return next((value for known, value in pairs if known == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A JSON object, or the parameters of a redirect, before it is written out.

    Attributes:
        signed: whether it leaves as a signed token; userinfo may (OIDC-CORE 5.3.2), nothing else does.
    """

    seam: Seam
    pairs: Pairs = field(repr=False)
    signed: bool = False

    def get(self, name: str) -> Json:
        """Return the first value of a member, or None."""
        return _get(self.pairs, name)

    def having(self, name: str, value: Json) -> Fields:
        """Return the same draft with one member set."""
        return replace(self, pairs=_set(self.pairs, name, value))

    def without(self, name: str) -> Fields:
        """Return the same draft with one member taken out."""
        return replace(self, pairs=_drop(self.pairs, name))

    def repeating(self, name: str, value: Json) -> Fields:
        """Return the same draft with one more member of that name at the end."""
        return replace(self, pairs=(*self.pairs, (name, value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDraft:
    """A token before it is signed: JOSE header, claims, and the key that will sign."""

    seam: Seam
    header: Pairs
    claims: Pairs = field(repr=False)
    key: SigningKey = SigningKey.CURRENT

    def get(self, name: str) -> Json:
        """Return the first value of a claim, or None."""
        return _get(self.claims, name)

    def having(self, name: str, value: Json) -> TokenDraft:
        """Return the same draft with one claim set."""
        return replace(self, claims=_set(self.claims, name, value))

    def without(self, name: str) -> TokenDraft:
        """Return the same draft with one claim taken out."""
        return replace(self, claims=_drop(self.claims, name))

    def repeating(self, name: str, value: Json) -> TokenDraft:
        """Return the same draft with one more claim of that name at the end."""
        return replace(self, claims=(*self.claims, (name, value)))

    def with_header(self, name: str, value: Json) -> TokenDraft:
        """Return the same draft with one JOSE header parameter set."""
        return replace(self, header=_set(self.header, name, value))

    def without_header(self, name: str) -> TokenDraft:
        """Return the same draft with one JOSE header parameter taken out."""
        return replace(self, header=_drop(self.header, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactToken:
    """A signed token as text, in three dotted parts (RFC 7515 7.1)."""

    seam: Seam
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer before it leaves: status, headers, body, and how many seconds to hold it back."""

    seam: Seam
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    delay: float = 0.0


Draft: TypeAlias = Fields | TokenDraft | CompactToken | Answer


class Voice(Protocol):
    """How a draft leaves the core: an honest voice returns it unchanged.

    One method per shape, so that what comes back is known to be of the shape that went in.
    """

    def fields(self, draft: Fields, /) -> Fields:
        """Return what is really said in place of a JSON object or a redirect's parameters."""
        ...

    def token(self, draft: TokenDraft, /) -> TokenDraft:
        """Return what is really signed."""
        ...

    def compact(self, draft: CompactToken, /) -> CompactToken:
        """Return what is really sent as a signed token."""
        ...

    def answer(self, draft: Answer, /) -> Answer:
        """Return what is really sent over HTTP."""
        ...


class HonestVoice:
    """The voice that says what it was given."""

    def fields(self, draft: Fields, /) -> Fields:
        """Return the draft."""
        return draft

    def token(self, draft: TokenDraft, /) -> TokenDraft:
        """Return the draft."""
        return draft

    def compact(self, draft: CompactToken, /) -> CompactToken:
        """Return the draft."""
        return draft

    def answer(self, draft: Answer, /) -> Answer:
        """Return the draft."""
        return draft
