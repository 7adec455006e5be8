"""The directory a card keeps of its own objects, as middleware reads it (ISO 7816-15, PKCS#15 1.1).

File identifiers below the directory files, labels of certificates and PIN lengths are our choices: OpenSC and the
library of the Agence du Numérique en Santé accept them; no dump of a real card was available.  Key references, key
labels, algorithms and token flags are those of a public dump of a test card (OpenSC pull request 2217).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from virtual_card.access import PUBLIC, Condition, FileAccess
from virtual_card.files import ElementaryFile, Path, path_bytes
from virtual_card.tlv import encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from virtual_card.state import PinObject


class Fid(IntEnum):
    """Files of the application."""

    OBJECT_DIRECTORY = 0x5031
    TOKEN_INFO = 0x5032
    AUTHENTICATION_OBJECTS = 0x7000
    PRIVATE_KEYS = 0x7001
    PUBLIC_KEYS = 0x7002
    CERTIFICATES = 0x7004
    DATA_OBJECTS = 0x7005


class DirectoryTag(IntEnum):
    """What a directory file lists (ISO 7816-15 8.3, PKCS15Objects)."""

    PRIVATE_KEYS = 0xA0
    PUBLIC_KEYS = 0xA1
    CERTIFICATES = 0xA4
    DATA_OBJECTS = 0xA7
    AUTHENTICATION_OBJECTS = 0xA8


class Usage(IntEnum):
    """Bits of KeyUsageFlags (ISO 7816-15 8.4.3)."""

    ENCRYPT = 0
    DECRYPT = 1
    SIGN = 2
    VERIFY = 6
    NON_REPUDIATION = 9


class PinFlag(IntEnum):
    """Bits of PasswordFlags (ISO 7816-15 8.9.2)."""

    INITIALIZED = 4
    UNBLOCKING = 6
    SECURITY_OFFICER = 7


class CommonFlag(IntEnum):
    """Bits of CommonObjectFlags (ISO 7816-15 8.2.1)."""

    PRIVATE = 0
    MODIFIABLE = 1


_SENSITIVE_NEVER_EXTRACTABLE = (0, 2, 3)
_PUBLIC_EXTRACTABLE = (1,)
_TOKEN_READ_ONLY = 0
_TOKEN_LOGIN_REQUIRED = 1
_ASCII_NUMERIC = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A private key with its public half and its certificate, as the directory lists them."""

    label: str
    certificate_label: str
    ref: int
    identifier: bytes
    usage: tuple[Usage, ...]
    public_usage: tuple[Usage, ...]
    public: RSAPublicKey
    public_file: int
    certificate: bytes = field(repr=False)
    certificate_file: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataEntry:
    """A data object of the application."""

    label: str
    file: int
    content: bytes = field(repr=False)
    access: FileAccess = PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmEntry:
    """A supported algorithm: PKCS#11 mechanism, operation bit, object identifier (DER value) and card reference."""

    mechanism: int
    operation: int
    oid: bytes
    ref: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The application as its directory describes it; without ``pins``, no login is asked for."""

    path: Path
    label: str
    manufacturer: str
    updated: datetime
    algorithms: Sequence[AlgorithmEntry]
    keys: Sequence[KeyEntry]
    data: Sequence[DataEntry]
    pins: Sequence[tuple[str, PinObject]]


def files_of(token: Token) -> tuple[ElementaryFile, ...]:
    """Return the files of the application: directories, public keys, certificates, data objects."""
    directories = {
        DirectoryTag.PRIVATE_KEYS: (Fid.PRIVATE_KEYS, b"".join(_private_key(token, key) for key in token.keys)),
        DirectoryTag.PUBLIC_KEYS: (Fid.PUBLIC_KEYS, b"".join(map(_public_key, token.keys))),
        DirectoryTag.CERTIFICATES: (Fid.CERTIFICATES, b"".join(map(_certificate, token.keys))),
        DirectoryTag.DATA_OBJECTS: (Fid.DATA_OBJECTS, b"".join(map(_data_object, token.data))),
    }
    if token.pins:
        pins = b"".join(_pin(label, pin) for label, pin in token.pins)
        directories = {DirectoryTag.AUTHENTICATION_OBJECTS: (Fid.AUTHENTICATION_OBJECTS, pins), **directories}
    root = b"".join(encode(tag, _path(file)) for tag, (file, _) in directories.items())
    plain: list[tuple[int, bytes]] = [
        (Fid.OBJECT_DIRECTORY, root),
        (Fid.TOKEN_INFO, _token_info(token)),
        *directories.values(),
    ]
    for key in token.keys:
        numbers = key.public.public_numbers()
        plain += [
            (key.public_file, _sequence(_integer(numbers.n), _integer(numbers.e))),
            (key.certificate_file, key.certificate),
        ]
    made = [ElementaryFile(path=(*token.path, file), content=content) for file, content in plain]
    made += [ElementaryFile(path=(*token.path, one.file), content=one.content, access=one.access) for one in token.data]
    return tuple(made)


def _token_info(token: Token) -> bytes:
    flags = (_TOKEN_READ_ONLY, _TOKEN_LOGIN_REQUIRED) if token.pins else (_TOKEN_READ_ONLY,)
    algorithms = (
        _sequence(
            _integer(number),
            _integer(one.mechanism),
            encode(0x05),
            _bits(one.operation),
            encode(0x06, one.oid),
            _integer(one.ref),
        )
        for number, one in enumerate(token.algorithms, 1)
    )
    return _sequence(
        _integer(0),
        _octets(b""),
        _text(token.manufacturer),
        encode(0x80, token.label.encode()),
        _bits(*flags),
        encode(0xA2, *algorithms),
        encode(0x85, token.updated.strftime("%Y%m%d%H%M%SZ").encode()),
    )


def _pin(label: str, pin: PinObject) -> bytes:
    # The PIN names the PUK as what protects it (OpenSC unblocks through it); the PUK is unblocking PIN and security
    # officer's PIN at once, else the library of the Agence refuses to log the officer in.
    unblocked_by = [ref for ref in (2,) if pin.access.reset is Condition.UNBLOCKER]
    flags = (PinFlag.INITIALIZED,) if unblocked_by else tuple(PinFlag)
    common = _sequence(
        _text(label),
        _bits(CommonFlag.PRIVATE, CommonFlag.MODIFIABLE),
        b"".join(_octets(bytes([ref])) for ref in unblocked_by),
    )
    attributes = _sequence(
        _bits(*flags),
        encode(0x0A, _ASCII_NUMERIC),
        _integer(pin.min_length),
        _integer(pin.max_length),
        _integer(pin.max_length),
        encode(0x80, bytes([pin.ref])),
        _octets(b"\xff"),
        _path(0x3F00),
    )
    return _sequence(common, _sequence(_octets(bytes([pin.ref]))), encode(0xA1, attributes))


def _private_key(token: Token, key: KeyEntry) -> bytes:
    protection = [_bits(CommonFlag.PRIVATE), _octets(bytes([token.pins[0][1].ref]))] if token.pins else [_bits()]
    common = _sequence(_text(key.label), *protection)
    value = _sequence(_sequence(_octets(b"")), _integer(key.public.key_size))
    return _sequence(common, _key_attributes(key, key.usage, _SENSITIVE_NEVER_EXTRACTABLE), encode(0xA1, value))


def _public_key(key: KeyEntry) -> bytes:
    common = _sequence(_text(key.label.replace("PRIV", "PUB")), _bits())
    value = _sequence(_path(key.public_file), _integer(key.public.key_size))
    return _sequence(common, _key_attributes(key, key.public_usage, _PUBLIC_EXTRACTABLE), encode(0xA1, value))


def _key_attributes(key: KeyEntry, usage: tuple[Usage, ...], access: tuple[int, ...]) -> bytes:
    return _sequence(_octets(key.identifier), _bits(*usage), _bits(*access), _integer(key.ref))


def _certificate(key: KeyEntry) -> bytes:
    common = _sequence(_text(key.certificate_label), _bits())
    return _sequence(common, _sequence(_octets(key.identifier)), encode(0xA1, _sequence(_path(key.certificate_file))))


def _data_object(one: DataEntry) -> bytes:
    flags = [CommonFlag.PRIVATE] if one.access.read is not Condition.ALWAYS else []
    flags += [CommonFlag.MODIFIABLE] if one.access.update is not Condition.NEVER else []
    protected = _octets(b"\x01") if CommonFlag.PRIVATE in flags else b""
    common = _sequence(_text(one.label), _bits(*flags), protected)
    return _sequence(common, _sequence(_text("CPS")), encode(0xA1, _path(one.file)))


def _sequence(*values: bytes) -> bytes:
    return encode(0x30, *values)


def _octets(value: bytes) -> bytes:
    return encode(0x04, value)


def _text(value: str) -> bytes:
    return encode(0x0C, value.encode())


def _integer(value: int) -> bytes:
    return encode(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _path(*path: int) -> bytes:
    return _sequence(_octets(path_bytes(path)))


def _bits(*on: int) -> bytes:
    count = max(on) + 1 if on else 0
    field_ = bytearray((count + 7) // 8)
    for bit in on:
        field_[bit // 8] |= 0x80 >> bit % 8
    return encode(0x03, bytes([-count % 8]) + bytes(field_))
