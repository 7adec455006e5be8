"""The file tree of a card: dedicated files (folders), elementary files, and how they describe themselves.

ISO 7816-4 7.2 (structures) and 7.4 (control information).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from virtual_card.access import PUBLIC, FileAccess, security_attributes
from virtual_card.tlv import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Path: TypeAlias = tuple[int, ...]
"""File identifiers from the master file down."""

MASTER = 0x3F00
MF: Path = (MASTER,)

_DF_DESCRIPTOR = b"\x38"
_TRANSPARENT_DESCRIPTOR = b"\x01"
_ACTIVATED = b"\x05"
_DF_ACL = bytes.fromhex("0300FF")


class Template(IntEnum):
    """What SELECT may answer, by the two bits of its P2 (ISO 7816-4 table 63)."""

    FCI = 0x6F
    FCP = 0x62


@dataclass(frozen=True, slots=True, kw_only=True)
class DedicatedFile:
    """A folder; ``names`` are the application identifiers it answers to, the first being its own."""

    path: Path
    names: tuple[bytes, ...] = ()

    def describe(self, template: Template = Template.FCP) -> bytes:
        """Return its control parameters (ISO 7816-4 7.4.3)."""
        body = encode(0x83, self.path[-1].to_bytes(2, "big"))
        body += encode(0x82, _DF_DESCRIPTOR) + encode(0x8A, _ACTIVATED) + security_attributes(_DF_ACL)
        if self.names:
            body += encode(0x84, self.names[0])
        return encode(template, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementaryFile:
    """A transparent file: bytes, and who may read or write them.

    ``sfi`` is its short identifier, 1 to 30, or None.
    """

    path: Path
    content: bytes = field(repr=False)
    access: FileAccess = PUBLIC
    sfi: int | None = None

    def describe(self, template: Template = Template.FCP) -> bytes:
        """Return its control parameters (ISO 7816-4 7.4.3)."""
        body = encode(0x80, len(self.content).to_bytes(2, "big")) + encode(0x82, _TRANSPARENT_DESCRIPTOR)
        body += encode(0x83, self.path[-1].to_bytes(2, "big")) + encode(0x8A, _ACTIVATED)
        return encode(template, body + security_attributes(self.access.acl))


Node: TypeAlias = DedicatedFile | ElementaryFile


@dataclass(frozen=True, slots=True)
class FileTree:
    """All files of a card, by path."""

    nodes: Mapping[Path, Node] = field(repr=False)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> FileTree:
        """Build the tree.

        Raises:
            ValueError: two files share a path, a file has no parent folder, or the master file is missing.
        """
        tree: dict[Path, Node] = {}
        for node in nodes:
            if node.path in tree:
                msg = f"two files at {show(node.path)}"
                raise ValueError(msg)
            tree[node.path] = node
        for path in tree:
            if not isinstance(tree.get(path[:-1] or MF), DedicatedFile) or path[0] != MASTER:
                msg = f"file {show(path)} stands in no folder"
                raise ValueError(msg)
        return cls(MappingProxyType(tree))

    def get(self, path: Path) -> Node | None:
        """Return the file at a path, or None."""
        return self.nodes.get(path)

    def named(self, prefix: bytes) -> DedicatedFile | None:
        """Return the first folder one of whose names begins so (ISO 7816-4 11.2.2, selection by DF name), or None."""
        folders = (node for node in self.nodes.values() if isinstance(node, DedicatedFile))
        return next((one for one in folders if prefix and any(name.startswith(prefix) for name in one.names)), None)

    def short(self, folder: Path, sfi: int) -> ElementaryFile | None:
        """Return the file with a short identifier in a folder, else in the master file, or None.

        Looking in the master file too is our choice: middleware reads the serial number from wherever it stands.
        """
        for parent in (folder, MF):
            for node in self.nodes.values():
                if isinstance(node, ElementaryFile) and node.sfi == sfi and node.path[:-1] == parent:
                    return node
        return None


def show(path: Path) -> str:
    """Return a path as people write it: ``3F00/0001/5031``."""
    return "/".join(f"{part:04X}" for part in path)


def path_of(raw: bytes) -> Path:
    """Read a path, two bytes a step.

    Raises:
        ValueError: an odd number of bytes.
    """
    if len(raw) % 2:
        msg = f"a path takes two bytes a step, not {len(raw)} bytes"
        raise ValueError(msg)
    return tuple(int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2))


def path_bytes(path: Path) -> bytes:
    """Return a path as bytes, two a step."""
    return b"".join(part.to_bytes(2, "big") for part in path)
