"""The reader's side: what software at a practitioner's desk does with a card, simulated or real.

It needs only a way to send commands, knows no file or key by heart beyond what ISO 7816-15 fixes, and tells the
authentication certificate from the signature certificate by key usage, never by identifier or place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from virtual_card import pkcs15_view as view
from virtual_card.apdu import SW, Command, Ins, Response
from virtual_card.desk_errors import (
    CardNotUnderstood,
    CardRefused,
    DeskError,
    PinBlocked,
    PinMalformed,
    PinRefused,
    PinRequired,
)
from virtual_card.dialect import Dialect, recognise
from virtual_card.exchange import exchange
from virtual_card.files import MASTER, Path
from virtual_card.keys import digest_info
from virtual_card.pkcs15 import DirectoryTag, Fid
from virtual_card.sha_resume import Hash
from virtual_card.tlv import TlvError, parse_all, parse_padded

if TYPE_CHECKING:
    from collections.abc import Callable

    from virtual_card.desk_errors import Part, Step

__all__ = [
    "CardCertificate",
    "CardIdentity",
    "CardNotUnderstood",
    "CardRefused",
    "Desk",
    "DeskError",
    "PinBlocked",
    "PinMalformed",
    "PinRefused",
    "PinRequired",
    "Proof",
    "Transmitter",
]

_EF_DIR: Path = (MASTER, 0x2F00)
_EF_SERIAL: Path = (MASTER, 0xD003)
_APPLICATION: Path = (MASTER, 0x0001)
_CPS_ISSUER = bytes.fromhex("8025000001")
_PAN = 0x5A
_SERIAL_DIGITS = slice(10, 18)
_SIZE = 0x80
_CHUNK = 0xE7
_MOST_BYTES = 0x8000

_T = TypeVar("_T")


class Transmitter(Protocol):
    """Anything that carries commands to a card; `virtual_card.reader.Reader` is one."""

    def transmit(self, raw: bytes) -> bytes:
        """Send a command and return the answer, status word included."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CardIdentity:
    """Whose card it is, as its authentication certificate, serial number and token information say."""

    idnat: str
    given_name: str
    family_name: str
    title: str
    serial: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCertificate:
    """A certificate on the card, and the reference of its private key (None when the card lists none)."""

    label: str
    der: bytes = field(repr=False)
    key_ref: int | None
    authenticates: bool
    """For proving who one is: digitalSignature without nonRepudiation (RFC 5280 4.2.1.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the desk shows for a challenge: the certificate (DER), and the card's signature over the challenge.

    The signature is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2).
    """

    certificate_der: bytes = field(repr=False)
    signature: bytes = field(repr=False)


class Desk:
    """Software in front of a reader.

    Every method may raise `DeskError`, or what the reader raises (`virtual_card.reader.ReaderEmpty`).  Nothing is
    remembered from one call to the next: the card may have been exchanged meanwhile.
    """

    def __init__(self, reader: Transmitter) -> None:
        self._reader = reader

    def read_identity(self) -> CardIdentity:
        """Read whose card it is; no PIN needed."""
        visit = _Visit(self._reader)
        subject = _certificate(visit.authentication().der).subject
        return CardIdentity(
            idnat=_attribute(subject, NameOID.COMMON_NAME),
            given_name=_attribute(subject, NameOID.GIVEN_NAME),
            family_name=_attribute(subject, NameOID.SURNAME),
            title=_attribute(subject, NameOID.TITLE),
            serial=visit.serial(),
            label=visit.understand("token information", view.token_label, (*visit.application, Fid.TOKEN_INFO)),
        )

    def certificates(self) -> tuple[CardCertificate, ...]:
        """Read all certificates, with the references of their keys; no PIN needed."""
        return _Visit(self._reader).certificates()

    def tries_left(self) -> int | None:
        """Ask how many wrong PINs are left: 0 when blocked, None when there is no PIN or the card does not tell."""
        visit = _Visit(self._reader)
        pin = visit.pin()
        return visit.dialect.tries(visit.ask, pin.ref) if pin else None

    def verify_pin(self, pin: str) -> None:
        """Present the PIN; it stays verified until the card is reset or taken out.

        A PIN that has not the right number of digits is not sent.  A card without a PIN accepts any.

        Raises:
            PinMalformed: not digits, or not as many as the card's directory says.
            PinRefused: wrong; says how many tries are left.
            PinBlocked: wrong too often, now or before.
        """
        visit = _Visit(self._reader)
        wanted = visit.pin()
        if wanted is None:
            return
        if not (pin.isascii() and pin.isdigit() and wanted.min_length <= len(pin) <= wanted.max_length):
            raise PinMalformed(wanted.min_length, wanted.max_length)
        command = Command(cla=visit.dialect.cla, ins=Ins.VERIFY, p2=wanted.ref, data=pin.encode())
        sw = visit.ask(command).sw
        if sw in {SW.AUTHENTICATION_METHOD_BLOCKED, SW.TRIES_LEFT}:
            raise PinBlocked
        if sw & ~0x0F == SW.TRIES_LEFT:
            raise PinRefused(sw & 0x0F)
        if sw != SW.OK:
            raise CardRefused("verify the PIN", sw)

    def authenticate(self, challenge: bytes) -> Proof:
        """Have the card sign a challenge with its authentication key, after `verify_pin`.

        Raises:
            PinRequired: the PIN was not verified since the card was put in.
        """
        visit = _Visit(self._reader)
        certificate = visit.authentication()
        if certificate.key_ref is None:
            raise CardNotUnderstood("list of private keys")
        visit.select(visit.application)
        content = digest_info(Hash.SHA256, hashlib.sha256(challenge).digest())
        signature = b""
        for command in visit.dialect.prove(certificate.key_ref, content):
            answer = visit.ask(command)
            if answer.sw == SW.SECURITY_STATUS_NOT_SATISFIED:
                raise PinRequired
            signature = _data(answer, "sign the challenge")
        return Proof(certificate_der=certificate.der, signature=signature)


class _Visit:
    """One look at the card in the reader, from finding out what it is."""

    def __init__(self, reader: Transmitter) -> None:
        self._reader = reader
        self.dialect: Dialect = recognise(self.ask)
        self.application = self._find_application()

    def ask(self, command: Command) -> Response:
        return Response.parse(exchange(self._reader.transmit, command.render()))

    def select(self, path: Path) -> int | None:
        """Select a file and return its size, when the card tells."""
        description = _data(self.ask(self.dialect.select(path)), "select a file")
        try:
            (template,) = parse_all(description)
            size = template.child(_SIZE)
        except (TlvError, ValueError):
            return None
        return int.from_bytes(size.value, "big") if size else None

    def read(self, path: Path) -> bytes:
        size = self.select(path)
        wanted = _MOST_BYTES if size is None else min(size, _MOST_BYTES)
        found = b""
        while len(found) < wanted:
            le = min(_CHUNK, wanted - len(found))
            high, low = divmod(len(found), 0x100)
            answer = self.ask(Command(cla=self.dialect.cla, ins=Ins.READ_BINARY, p1=high, p2=low, le=le))
            if answer.sw == SW.WRONG_OFFSET and found:
                break
            part = _data(answer, "read a file")
            if not part:
                break
            found += part
        return found

    def understand(self, what: Part, reading: Callable[[bytes], _T], path: Path) -> _T:
        """Read a file and make sense of it."""
        try:
            return reading(self.read(path))
        except TlvError:
            raise CardNotUnderstood(what) from None

    def serial(self) -> str:
        for one in self.understand("serial number", parse_padded, _EF_SERIAL):
            if one.tag == _PAN:
                return one.value.hex()[_SERIAL_DIGITS]
        raise CardNotUnderstood("serial number")

    def pin(self) -> view.PinEntry | None:
        """Return the holder's PIN as the card lists it, which is the one that unblocks nothing."""
        return next((one for one in self.listed(DirectoryTag.AUTHENTICATION_OBJECTS, view.pins) if one.holders), None)

    def listed(self, kind: DirectoryTag, reading: Callable[[bytes], tuple[_T, ...]]) -> tuple[_T, ...]:
        """Return all entries the card lists of a kind."""
        directory = (*self.application, Fid.OBJECT_DIRECTORY)
        found: tuple[_T, ...] = ()
        for path in self.understand("object directory", view.directories, directory).get(kind, ()):
            found += self.understand("object directory", reading, view.absolute(path, self.application))
        return found

    def certificates(self) -> tuple[CardCertificate, ...]:
        keys = {one.identifier: one.ref for one in self.listed(DirectoryTag.PRIVATE_KEYS, view.private_keys)}
        found = []
        for entry in self.listed(DirectoryTag.CERTIFICATES, view.certificates):
            der = self.read(view.absolute(entry.path, self.application))
            key = keys.get(entry.identifier)
            found.append(CardCertificate(label=entry.label, der=der, key_ref=key, authenticates=_authenticates(der)))
        return tuple(found)

    def authentication(self) -> CardCertificate:
        for one in self.certificates():
            if one.authenticates:
                return one
        raise CardNotUnderstood("authentication certificate")

    def _find_application(self) -> Path:
        for one in self.understand("list of applications", view.applications, _EF_DIR):
            if _CPS_ISSUER in one.aid or one.path is not None:
                return one.path or _APPLICATION
        raise CardNotUnderstood("list of applications")


def _data(answer: Response, step: Step) -> bytes:
    if not answer.ok:
        raise CardRefused(step, answer.sw)
    return answer.data


def _certificate(der: bytes) -> x509.Certificate:
    try:
        # A real card's file may be longer than the certificate in it.
        return x509.load_der_x509_certificate(parse_padded(der)[0].raw)
    except (ValueError, IndexError):
        raise CardNotUnderstood("certificate") from None


def _authenticates(der: bytes) -> bool:
    try:
        usage = _certificate(der).extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and not usage.content_commitment


def _attribute(name: x509.Name, oid: ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
