"""What the card does with its keys: MSE, INTERNAL AUTHENTICATE, PSO, GET CHALLENGE (ISO 7816-4 11.5, ISO 7816-8).

The CPS3 way stands here; the CPS4 way, which differs in parameters, in `virtual_card.profiles.cps4`.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

from virtual_card.access import Condition, satisfied
from virtual_card.apdu import SW, CardError, Command, Response
from virtual_card.keys import digest_info, unpad
from virtual_card.sha_resume import Hash, resume
from virtual_card.state import Card, Choice, Crt, Digest, KeyObject
from virtual_card.tlv import Tlv, TlvError, parse_all

_MSE_SET_COMPUTE = 0x41
_MSE_RESTORE = 0xF3
_KEY_TAGS = (0x84, 0x83)
_ALGORITHM_TAG = 0x80
_COUNTER = 8
_RAW_PADDING_INDICATOR = b"\x81"
_CHALLENGE = 8
_MOST_CHALLENGE = 256


class Pso(IntEnum):
    """P1 P2 of PERFORM SECURITY OPERATION: what comes out, what goes in (ISO 7816-8)."""

    HASH = 0x90A0
    COMPUTE_SIGNATURE = 0x9E9A
    DECIPHER = 0x8086


class HashDo(IntEnum):
    """Data objects of PSO HASH on IAS-ECC: the state so far with its bit counter, and the last block."""

    INTERMEDIATE = 0x90
    LAST_BLOCK = 0x80


class Algorithm(IntEnum):
    """Algorithm references of the CPS3 (token information of a test card; IAS-ECC)."""

    AUTHENTICATE = 0x02
    HASH_SHA1 = 0x10
    SIGN_SHA1 = 0x12
    DECIPHER = 0x1A
    HASH_SHA256 = 0x40
    SIGN_SHA256 = 0x42


HASH_OF = {
    Algorithm.HASH_SHA1: Hash.SHA1,
    Algorithm.SIGN_SHA1: Hash.SHA1,
    Algorithm.HASH_SHA256: Hash.SHA256,
    Algorithm.SIGN_SHA256: Hash.SHA256,
}


def manage_security_environment(card: Card, command: Command) -> tuple[Card, Response]:
    """Say which algorithm and key the next operation of a kind uses (ISO 7816-4 11.5.11)."""
    if command.p1 == _MSE_RESTORE:
        return card.at(environment={}, digest=None), Response()
    if command.p1 != _MSE_SET_COMPUTE or command.p2 not in set(Crt):
        raise CardError(SW.WRONG_P1_P2)
    objects = control_references(command.data)
    algorithm = next((one.value[0] for one in objects if one.tag == _ALGORITHM_TAG and one.value), None)
    key = next((one.value[0] for one in objects if one.tag in _KEY_TAGS and one.value), None)
    return choose(card, command.p2, Choice(algorithm=algorithm, key=key)), Response()


def control_references(data: bytes) -> tuple[Tlv, ...]:
    """Read the objects of a control reference template.

    Raises:
        CardError: WRONG_DATA, when they are none.
    """
    try:
        return parse_all(data)
    except TlvError:
        raise CardError(SW.WRONG_DATA) from None


def choose(card: Card, template: int, choice: Choice) -> Card:
    """Return the card with a choice made for operations of a kind.

    Raises:
        CardError: REFERENCED_DATA_NOT_FOUND, when there is no such key.
    """
    if choice.key is not None and choice.key not in card.image.keys:
        raise CardError(SW.REFERENCED_DATA_NOT_FOUND)
    return card.at(environment={**card.session.environment, template: choice})


def chosen_key(card: Card, template: Crt) -> tuple[KeyObject, int | None]:
    """Return the key and algorithm chosen for an operation.

    Raises:
        CardError: CONDITIONS_NOT_SATISFIED, when none was chosen or the key's folder is not the current one.
    """
    choice = card.session.environment.get(template)
    if choice is None or choice.key is None:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    key = card.image.keys[choice.key]
    if key.df is not None and card.session.df != key.df:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    return key, choice.algorithm


def demand(card: Card, condition: Condition) -> None:
    """Refuse an operation whose condition is not met.

    Raises:
        CardError: SECURITY_STATUS_NOT_SATISFIED.
    """
    if not satisfied(condition, card.session.verified):
        raise CardError(SW.SECURITY_STATUS_NOT_SATISFIED)


def internal_authenticate(card: Card, command: Command) -> tuple[Card, Response]:
    """Sign what the reader gives, usually a DigestInfo (ISO 7816-4 11.5.2): how a CPS3 proves itself.

    At most 40 % of the modulus is accepted, as PKCS#1 cards do; for the CPS this is inferred.
    """
    key, algorithm = chosen_key(card, Crt.AUTHENTICATION)
    demand(card, key.access.authenticate)
    if command.p1 or command.p2:
        raise CardError(SW.WRONG_P1_P2)
    if algorithm not in {None, Algorithm.AUTHENTICATE}:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    if not command.data or len(command.data) * 10 > key.private.size * 4:
        raise CardError(SW.WRONG_LENGTH)
    return card, Response(data=key.private.pad_and_sign(command.data))


def perform_security_operation(card: Card, command: Command) -> tuple[Card, Response]:
    """Hash, sign or decipher (ISO 7816-8 11)."""
    match command.p1 << 8 | command.p2:
        case Pso.HASH:
            return _hash(card, command.data)
        case Pso.COMPUTE_SIGNATURE:
            return _sign(card, command.data)
        case Pso.DECIPHER:
            return _decipher(card, command.data)
        case _:
            raise CardError(SW.WRONG_P1_P2)


def _hash(card: Card, data: bytes) -> tuple[Card, Response]:
    choice = card.session.environment.get(Crt.HASH)
    if choice is None or choice.algorithm not in {Algorithm.HASH_SHA1, Algorithm.HASH_SHA256}:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    algorithm = HASH_OF[Algorithm(choice.algorithm)]
    parts = {one.tag: one.value for one in control_references(data)}
    if parts.keys() != set(HashDo):
        raise CardError(SW.WRONG_DATA)
    before, tail = parts[HashDo.INTERMEDIATE], parts[HashDo.LAST_BLOCK]
    if not before:
        value = hashlib.new(algorithm, tail).digest()
    else:
        # The counter tells the bits hashed before, the last block not among them: so both middlewares send it.
        bits_done = int.from_bytes(before[-_COUNTER:], "big")
        try:
            value = resume(algorithm, state=before[:-_COUNTER], bits_done=bits_done, tail=tail)
        except ValueError:
            raise CardError(SW.WRONG_DATA) from None
    return card.at(digest=Digest(hash=algorithm, value=value)), Response()


def _sign(card: Card, data: bytes) -> tuple[Card, Response]:
    key, reference = chosen_key(card, Crt.SIGNATURE)
    demand(card, key.access.sign)
    if reference not in {Algorithm.SIGN_SHA1, Algorithm.SIGN_SHA256}:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    algorithm = HASH_OF[Algorithm(reference)]
    kept = card.session.digest
    if data:
        value = data
    elif kept is not None and kept.hash is algorithm:
        value = kept.value
    else:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    if len(value) != algorithm.size:
        raise CardError(SW.WRONG_LENGTH)
    return card.at(digest=None), Response(data=key.private.pad_and_sign(digest_info(algorithm, value)))


def _decipher(card: Card, data: bytes) -> tuple[Card, Response]:
    key, algorithm = chosen_key(card, Crt.CONFIDENTIALITY)
    demand(card, key.access.decipher)
    if algorithm != Algorithm.DECIPHER:
        raise CardError(SW.CONDITIONS_NOT_SATISFIED)
    if data[:1] != _RAW_PADDING_INDICATOR or len(data) != 1 + key.private.size:
        raise CardError(SW.WRONG_DATA)
    try:
        return card, Response(data=unpad(key.private.raw(data[1:])))
    except ValueError:
        raise CardError(SW.WRONG_DATA) from None


def draw(card: Card, size: int) -> tuple[Card, bytes]:
    """Return bytes nobody has seen before from this card, and the card that has given them.

    They come from the personalised seed and a counter: predictable, so that a trace can be replayed.
    """
    count = card.memory.challenges
    blocks = (
        hashlib.sha256(card.image.challenge_seed + count.to_bytes(8, "big") + bytes([i])).digest()
        for i in range(size // 32 + 1)
    )
    return card.remembering(challenges=count + 1), b"".join(blocks)[:size]


def get_challenge(card: Card, command: Command) -> tuple[Card, Response]:
    """Give some bytes, 8 unless asked for another number (ISO 7816-4 11.5.3)."""
    if command.le > _MOST_CHALLENGE:
        raise CardError(SW.WRONG_LENGTH)
    card, challenge = draw(card, command.le or _CHALLENGE)
    return card, Response(data=challenge)
