"""Lies about the shape of what is said: a claim said twice or as a list, a token of other parts, another body."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from mock_idp.artefacts import Answer, CompactToken, Draft, Fields, Json, Seam, TokenDraft


@dataclass(frozen=True, slots=True)
class DuplicateClaim:
    """Say a claim of the ID token twice, the second time with another value."""

    kind: ClassVar[str] = "duplicate-claim"
    name: str
    value: Json
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the claim said twice; a claim that is not there stays unsaid."""
        if isinstance(draft, TokenDraft) and any(name == self.name for name, _ in draft.claims):
            return draft.repeating(self.name, self.value)
        return draft


@dataclass(frozen=True, slots=True)
class ListClaim:
    """State a claim of the ID token as a list: its honest value, and others behind it."""

    kind: ClassVar[str] = "list-claim"
    name: str
    others: Json
    seam: Seam = Seam.ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the claim as a list; a claim that is not there, or is a list already, stays."""
        honest = draft.get(self.name) if isinstance(draft, TokenDraft) else None
        if isinstance(draft, TokenDraft) and honest is not None and not isinstance(honest, list):
            others = self.others if isinstance(self.others, list) else [self.others]
            return draft.having(self.name, [honest, *others])
        return draft


@dataclass(frozen=True, slots=True)
class KeepParts:
    """Send only the first dotted parts of the signed ID token."""

    kind: ClassVar[str] = "keep-parts"
    parts: int
    seam: Seam = Seam.SIGNED_ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the token cut short."""
        if isinstance(draft, CompactToken):
            return replace(draft, value=".".join(draft.value.split(".")[: self.parts]))
        return draft


@dataclass(frozen=True, slots=True)
class ExtendToken:
    """Send the signed ID token with more text behind it."""

    kind: ClassVar[str] = "extend-token"
    suffix: str
    seam: Seam = Seam.SIGNED_ID_TOKEN

    def rewrite(self, draft: Draft) -> Draft:
        """Return the longer token."""
        return replace(draft, value=draft.value + self.suffix) if isinstance(draft, CompactToken) else draft


@dataclass(frozen=True, slots=True)
class CopyField:
    """State a member of a JSON answer with the honest value of another member of it."""

    kind: ClassVar[str] = "copy-field"
    seam: Seam
    source: str
    name: str

    def rewrite(self, draft: Draft) -> Draft:
        """Return the draft with the value copied; a member that is not there gives nothing."""
        if isinstance(draft, Fields) and any(name == self.source for name, _ in draft.pairs):
            return draft.having(self.name, draft.get(self.source))
        return draft


@dataclass(frozen=True, slots=True)
class SetBody:
    """Answer an endpoint with another body; status and headers stay."""

    kind: ClassVar[str] = "set-body"
    seam: Seam
    body: str

    def rewrite(self, draft: Draft) -> Draft:
        """Return the answer with the other body."""
        return replace(draft, body=self.body.encode()) if isinstance(draft, Answer) else draft


@dataclass(frozen=True, slots=True)
class SetAnswerHeader:
    """State a header of an HTTP answer with another value."""

    kind: ClassVar[str] = "set-answer-header"
    seam: Seam
    name: str
    value: str

    def rewrite(self, draft: Draft) -> Draft:
        """Return the answer with the header set, once."""
        if not isinstance(draft, Answer):
            return draft
        kept = tuple(pair for pair in draft.headers if pair[0].lower() != self.name.lower())
        return replace(draft, headers=(*kept, (self.name, self.value)))


@dataclass(frozen=True, slots=True)
class Pad:
    """State one member more, of that many letters: an ID token, a token response or userinfo that is very long."""

    kind: ClassVar[str] = "pad"
    seam: Seam
    name: str
    octets: int

    def rewrite(self, draft: Draft) -> Draft:
        """Return the longer draft."""
        if isinstance(draft, TokenDraft | Fields) and draft.seam is self.seam:
            return draft.having(self.name, "x" * self.octets)
        return draft


@dataclass(frozen=True, slots=True)
class PrefixBody:
    """Send more text before an answer's body, for instance a byte order mark."""

    kind: ClassVar[str] = "prefix-body"
    seam: Seam
    text: str

    def rewrite(self, draft: Draft) -> Draft:
        """Return the longer answer."""
        return replace(draft, body=self.text.encode() + draft.body) if isinstance(draft, Answer) else draft


@dataclass(frozen=True, slots=True)
class InflateBody:
    """Send an answer compressed (gzip) with that many spaces behind its body: little to send, much to unpack."""

    kind: ClassVar[str] = "inflate-body"
    seam: Seam
    octets: int

    def rewrite(self, draft: Draft) -> Draft:
        """Return the compressed answer; it says so, whatever the portal accepts."""
        if not isinstance(draft, Answer):
            return draft
        packed = gzip.compress(draft.body + b" " * self.octets, compresslevel=1, mtime=0)
        return replace(draft, body=packed, headers=(*draft.headers, ("Content-Encoding", "gzip")))


OddShape: TypeAlias = (
    DuplicateClaim
    | ListClaim
    | KeepParts
    | ExtendToken
    | CopyField
    | SetBody
    | SetAnswerHeader
    | Pad
    | PrefixBody
    | InflateBody
)
