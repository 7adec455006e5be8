"""The CPS4 through its contacts: the ChipDoc application on logical channel 1, with RSA-PSS.

ATR, application identifiers, the class byte 01, key reference 20 and the sequences of MSE, PSO and unblocking are those
that the library of the Agence du Numérique en Santé sends (version 5.2); with that library, the card was seen to work.
Our choices: the signature key's reference, files and labels (the CPS3's), and what logical channel 0 does, which for
software of the CPS3's time answers SELECT, READ, PIN and data commands, but has no key.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from virtual_card.access import REFERENCE_LOCAL, KeyAccess
from virtual_card.apdu import SW, CardError, Command, Ins, Response
from virtual_card.files import MF, DedicatedFile, FileTree
from virtual_card.keys import digest_info, unpad_signature
from virtual_card.operations import (
    Pso,
    choose,
    chosen_key,
    control_references,
    demand,
    draw,
    get_challenge,
    manage_security_environment,
)
from virtual_card.pins import change_or_set, reset_retry_counter, verify
from virtual_card.pkcs15 import Token
from virtual_card.profiles.cps3 import (
    AID,
    ALGORITHMS,
    APPLICATION,
    Contents,
    application,
    challenge_seed,
    data_entries,
    key_entries,
    pin_objects,
    system_files,
)
from virtual_card.sdo import get_data
from virtual_card.selection import read_binary, select, update_binary
from virtual_card.sha_resume import Hash
from virtual_card.state import Choice, CommandSet, Crt, Image, KeyObject

if TYPE_CHECKING:
    from virtual_card.state import Card, Handler

ATR = bytes.fromhex("3B9B188001001225006480040100009044")
CHIPDOC = bytes.fromhex("8025000001FF0100")
CPS2TER = bytes.fromhex("8025000001FF0002")
ISSUER_DOMAIN = bytes.fromhex("A0000001510000")
KEY_AUTHENTICATION = 0x20
KEY_SIGNATURE = 0x10

_MSE_SET_FOR_SIGNATURE = 0x81
_ALGORITHM_AND_KEY_TAG = 0x91
_ALGORITHM_AT, _KEY_AT, _REFERENCE_BYTES = 0, 1, 2


class Algorithm(IntEnum):
    """Algorithm references of PSO COMPUTE DIGITAL SIGNATURE on a CPS4."""

    PKCS1_SHA1 = 0x0A
    PSS_SHA1 = 0x15
    PKCS1_SHA256 = 0x28
    PSS_SHA256 = 0x2C


_HASH_OF = {
    Algorithm.PKCS1_SHA1: Hash.SHA1,
    Algorithm.PSS_SHA1: Hash.SHA1,
    Algorithm.PKCS1_SHA256: Hash.SHA256,
    Algorithm.PSS_SHA256: Hash.SHA256,
}
_PSS = frozenset({Algorithm.PSS_SHA1, Algorithm.PSS_SHA256})


def set_environment(card: Card, command: Command) -> tuple[Card, Response]:
    """Say which algorithm and key sign next: ``91 {algorithm, key with bit 80}``; other uses go as on a CPS3."""
    if (command.p1, command.p2) != (_MSE_SET_FOR_SIGNATURE, Crt.SIGNATURE):
        return manage_security_environment(card, command)
    for one in control_references(command.data):
        if one.tag == _ALGORITHM_AND_KEY_TAG and len(one.value) == _REFERENCE_BYTES:
            key = one.value[_KEY_AT] & ~REFERENCE_LOCAL
            return choose(card, Crt.SIGNATURE, Choice(algorithm=one.value[_ALGORITHM_AT], key=key)), Response()
    raise CardError(SW.WRONG_DATA)


def perform_security_operation(card: Card, command: Command) -> tuple[Card, Response]:
    """Sign a digest, or do the bare private-key operation on a block that the host has padded (ISO 7816-8 11)."""
    match command.p1 << 8 | command.p2:
        case Pso.COMPUTE_SIGNATURE:
            return _sign(card, command.data)
        case Pso.DECIPHER:
            return _raw(card, command.data)
        case _:
            raise CardError(SW.WRONG_P1_P2)


def _sign(card: Card, digest: bytes) -> tuple[Card, Response]:
    key, reference = chosen_key(card, Crt.SIGNATURE)
    demand(card, key.access.sign)
    if reference not in set(Algorithm):
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    algorithm = Algorithm(reference)
    hash_ = _HASH_OF[algorithm]
    if len(digest) != hash_.size:
        raise CardError(SW.WRONG_LENGTH)
    if algorithm not in _PSS:
        return card, Response(data=key.private.pad_and_sign(digest_info(hash_, digest)))
    card, salt = draw(card, hash_.size)
    return card, Response(data=key.private.sign_pss(hash_, digest, salt))


def _raw(card: Card, block: bytes) -> tuple[Card, Response]:
    key, _ = chosen_key(card, Crt.CONFIDENTIALITY)
    demand(card, key.access.decipher)
    if len(block) != key.private.size:
        raise CardError(SW.WRONG_LENGTH)
    content = unpad_signature(block)
    if content is not None:
        # The same result, ten times faster when the content is a DigestInfo.
        return card, Response(data=key.private.pad_and_sign(content))
    try:
        return card, Response(data=key.private.raw(block))
    except ValueError:
        raise CardError(SW.WRONG_DATA) from None


_OLD: dict[int, Handler] = {
    Ins.SELECT: select,
    Ins.READ_BINARY: read_binary,
    Ins.UPDATE_BINARY: update_binary,
    Ins.VERIFY: verify,
    Ins.CHANGE_REFERENCE_DATA: change_or_set,
    Ins.RESET_RETRY_COUNTER: reset_retry_counter,
    Ins.GET_DATA: get_data,
    Ins.GET_CHALLENGE: get_challenge,
}
COMMANDS = CommandSet(
    channels=MappingProxyType(
        {
            0: MappingProxyType(_OLD),
            1: MappingProxyType(
                {
                    **_OLD,
                    Ins.MANAGE_SECURITY_ENVIRONMENT: set_environment,
                    Ins.PERFORM_SECURITY_OPERATION: perform_security_operation,
                }
            ),
        }
    )
)


def image(contents: Contents) -> Image:
    """Return the image of a CPS4 for its contact interface."""
    entries = key_entries(contents, authentication=KEY_AUTHENTICATION, signature=KEY_SIGNATURE)
    pins = pin_objects(contents)
    token = Token(
        path=APPLICATION,
        label=f"CPS4v1-{contents.number}",
        manufacturer="ASIP SANTE",
        updated=contents.since,
        algorithms=ALGORITHMS,
        keys=entries,
        data=data_entries(contents),
        pins=[(label, pin) for label, pin in zip(("Code porteur", "Code de deblocage"), pins.values(), strict=False)],
    )
    holder = contents.holder_only
    access = (KeyAccess(sign=holder), KeyAccess(sign=holder, decipher=holder))
    private = (contents.signature, contents.authentication)
    keys = {
        entry.ref: KeyObject(
            ref=entry.ref, label=entry.label, identifier=entry.identifier, private=key, access=rule, df=None
        )
        for entry, key, rule in zip(entries, private, access, strict=True)
    }
    # One folder bears the names of all applications: which files each would show by itself is not known.
    master = DedicatedFile(path=MF, names=(CHIPDOC, CPS2TER, ISSUER_DOMAIN))
    files = [master, *system_files(contents, AID, "CPX IAS"), *application(token, AID)]
    return Image(
        commands=COMMANDS,
        atr=ATR,
        files=FileTree.of(files),
        pins=pins,
        keys=keys,
        challenge_seed=challenge_seed(contents),
    )
