"""What a card is made of: what never changes, what survives a reset, and what a reset forgets.

Three values instead of one object turn "what does a reset forget?" into a question of types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from virtual_card.apdu import SW, CardError, Command, Response
from virtual_card.files import MF, ElementaryFile, FileTree, Path

if TYPE_CHECKING:
    from virtual_card.access import KeyAccess, PinAccess
    from virtual_card.keys import PrivateKey
    from virtual_card.sha_resume import Hash


class Crt(IntEnum):
    """Control reference templates: what a prepared operation is for (ISO 7816-4 table 65)."""

    AUTHENTICATION = 0xA4
    HASH = 0xAA
    SIGNATURE = 0xB6
    CONFIDENTIALITY = 0xB8


@dataclass(frozen=True, slots=True, kw_only=True)
class PinObject:
    """A PIN or PUK as personalised: its reference, how often one may be wrong, how long it is, who may do what.

    ``uses`` bounds the successful presentations over the card's life (public dump of a test card: 100 for the PUK);
    None means without bound.
    """

    ref: int
    tries: int
    min_length: int
    max_length: int
    access: PinAccess
    uses: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyObject:
    """A private key on the card; ``ref`` is how commands name it, ``df`` the folder it lives in (None: anywhere)."""

    ref: int
    label: str
    identifier: bytes
    private: PrivateKey = field(repr=False)
    access: KeyAccess
    df: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The card as personalised; never changes.

    ``challenge_seed`` feeds GET CHALLENGE: the numbers are predictable on purpose, so that a trace replays.
    """

    commands: CommandSet = field(repr=False)
    atr: bytes
    files: FileTree
    pins: Mapping[int, PinObject]
    keys: Mapping[int, KeyObject] = field(repr=False)
    challenge_seed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """A secret's value, the wrong presentations it can still take, and the uses left (None: without bound)."""

    value: bytes = field(repr=False)
    tries_left: int
    uses_left: int | None = None

    @property
    def blocked(self) -> bool:
        """Tell whether no presentation is accepted any more."""
        return self.tries_left <= 0 or self.uses_left == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What survives a reset and a power cut: secrets with their counters, files written to, challenges given."""

    pins: Mapping[int, PinState]
    written: Mapping[Path, bytes] = field(default_factory=dict, repr=False)
    challenges: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The algorithm and key that the next operation of a kind shall use."""

    algorithm: int | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A hash the card finished itself, waiting to be signed."""

    hash: Hash
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The beginning of a command that comes in parts; it may hold a PIN and is not shown."""

    header: tuple[int, int, int, int]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a reset forgets: where one stands, which secrets were verified, operations prepared, data half sent."""

    df: Path = MF
    ef: Path | None = None
    verified: frozenset[int] = frozenset()
    environment: Mapping[int, Choice] = field(default_factory=dict)
    digest: Digest | None = None
    chain: Chain | None = None
    pending: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card: its image, its memory and its session."""

    image: Image
    memory: Memory
    session: Session = field(default_factory=Session)

    def content(self, file: ElementaryFile) -> bytes:
        """Return what a file holds now."""
        return self.memory.written.get(file.path, file.content)

    def at(self, **session: object) -> Card:
        """Return the card with fields of its session changed."""
        return replace(self, session=replace(self.session, **session))  # type: ignore[arg-type]  # checked by replace

    def remembering(self, **memory: object) -> Card:
        """Return the card with fields of its memory changed."""
        return replace(self, memory=replace(self.memory, **memory))  # type: ignore[arg-type]  # checked by replace


Handler: TypeAlias = Callable[[Card, Command], tuple[Card, Response]]
"""One instruction: pure; raises `CardError` for a refusal that changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSet:
    """The instructions a card knows, by logical channel; a channel that is not there is not supported."""

    channels: Mapping[int, Mapping[int, Handler]] = field(repr=False)

    def handler(self, command: Command) -> Handler:
        """Return what answers a command.

        Raises:
            CardError: CHANNEL_NOT_SUPPORTED or INSTRUCTION_NOT_SUPPORTED.
        """
        table = self.channels.get(command.channel)
        if table is None:
            raise CardError(SW.CHANNEL_NOT_SUPPORTED)
        found = table.get(command.ins)
        if found is None:
            raise CardError(SW.INSTRUCTION_NOT_SUPPORTED)
        return found
