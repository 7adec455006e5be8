"""The CPS3 through its contacts: an IAS-ECC 1.0.1 card with one PKCS#15 application.

ATR, application identifier, file paths 3F00/2F00, 2F01, D003, D010, 0001/5031, 5032, D107, D120 and key references are
those of the sources of the library of the Agence du Numérique en Santé and of OpenSC (``card-iasecc.c``), and of a
public dump of a test card (OpenSC pull request 2217).  A PUK of eight digits and the dates in EF_ACTUA are inferred.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from virtual_card.access import Condition, FileAccess, KeyAccess, PinAccess, PinRef
from virtual_card.apdu import Ins
from virtual_card.files import MASTER, MF, DedicatedFile, ElementaryFile, FileTree, path_bytes
from virtual_card.operations import (
    Algorithm,
    get_challenge,
    internal_authenticate,
    manage_security_environment,
    perform_security_operation,
)
from virtual_card.pins import change, reset_retry_counter, verify
from virtual_card.pkcs15 import AlgorithmEntry, DataEntry, KeyEntry, Token, Usage, files_of
from virtual_card.sdo import get_data
from virtual_card.selection import read_binary, select, update_binary
from virtual_card.state import CommandSet, Image, KeyObject, PinObject
from virtual_card.tlv import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from virtual_card.files import Path
    from virtual_card.keys import PrivateKey
    from virtual_card.state import Handler

ATR = bytes.fromhex("3BAC00402A001225006480000310009000")
AID = bytes.fromhex("E828BD080F8025000001FF0010")
ISSUER = "8025000001"
"""Prefix under which the Agence du Numérique en Santé issues cards."""

APPLICATION = (MASTER, 0x0001)
EF_DIR = 0x2F00
EF_ATR = 0x2F01
EF_SERIAL = 0xD003
EF_ACTUA = 0xD010
SFI_SERIAL = 0x1C
SFI_ATR = 0x1D
SFI_DIR = 0x1E

KEY_SIGNATURE = 0x81
KEY_AUTHENTICATION = 0x82
PIN_TRIES = 3
PUK_TRIES = 10
PUK_USES = 100

_RSA = bytes.fromhex("2A864886F70D010101")
ALGORITHMS = (
    AlgorithmEntry(mechanism=0x220, operation=6, oid=bytes.fromhex("2B0E03021A"), ref=Algorithm.HASH_SHA1),
    AlgorithmEntry(mechanism=0x250, operation=6, oid=bytes.fromhex("608648016503040201"), ref=Algorithm.HASH_SHA256),
    AlgorithmEntry(mechanism=0x06, operation=1, oid=bytes.fromhex("2A864886F70D010105"), ref=Algorithm.SIGN_SHA1),
    AlgorithmEntry(mechanism=0x40, operation=1, oid=bytes.fromhex("2A864886F70D01010B"), ref=Algorithm.SIGN_SHA256),
    AlgorithmEntry(mechanism=0x01, operation=1, oid=_RSA, ref=Algorithm.AUTHENTICATE),
    AlgorithmEntry(mechanism=0x01, operation=5, oid=_RSA, ref=Algorithm.DECIPHER),
)

INSTRUCTIONS: Mapping[int, Handler] = MappingProxyType(
    {
        Ins.SELECT: select,
        Ins.READ_BINARY: read_binary,
        Ins.UPDATE_BINARY: update_binary,
        Ins.VERIFY: verify,
        Ins.CHANGE_REFERENCE_DATA: change,
        Ins.RESET_RETRY_COUNTER: reset_retry_counter,
        Ins.MANAGE_SECURITY_ENVIRONMENT: manage_security_environment,
        Ins.INTERNAL_AUTHENTICATE: internal_authenticate,
        Ins.PERFORM_SECURITY_OPERATION: perform_security_operation,
        Ins.GET_DATA: get_data,
        Ins.GET_CHALLENGE: get_challenge,
    }
)
COMMANDS = CommandSet(channels=MappingProxyType({0: INSTRUCTIONS}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What personalisation writes on a card, whatever its generation.

    Attributes:
        serial: eight digits.
        number: ten digits, the card number in the token label and in the certificates.
        since: start of validity.
        until: end of validity.
        authentication: key pair of the authentication certificate.
        signature: key pair of the signature certificate.
        authentication_certificate: DER.
        signature_certificate: DER.
        data: data objects, label -> value.
        technical: key pair of the technical certificate, on the contactless side only.
        technical_certificate: DER.
        pinless: laboratory flag: no secret on the card, everything allowed without one.
    """

    serial: str
    number: str
    since: datetime
    until: datetime
    authentication: PrivateKey
    signature: PrivateKey
    authentication_certificate: bytes = field(repr=False)
    signature_certificate: bytes = field(repr=False)
    data: Mapping[str, bytes] = field(repr=False)
    technical: PrivateKey | None = None
    technical_certificate: bytes = field(default=b"", repr=False)
    pinless: bool = False

    @property
    def holder_only(self) -> Condition:
        """Return the condition on what the PIN protects: none on a card without one."""
        return Condition.ALWAYS if self.pinless else Condition.HOLDER


DATA_FILES = {
    "CPS_ID_CARD": 0xD101,
    "CPS_NAME_PS": 0xD102,
    "CPS_LANG_PS": 0xD103,
    "CPS_INFO_PS": 0xD104,
    "CPS_DATA": 0xD107,
    **{f"CPS_ACTIVITY_{number:02d}_PS": 0xD11F + number for number in range(1, 17)},
}
"""File of each data object; D107 and D120 to D12F are known, the others are our choice."""


def image(contents: Contents) -> Image:
    """Return the image of a CPS3 for its contact interface."""
    keys = key_entries(contents, authentication=KEY_AUTHENTICATION, signature=KEY_SIGNATURE)
    pins = pin_objects(contents)
    token = Token(
        path=APPLICATION,
        label=f"CPS3v3-{contents.number}",
        # Middleware recognises the card by this name; it says who specified the layout, not who made this simulation.
        manufacturer="ASIP SANTE",
        updated=contents.since,
        algorithms=ALGORITHMS,
        keys=keys,
        data=data_entries(contents),
        pins=[(label, pin) for label, pin in zip(("Code porteur", "Code de deblocage"), pins.values(), strict=False)],
    )
    tree = FileTree.of([DedicatedFile(path=MF), *system_files(contents, AID, "CPX IAS"), *application(token, AID)])
    return Image(
        commands=COMMANDS,
        atr=ATR,
        files=tree,
        pins=pins,
        keys=key_objects(contents, keys, APPLICATION),
        challenge_seed=challenge_seed(contents),
    )


def challenge_seed(contents: Contents) -> bytes:
    """Return what the card's challenges are made from; it also tells one card from another."""
    return hashlib.sha256(f"SIMULATEUR {contents.serial}".encode()).digest()


def system_files(contents: Contents, aid: bytes, label: str, folder: Path = APPLICATION) -> tuple[ElementaryFile, ...]:
    """Return the files of the master file: applications, card capabilities, serial number, dates."""
    where = encode(0x51, path_bytes(folder))
    applications = encode(0x61, encode(0x4F, aid), encode(0x50, label.encode()), where)
    # The stray category byte in front is on real cards; OpenSC insists on tags 46 and E0.
    abilities = (
        b"\x80"
        + encode(0x43, b"\xb8")
        + encode(0x46, bytes.fromhex("04B0ECC1"))
        + encode(0x47, bytes.fromhex("940180"))
        + encode(0xE0, bytes.fromhex("020200FF020200FF0202010002020100"))
        + bytes.fromhex("82029000")
    )
    return (
        ElementaryFile(path=(MASTER, EF_DIR), content=applications, sfi=SFI_DIR),
        ElementaryFile(path=(MASTER, EF_ATR), content=abilities, sfi=SFI_ATR),
        ElementaryFile(path=(MASTER, EF_SERIAL), content=encode(0x5A, pan(contents.serial)), sfi=SFI_SERIAL),
        ElementaryFile(path=(MASTER, EF_ACTUA), content=validity_file(contents.since, contents.until)),
    )


def validity_file(since: datetime, until: datetime) -> bytes:
    """Return what EF_ACTUA holds: start and end of validity, in binary coded decimals; seconds included is inferred."""
    dates = (bytes.fromhex(date.strftime("%Y%m%d%H%M%S")) for date in (since, until))
    return encode(0xEC, *(encode(0x81 + i, date) for i, date in enumerate(dates)))


def application(token: Token, *names: bytes) -> tuple[DedicatedFile | ElementaryFile, ...]:
    """Return the PKCS#15 application: its folder and its files."""
    return (DedicatedFile(path=token.path, names=names), *files_of(token))


def pin_objects(contents: Contents) -> dict[int, PinObject]:
    """Return the PIN and the PUK, or nothing on a card without."""
    if contents.pinless:
        return {}
    access = PinAccess(reset=Condition.UNBLOCKER)
    pin = PinObject(ref=PinRef.PIN, tries=PIN_TRIES, min_length=4, max_length=4, access=access)
    protected = PinAccess(change=Condition.NEVER)
    puk = PinObject(
        ref=PinRef.PUK, tries=PUK_TRIES, min_length=8, max_length=8, access=protected, uses=PUK_USES
    )  # fmt: skip
    return {pin.ref: pin, puk.ref: puk}


def key_entries(contents: Contents, *, authentication: int, signature: int) -> tuple[KeyEntry, KeyEntry]:
    """Return the directory's entries of the two key pairs, signature first, as on a test card."""
    return (
        KeyEntry(
            label="CPS_PRIV_SIG",
            certificate_label="Certificat de Signature CPS",
            ref=signature,
            identifier=AID + b"\x01",
            usage=(Usage.NON_REPUDIATION,),
            public_usage=(Usage.VERIFY,),
            public=contents.signature.public,
            public_file=0xB001,
            certificate=contents.signature_certificate,
            certificate_file=0xC001,
        ),
        KeyEntry(
            label="CPS_PRIV_AUT",
            certificate_label="Certificat d'Authentification CPS",
            ref=authentication,
            identifier=AID + b"\x02",
            usage=(Usage.DECRYPT, Usage.SIGN),
            public_usage=(Usage.ENCRYPT, Usage.VERIFY),
            public=contents.authentication.public,
            public_file=0xB002,
            certificate=contents.authentication_certificate,
            certificate_file=0xC002,
        ),
    )


def key_objects(
    contents: Contents, entries: Sequence[KeyEntry], folder: tuple[int, ...] | None
) -> dict[int, KeyObject]:
    """Return the private keys behind the entries, with what each may be used for."""
    holder = contents.holder_only
    private = (contents.signature, contents.authentication)
    access = (KeyAccess(sign=holder), KeyAccess(authenticate=holder, decipher=holder))
    return {
        entry.ref: KeyObject(
            ref=entry.ref, label=entry.label, identifier=entry.identifier, private=key, access=rule, df=folder
        )
        for entry, key, rule in zip(entries, private, access, strict=True)
    }


def data_entries(contents: Contents) -> tuple[DataEntry, ...]:
    """Return the data objects; activities are for the holder only, ``CPS_DATA`` is the one that can be written."""
    entries = []
    for label, content in contents.data.items():
        private = label.startswith("CPS_ACTIVITY")
        access = FileAccess(
            read=contents.holder_only if private else Condition.ALWAYS,
            update=contents.holder_only if label == "CPS_DATA" else Condition.NEVER,
        )
        entries.append(DataEntry(label=label, file=DATA_FILES[label], content=content, access=access))
    return tuple(entries)


def pan(serial: str) -> bytes:
    """Return the ten bytes of EF.SN.ICC: issuer, serial, Luhn digit, filler."""
    digits = ISSUER + serial
    return bytes.fromhex(f"{digits}{luhn(digits)}F")


def luhn(digits: str) -> int:
    """Return the check digit to put behind digits (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - two digits are added up
    return -total % 10
