"""What a card says it holds: its PKCS#15 directory, read from the other side (ISO 7816-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from virtual_card.files import MASTER, Path, path_of
from virtual_card.pkcs15 import DirectoryTag, PinFlag
from virtual_card.tlv import Tlv, TlvError, parse_padded

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE = 0x30
_OCTETS = 0x04
_INTEGER = 0x02
_TEXT = 0x0C
_TYPE_ATTRIBUTES = 0xA1
_LABEL = 0x80
_PIN_REFERENCE = 0x80
_AID = 0x4F
_APPLICATION_PATH = 0x51
_APPLICATION = 0x61


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """An application of EF.DIR: its identifier and the folder it lives in, when said."""

    aid: bytes
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEntry:
    """A certificate of the directory: label, identifier shared with its key, path of its file."""

    label: str
    identifier: bytes
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKeyEntry:
    """A private key of the directory: label, identifier shared with its certificate, reference in commands."""

    label: str
    identifier: bytes
    ref: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PinEntry:
    """A PIN of the directory: label, reference in commands, lengths; ``holders`` is false for one that unblocks."""

    label: str
    ref: int
    min_length: int
    max_length: int
    holders: bool


def applications(ef_dir: bytes) -> tuple[ApplicationEntry, ...]:
    """Read EF.DIR (ISO 7816-4 12.2.2.2); raises `TlvError`."""
    found = []
    for entry in parse_padded(ef_dir):
        aid, where = (entry.child(tag) for tag in (_AID, _APPLICATION_PATH))
        if entry.tag == _APPLICATION and aid:
            found.append(ApplicationEntry(aid=aid.value, path=_path(where.value) if where else None))
    return tuple(found)


def directories(odf: bytes) -> dict[DirectoryTag, tuple[Path, ...]]:
    """Read the object directory: which files list which kind of object; raises `TlvError`."""
    found: dict[DirectoryTag, tuple[Path, ...]] = {}
    for entry in parse_padded(odf):
        if entry.tag in set(DirectoryTag):
            kind = DirectoryTag(entry.tag)
            found[kind] = (*found.get(kind, ()), _path(_first(entry, _SEQUENCE, _OCTETS).value))
    return found


def token_label(token_info: bytes) -> str:
    """Read the token's label from TokenInfo; raises `TlvError`."""
    (info,) = parse_padded(token_info)[:1] or (Tlv(tag=0, value=b""),)
    label = info.child(_LABEL)
    return label.value.decode("utf-8", "replace").strip() if label else ""


def certificates(cdf: bytes) -> tuple[CertificateEntry, ...]:
    """Read a directory of certificates; raises `TlvError`."""
    return tuple(
        CertificateEntry(
            label=_label(one),
            identifier=_first(_part(one, 1), _OCTETS).value,
            path=_path(_first(one, _TYPE_ATTRIBUTES, _SEQUENCE, _SEQUENCE, _OCTETS).value),
        )
        for one in _entries(cdf)
    )


def private_keys(prkdf: bytes) -> tuple[PrivateKeyEntry, ...]:
    """Read a directory of private keys; raises `TlvError`."""
    return tuple(
        PrivateKeyEntry(
            label=_label(one),
            identifier=_first(_part(one, 1), _OCTETS).value,
            # PKCS#15 integers are signed, card references are one byte.
            ref=int.from_bytes(_first(_part(one, 1), _INTEGER).value, "big") & 0xFF,
        )
        for one in _entries(prkdf)
    )


def pins(aodf: bytes) -> tuple[PinEntry, ...]:
    """Read a directory of authentication objects; raises `TlvError`."""
    found = []
    for one in _entries(aodf):
        attributes = _first(one, _TYPE_ATTRIBUTES, _SEQUENCE)
        reference = attributes.child(_PIN_REFERENCE)
        lengths = [int.from_bytes(one.value, "big") for one in attributes.children() if one.tag == _INTEGER]
        found.append(
            PinEntry(
                label=_label(one),
                ref=reference.value[-1] if reference and reference.value else 0,
                min_length=lengths[0] if lengths else 0,
                # Minimum and stored length are there always, the maximum may be missing (ISO 7816-15 8.9.2).
                max_length=lengths[-1] if lengths else 0,
                holders=not _has_bit(_part(attributes, 0).value, PinFlag.UNBLOCKING),
            )
        )
    return tuple(found)


def _has_bit(bit_string: bytes, bit: int) -> bool:
    octet = 1 + bit // 8
    return octet < len(bit_string) and bool(bit_string[octet] & 0x80 >> bit % 8)


def _entries(directory: bytes) -> Iterator[Tlv]:
    return (one for one in parse_padded(directory) if one.tag == _SEQUENCE)


def _part(entry: Tlv, index: int) -> Tlv:
    parts = entry.children()
    if index >= len(parts):
        msg = "an entry of the card's directory is cut short"
        raise TlvError(msg)
    return parts[index]


def _first(entry: Tlv, *tags: int) -> Tlv:
    for tag in tags:
        inner = entry.child(tag)
        if inner is None:
            msg = f"an entry of the card's directory lacks tag {tag:02X}"
            raise TlvError(msg)
        entry = inner
    return entry


def _label(entry: Tlv) -> str:
    text = _part(entry, 0).child(_TEXT)
    return text.value.decode("utf-8", "replace") if text else ""


def _path(raw: bytes) -> Path:
    try:
        path = path_of(raw)
    except ValueError as problem:
        raise TlvError(str(problem)) from None
    return path


def absolute(path: Path, application: Path) -> Path:
    """Return a path of the directory from the master file down."""
    return path if path[:1] == (MASTER,) else (*application, *path)
