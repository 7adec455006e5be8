"""The identity card of a scenario: a frozen value that is also the decorator of the function that plays it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from conformance.clauses import Clause, find_clause
from mock_idp.artefacts import ISSUER_WIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.miniatures.defects import Defect
    from conformance.outcome import Expected
    from mock_idp.deviations import Deviation

MARK: Final = "scenario"
ATTRIBUTE: Final = "__scenario__"
_ID: Final = re.compile(r"[a-z]+(\.[a-z0-9_]+)+")
_TEXTS: Final = ("title_fr", "title_en", "mend_fr", "mend_en")

PlayT = TypeVar("PlayT", bound="Callable[..., None]")


class Need(StrEnum):
    """What a portal must have for a scenario to make sense; the descriptor says what it has."""

    BACKCHANNEL = "backchannel"
    CIBA = "ciba"
    CLAIMS = "claims"
    CLOCK = "clock"
    COOKIES = "cookies"
    FRONTCHANNEL = "frontchannel"
    HOME = "home"
    HOPS = "hops"
    LOGOUT = "logout"
    MTLS = "mtls"
    PARALLEL = "parallel"
    REFRESH = "refresh"
    RESET = "reset"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One case.  How serious a failure is stands in no scenario: the profile decides.

    Attributes:
        id: dotted name, never renamed and never given to another case.
        clause: key of the clause it stands on.
        title_fr: what happens, in French.
        title_en: the same in English.
        mend_fr: how a portal is mended, in French.
        mend_en: the same in English.
        expected: what the portal should do.
        deviations: the lies; ``{victim.sub}`` and the like are filled in when the people are drawn.
        caught_by: the miniature portal that has exactly the defect this scenario looks for.
        persona: key of the persona that the person who logs in is made after.
        needs: what the portal must have.
        alone: whether it must run alone although it tells no lie of the issuer: it moves a clock, or changes the keys.
        why_fr: why this matters with Pro Santé Connect, in French; empty where the clause says it all.
        why_en: the same in English.

    Raises:
        ValueError: the id has not the shape of one, or a text is empty.
        ClauseError: the clause is unknown.
    """

    id: str
    clause: str
    title_fr: str
    title_en: str
    mend_fr: str
    mend_en: str
    expected: Expected
    caught_by: Defect
    deviations: tuple[Deviation, ...] = ()
    persona: str = "medecin-liberal"
    needs: frozenset[Need] = frozenset()
    alone: bool = False
    why_fr: str = ""
    why_en: str = ""

    def __post_init__(self) -> None:
        """Refuse a card that says too little."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id: {self.id!r} is no dotted name such as 'idt.iss.wrong'")
        for name in _TEXTS:
            if not getattr(self, name).strip():
                raise ValueError(f"{self.id}: {name} is empty; write a sentence")
        if bool(self.why_fr) != bool(self.why_en):
            raise ValueError(f"{self.id}: why_fr and why_en go together; write both, or neither")
        find_clause(self.clause)

    def __call__(self, play: PlayT) -> PlayT:
        """Pin the card to the function that plays it."""
        setattr(play, ATTRIBUTE, self)
        marked: PlayT = getattr(pytest.mark, MARK).with_args(self)(play)
        return marked

    @property
    def demand(self) -> Clause:
        """Return the clause itself."""
        return find_clause(self.clause)

    @property
    def family(self) -> str:
        """Return the first part of the id."""
        return self.id.partition(".")[0]

    @property
    def issuer_wide(self) -> bool:
        """Tell whether what it does holds for every login at the provider, so that it must run alone."""
        return self.alone or any(deviation.seam in ISSUER_WIDE for deviation in self.deviations)

    def title(self, language: str) -> str:
        """Return the title, in ``fr`` or ``en``."""
        return self.title_en if language == "en" else self.title_fr

    def why(self, language: str) -> str:
        """Return why this matters with Pro Santé Connect, in ``fr`` or ``en``, or nothing."""
        return self.why_en if language == "en" else self.why_fr

    def mend(self, language: str) -> str:
        """Return how to mend a portal, in ``fr`` or ``en``."""
        return self.mend_en if language == "en" else self.mend_fr


def card_of(play: Callable[..., object]) -> Scenario | None:
    """Return the card of a function, or None when it plays no scenario."""
    found = getattr(play, ATTRIBUTE, None)
    return found if isinstance(found, Scenario) else None
