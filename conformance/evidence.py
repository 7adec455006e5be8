"""What was seen of a portal, as frozen values: who it thinks is there, what it asked, where a browser ended.

Three places are looked at: the provider's journal, the browser, and the portal's own who-am-I page.  Nothing here
judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """The portal thinks that nobody is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The portal thinks that somebody is there.

    Attributes:
        identity: whom it names.
        claims: what else it shows of them, None when the descriptor does not say where to look.
        shown: the text of the page, to look for what should not be on it.
    """

    identity: str
    claims: Mapping[str, Any] | None = field(default=None, repr=False)
    shown: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The who-am-I page cannot be read, or the portal has none.

    Attributes:
        why: stable reason, for example ``no-probe``, ``unreachable`` or ``server-error``.
    """

    why: str


Whoami: TypeAlias = Anonymous | Identified | Unclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A fictional person drawn for one scenario.

    Attributes:
        idnat: identifiant national.
        identity: what the portal should call this person: the claim that its descriptor names.
        claims: the honest userinfo.
        device: the phone with the activated e-CPS.
    """

    idnat: str
    identity: str
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A lie that was really told, with the honest and the told fragment side by side."""

    deviation: Mapping[str, Any]
    honest: Any
    told: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that the provider saw.

    Attributes:
        seq: its place in the provider's journal.
        at: time of the answer, seconds since 1970 on the provider's clock.
        channel: ``front`` for a browser, ``back`` for the portal's own call.
        endpoint: stable name, for example ``token``.
        request: parameters and headers, secrets masked.
        response: what was answered, secrets masked.
    """

    seq: int
    at: float
    channel: str
    endpoint: str
    method: str
    url: str
    status: int
    request: tuple[tuple[str, Any], ...] = ()
    response: tuple[tuple[str, Any], ...] = ()
    told: tuple[Told, ...] = ()

    def asked(self, name: str) -> Any:
        """Return the first request parameter of that name, or None."""
        return next((value for known, value in self.request if known == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where a browser ended.

    Attributes:
        place: address without its query.
        status: of the last answer, 0 when there was none.
        alert: stable code of the message on the page, if the page has one.
        trouble: why there is no whole answer, or empty.
        loop: whether the way there was longer than any honest one.
        outside: address, without its query, that the browser was sent to and did not go to, or empty.
        text: what a person reads there.
    """

    place: str
    status: int = 0
    alert: str = ""
    trouble: str = ""
    loop: bool = False
    outside: str = ""
    text: str = field(default="", repr=False)


class Role(StrEnum):
    """What a login is for."""

    BEFORE = "before"
    TRIED = "tried"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One login, or what was made of one.

    Attributes:
        role: honest login before, the case itself, honest login after.
        person: who approves.
        landing: where the browser ended; None when there was nothing to deliver.
        whoami: whom the portal then names.
        journal: what the provider saw of it.
        started: whether the portal sent the browser to the provider.
        seconds: how long the delivery of the answer took.
    """

    role: Role
    person: Somebody
    landing: Landing | None = None
    whoami: Whoami = field(default_factory=lambda: Unclear(why="no-probe"))
    journal: tuple[Seen, ...] = field(default=(), repr=False)
    started: bool = True
    seconds: float = 0.0

    @property
    def told(self) -> tuple[Told, ...]:
        """Return the lies told in this login, in order, each once however often it was repeated."""
        return tuple(lie for _, lie in self.first_told)

    @property
    def first_told(self) -> tuple[tuple[int, Told], ...]:
        """Return each lie told in this login with its place in the journal when it was told first."""
        found: dict[str, tuple[int, Told]] = {}
        for seen in sorted(self.journal, key=lambda one: one.seq):
            for lie in seen.told:
                found.setdefault(repr(lie.deviation), (seen.seq, lie))
        return tuple(found.values())

    def calls(self, endpoint: str, *, after: int = 0) -> tuple[Seen, ...]:
        """Return the portal's own calls to an endpoint behind a place in the journal."""
        return tuple(
            seen for seen in self.journal if seen.channel == "back" and seen.endpoint == endpoint and seen.seq > after
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the portal was to do by itself: whether it did, and what was seen, in two languages."""

    kept: bool
    fr: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything seen in one scenario.

    Attributes:
        attempts: every login, oldest first.
        findings: what the scenario itself looked at.
        armed: how many lies were armed.
        victim: the other person of the case, when there is one.
        probed: whether the portal has a who-am-I page; without one much less is known.
    """

    attempts: tuple[Attempt, ...] = ()
    findings: tuple[Finding, ...] = ()
    armed: int = 0
    victim: Somebody | None = None
    probed: bool = True

    def of(self, role: Role) -> tuple[Attempt, ...]:
        """Return the logins of one role."""
        return tuple(attempt for attempt in self.attempts if attempt.role is role)

    @property
    def told(self) -> tuple[Told, ...]:
        """Return the lies told in the case itself: once a login, and once for a login that was looked at twice."""
        told = ((seq, lie) for attempt in self.of(Role.TRIED) for seq, lie in attempt.first_told)
        return tuple({(seq, repr(lie.deviation)): lie for seq, lie in told}.values())
