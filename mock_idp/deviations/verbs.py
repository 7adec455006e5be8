"""The vocabulary of lies: each deviation is a value with a verb for a name that rewrites one draft.

A deviation reads no clock and no store.  It prints itself in reports, travels as JSON to a provider in another process,
and compares equal to its copy.  ``docs/deviations.md`` explains each one to a reader who has not seen this file.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from mock_idp.artefacts import (
    Answer,
    CompactToken,
    Draft,
    Fields,
    Json,
    Seam,
    SigningKey,
    TokenDraft,
    encode_segment,
)
from mock_idp.deviations.odd_shapes import OddShape
from mock_idp.deviations.respelling import Respell


@dataclass(frozen=True, slots=True)
class SetClaim:
    """State a claim of the ID token with a value that is not the honest one."""

    kind: ClassVar[str] = "set-claim"
    name: str
    value: Json
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the claim set."""
        return draft.having(self.name, self.value) if isinstance(draft, TokenDraft) else draft


@dataclass(frozen=True, slots=True)
class ExtendClaim:
    """State a claim of the ID token with more text behind its honest value."""

    kind: ClassVar[str] = "extend-claim"
    name: str
    suffix: str
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the claim extended; a claim that is no text stays."""
        honest = draft.get(self.name) if isinstance(draft, TokenDraft) else None
        if isinstance(draft, TokenDraft) and isinstance(honest, str):
            return draft.having(self.name, honest + self.suffix)
        return draft


@dataclass(frozen=True, slots=True)
class DropClaim:
    """Leave a claim out of the ID token."""

    kind: ClassVar[str] = "drop-claim"
    name: str
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft without the claim."""
        return draft.without(self.name) if isinstance(draft, TokenDraft) else draft


@dataclass(frozen=True, slots=True)
class ShiftTime:
    """Move a time claim of the ID token by a number of seconds, negative for the past."""

    kind: ClassVar[str] = "shift-time"
    name: str
    seconds: int
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the claim moved; a claim that is no number stays."""
        honest = draft.get(self.name) if isinstance(draft, TokenDraft) else None
        if isinstance(draft, TokenDraft) and isinstance(honest, int):
            return draft.having(self.name, honest + self.seconds)
        return draft


@dataclass(frozen=True, slots=True)
class SignWith:
    """Sign the ID token with another key than the published one, under the same ``kid``."""

    kind: ClassVar[str] = "sign-with"
    key: SigningKey
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft to be signed with the other key."""
        return replace(draft, key=self.key) if isinstance(draft, TokenDraft) else draft


@dataclass(frozen=True, slots=True)
class AlgNone:
    """Send the ID token unsigned, with ``alg`` none (RFC 7518 3.6)."""

    kind: ClassVar[str] = "alg-none"
    spelling: str = "none"
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft that no key will sign."""
        if isinstance(draft, TokenDraft):
            return replace(draft.with_header("alg", self.spelling), key=SigningKey.NONE)
        return draft


@dataclass(frozen=True, slots=True)
class SetHeader:
    """State a JOSE header parameter of the ID token with a value that is not the honest one."""

    kind: ClassVar[str] = "set-header"
    name: str
    value: Json
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the header parameter set."""
        return draft.with_header(self.name, self.value) if isinstance(draft, TokenDraft) else draft


@dataclass(frozen=True, slots=True)
class DropKid:
    """Leave ``kid`` out of the JOSE header of the ID token."""

    kind: ClassVar[str] = "drop-kid"
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft without ``kid``."""
        return draft.without_header("kid") if isinstance(draft, TokenDraft) else draft


@dataclass(frozen=True, slots=True)
class BreakSignature:
    """Flip one bit in the middle of the signature of the ID token."""

    kind: ClassVar[str] = "break-signature"
    seam: Seam = Seam.SIGNED_ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the token with a signature that no key ever made; an unsigned one stays."""
        if not isinstance(draft, CompactToken):
            return draft
        signed, _, signature = draft.value.rpartition(".")
        octets = bytearray(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
        if not octets:
            return draft
        octets[len(octets) // 2] ^= 1
        return replace(draft, value=f"{signed}.{encode_segment(bytes(octets))}")


@dataclass(frozen=True, slots=True)
class SetField:
    """State a member of a JSON answer, or a parameter of a redirect, with a value that is not the honest one."""

    kind: ClassVar[str] = "set-field"
    seam: Seam
    name: str
    value: Json

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the member set."""
        return draft.having(self.name, self.value) if isinstance(draft, Fields) else draft


@dataclass(frozen=True, slots=True)
class DropField:
    """Leave a member out of a JSON answer, or a parameter out of a redirect."""

    kind: ClassVar[str] = "drop-field"
    seam: Seam
    name: str

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft without the member."""
        return draft.without(self.name) if isinstance(draft, Fields) else draft


@dataclass(frozen=True, slots=True)
class DuplicateField:
    """Say a member or a parameter twice, the second time with another value."""

    kind: ClassVar[str] = "duplicate-field"
    seam: Seam
    name: str
    value: Json

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the member said twice; a member that is not there stays unsaid."""
        if isinstance(draft, Fields) and any(name == self.name for name, _ in draft.pairs):
            return draft.repeating(self.name, self.value)
        return draft


@dataclass(frozen=True, slots=True)
class SignFields:
    """Give userinfo as a signed token (``application/jwt``), for portals that did not register for it as well."""

    kind: ClassVar[str] = "sign-fields"
    seam: Seam = Seam.USERINFO

    def rewrite(self, draft: Draft) -> Draft:
        """Return userinfo to be signed; nothing else can be."""
        userinfo = isinstance(draft, Fields) and draft.seam is Seam.USERINFO
        return replace(draft, signed=True) if isinstance(draft, Fields) and userinfo else draft


@dataclass(frozen=True, slots=True)
class AnswerStatus:
    """Answer an endpoint with an HTTP status and no body, instead of what was asked."""

    kind: ClassVar[str] = "answer-status"
    seam: Seam
    status: int

    def rewrite(self, draft: Draft) -> Draft:
        """Return an empty answer with the status."""
        return replace(draft, status=self.status, body=b"") if isinstance(draft, Answer) else draft


@dataclass(frozen=True, slots=True)
class Delay:
    """Hold an answer back for a number of seconds."""

    kind: ClassVar[str] = "delay"
    seam: Seam
    seconds: float

    def rewrite(self, draft: Draft) -> Draft:
        """Return the answer, to be sent later."""
        return replace(draft, delay=draft.delay + self.seconds) if isinstance(draft, Answer) else draft


@dataclass(frozen=True, slots=True)
class Truncate:
    """Send only the first octets of an answer's body, complete as far as HTTP can tell."""

    kind: ClassVar[str] = "truncate"
    seam: Seam
    keep: int

    def rewrite(self, draft: Draft) -> Draft:
        """Return the answer cut short."""
        return replace(draft, body=draft.body[: self.keep]) if isinstance(draft, Answer) else draft


Verb: TypeAlias = (
    SetClaim
    | ExtendClaim
    | DropClaim
    | ShiftTime
    | SignWith
    | AlgNone
    | SetHeader
    | DropKid
    | BreakSignature
    | SetField
    | DropField
    | DuplicateField
    | SignFields
    | AnswerStatus
    | Delay
    | Truncate
    | Respell
    | OddShape
)


@dataclass(frozen=True, slots=True)
class Nth:
    """Tell a lie only the n-th time its seam is passed within one login, counted from 1."""

    kind: ClassVar[str] = "nth"
    occurrence: int
    deviation: Verb

    @property
    def seam(self) -> Seam:
        """Return the seam of the lie inside."""
        return self.deviation.seam

    def rewrite(self, draft: Draft) -> Draft:
        """Return what the lie inside makes of the draft."""
        return self.deviation.rewrite(draft)


Deviation: TypeAlias = Verb | Nth
