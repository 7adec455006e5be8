"""RSA as a card does it: private-key operations on blocks, signatures by DigestInfo, PSS (RFC 8017).

Key pairs are made when first asked for and shared by a process: making one costs tens of milliseconds, and a private
key never stands in a file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

if TYPE_CHECKING:
    from virtual_card.sha_resume import Hash

KEY_BITS = 2048
PUBLIC_EXPONENT = 65537

# RFC 8017 9.2, note 1: DER of DigestInfo up to the digest.
_DIGEST_INFO: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("3021300906052b0e03021a05000414"): hashes.SHA1(),  # noqa: S303 - a real card still signs it
    bytes.fromhex("3031300d060960864801650304020105000420"): hashes.SHA256(),
    bytes.fromhex("3041300d060960864801650304020205000430"): hashes.SHA384(),
    bytes.fromhex("3051300d060960864801650304020305000440"): hashes.SHA512(),
}
_PREFIX = {hash_.name: prefix for prefix, hash_ in _DIGEST_INFO.items()}
_LEAST_PADDING = 8
_OVERHEAD = 3 + _LEAST_PADDING


def digest_info(algorithm: Hash, digest: bytes) -> bytes:
    """Return the DER DigestInfo of a digest (RFC 8017 9.2).

    Raises:
        ValueError: the digest has not the length of the algorithm's.
    """
    if len(digest) != algorithm.size:
        msg = f"a {algorithm} digest has {algorithm.size} bytes, not {len(digest)}"
        raise ValueError(msg)
    return _PREFIX[algorithm.value] + digest


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key inside the card."""

    private: rsa.RSAPrivateKey = field(repr=False)

    @property
    def size(self) -> int:
        """Return the modulus' length in bytes."""
        return self.private.key_size // 8

    @property
    def public(self) -> rsa.RSAPublicKey:
        """Return the public half."""
        return self.private.public_key()

    def raw(self, block: bytes) -> bytes:
        """Return the private-key operation on a block of the modulus' length (RFC 8017 5.2.1), by remainders.

        Raises:
            ValueError: the block has another length, or is not below the modulus.
        """
        numbers = self.private.private_numbers()
        message = int.from_bytes(block, "big")
        if len(block) != self.size or message >= numbers.public_numbers.n:
            msg = f"a block of {self.size} bytes below the modulus is needed"
            raise ValueError(msg)
        first = pow(message, numbers.dmp1, numbers.p)
        second = pow(message, numbers.dmq1, numbers.q)
        result = second + numbers.q * ((first - second) * numbers.iqmp % numbers.p)
        return result.to_bytes(self.size, "big")

    def pad_and_sign(self, content: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 signature of ready-made content, usually a DigestInfo (RFC 8017 8.2.1).

        Raises:
            ValueError: the content leaves no room for the padding.
        """
        for prefix, algorithm in _DIGEST_INFO.items():
            if content.startswith(prefix) and len(content) == len(prefix) + algorithm.digest_size:
                # Ten times faster than the arithmetic in Python, with the same result.
                return self.private.sign(content[len(prefix) :], padding.PKCS1v15(), Prehashed(algorithm))
        return self.raw(pad(content, self.size))

    def sign_pss(self, algorithm: Hash, digest: bytes, salt: bytes) -> bytes:
        """Return the RSASSA-PSS signature of a digest with a given salt, MGF1 on the same hash (RFC 8017 8.1.1).

        Raises:
            ValueError: the digest has not the length of the algorithm's.
        """
        if len(digest) != algorithm.size:
            msg = f"a {algorithm} digest has {algorithm.size} bytes, not {len(digest)}"
            raise ValueError(msg)
        hashed = hashlib.new(algorithm, b"\0" * 8 + digest + salt).digest()
        room = self.size - len(hashed) - 1
        block = b"\0" * (room - len(salt) - 1) + b"\x01" + salt
        masked = bytes(a ^ b for a, b in zip(block, _mask(algorithm, hashed, room), strict=True))
        return self.raw(bytes([masked[0] & 0x7F]) + masked[1:] + hashed + b"\xbc")


def pad(content: bytes, size: int) -> bytes:
    """Return content padded to a block for signing: ``00 01 FF .. FF 00`` before it (RFC 8017 9.2).

    Raises:
        ValueError: fewer than eight bytes of padding would fit.
    """
    if len(content) + _OVERHEAD > size:
        msg = f"{len(content)} bytes leave no room for padding in {size}"
        raise ValueError(msg)
    return b"\x00\x01" + b"\xff" * (size - len(content) - 3) + b"\x00" + content


def unpad(block: bytes) -> bytes:
    """Return what a deciphered block carries behind ``00 02 .. 00`` (RFC 8017 7.2.2).

    Raises:
        ValueError: the block is not so padded.
    """
    end = block.find(b"\0", 2)
    if block[:2] != b"\x00\x02" or end < 2 + _LEAST_PADDING:
        msg = "the deciphered block is not padded for encryption"
        raise ValueError(msg)
    return block[end + 1 :]


def unpad_signature(block: bytes) -> bytes | None:
    """Return what a block padded for signing carries, or None for any other block."""
    content = block.lstrip(b"\0")[1:].lstrip(b"\xff")[1:]
    return content if len(content) + _OVERHEAD <= len(block) and pad(content, len(block)) == block else None


def _mask(algorithm: Hash, seed: bytes, size: int) -> bytes:
    blocks = (hashlib.new(algorithm, seed + i.to_bytes(4, "big")).digest() for i in range(-(-size // algorithm.size)))
    return b"".join(blocks)[:size]


@lru_cache(maxsize=256)
def simulated_key(name: str) -> rsa.RSAPrivateKey:
    """Return this process' key pair of that name, made the first time; RSA-2048, never written anywhere."""
    _ = name
    return rsa.generate_private_key(public_exponent=PUBLIC_EXPONENT, key_size=KEY_BITS)
