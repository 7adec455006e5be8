"""Moving about the card and reading it: SELECT, READ BINARY, UPDATE BINARY (ISO 7816-4 11.2, 11.3)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from virtual_card.access import satisfied
from virtual_card.apdu import ALL_SHORT, SW, CardError, Command, Response
from virtual_card.files import MASTER, MF, DedicatedFile, ElementaryFile, Node, Path, Template, path_of

if TYPE_CHECKING:
    from virtual_card.state import Card


class How(IntEnum):
    """P1 of SELECT (ISO 7816-4 table 62)."""

    BY_ID = 0x00
    CHILD_DF = 0x01
    CHILD_EF = 0x02
    PARENT = 0x03
    BY_NAME = 0x04
    PATH_FROM_MF = 0x08
    PATH_FROM_DF = 0x09


class Answer(IntEnum):
    """Bits 4 and 3 of P2 of SELECT (ISO 7816-4 table 63)."""

    FCI = 0x00
    FCP = 0x04
    FMD = 0x08
    NOTHING = 0x0C


_ANSWER_BITS = 0x0C
_OCCURRENCE_BITS = 0x03
_SFI_FLAG = 0x80
_SFI_BITS = 0x1F
_TEMPLATES = {Answer.FCI: Template.FCI, Answer.FCP: Template.FCP}


def select(card: Card, command: Command) -> tuple[Card, Response]:
    """Make a file current (ISO 7816-4 11.2.2); a refused selection leaves the current file as it was."""
    answer = Answer(command.p2 & _ANSWER_BITS)
    # One file at most bears a name here, so "next occurrence" finds none; other bits of P2 mean nothing.
    if command.p2 & ~(_ANSWER_BITS | _OCCURRENCE_BITS) or answer is Answer.FMD:
        raise CardError(SW.WRONG_P1_P2)
    if command.p2 & _OCCURRENCE_BITS:
        raise CardError(SW.FILE_NOT_FOUND)
    node = _find(card, command)
    if isinstance(node, DedicatedFile):
        moved = card.at(df=node.path, ef=None)
    else:
        moved = card.at(df=node.path[:-1], ef=node.path)
    data = b"" if answer is Answer.NOTHING else node.describe(_TEMPLATES[answer])
    return moved, Response(data=data)


def _find(card: Card, command: Command) -> Node:
    if command.p1 == How.BY_NAME:
        named = card.image.files.named(command.data)
        if named is None:
            raise CardError(SW.FILE_NOT_FOUND)
        return named
    for path in _candidates(card.session.df, command):
        node = card.image.files.get(path)
        if node is not None:
            return node
    raise CardError(SW.FILE_NOT_FOUND)


def _candidates(here: Path, command: Command) -> tuple[Path, ...]:
    try:
        wanted = path_of(command.data)
    except ValueError:
        raise CardError(SW.WRONG_LENGTH) from None
    if command.p1 not in set(How):
        raise CardError(SW.WRONG_P1_P2)
    how = How(command.p1)
    # Only "the master file" and "the parent" go without saying which file.
    if bool(wanted) is (how is How.PARENT) and not (how is How.BY_ID and not wanted):
        raise CardError(SW.WRONG_LENGTH)
    if wanted[:1] == MF:
        # The CPS takes a full path where ISO 7816-4 leaves the master file out, and OpenSC selects the master file as
        # if it were an elementary file.
        return (wanted,)
    return {
        How.BY_ID: ((*here, *wanted), (MASTER, *wanted)) if wanted else (MF,),
        How.PARENT: (here[:-1] or MF,),
        How.PATH_FROM_MF: ((MASTER, *wanted),),
        How.PATH_FROM_DF: ((*here, *wanted),),
    }.get(how, ((*here, *wanted), (MASTER, *wanted)))


def read_binary(card: Card, command: Command) -> tuple[Card, Response]:
    """Read bytes of the current file, or of one named by its short identifier (ISO 7816-4 11.3.3).

    A read that passes the end gives what there is: middleware asks for more than is left.
    """
    card, file, offset = _target(card, command)
    if not satisfied(file.access.read, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    content = card.content(file)
    if offset > len(content):
        raise CardError(SW.WRONG_OFFSET)
    return card, Response(data=content[offset : offset + (command.le or ALL_SHORT)])


def update_binary(card: Card, command: Command) -> tuple[Card, Response]:
    """Write bytes over those of a file, whose size stays what it is (ISO 7816-4 11.3.5)."""
    card, file, offset = _target(card, command)
    if not satisfied(file.access.update, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)
    if not command.data:
        raise CardError(SW.WRONG_LENGTH)
    content = card.content(file)
    if offset + len(command.data) > len(content):
        raise CardError(SW.NOT_ENOUGH_MEMORY)
    new = content[:offset] + command.data + content[offset + len(command.data) :]
    return card.remembering(written={**card.memory.written, file.path: new}), Response()


def _target(card: Card, command: Command) -> tuple[Card, ElementaryFile, int]:
    if command.p1 & _SFI_FLAG:
        if command.p1 & ~(_SFI_FLAG | _SFI_BITS):
            raise CardError(SW.WRONG_P1_P2)
        file = card.image.files.short(card.session.df, command.p1 & _SFI_BITS)
        if file is None:
            raise CardError(SW.FILE_NOT_FOUND)
        return card.at(df=file.path[:-1], ef=file.path), file, command.p2
    if card.session.ef is None:
        raise CardError(SW.NO_CURRENT_EF)
    node = card.image.files.get(card.session.ef)
    if not isinstance(node, ElementaryFile):
        raise CardError(SW.NO_CURRENT_EF)
    return card, node, command.p1 << 8 | command.p2
