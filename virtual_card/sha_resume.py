"""Finishing a hash from a state in the middle: the last round that a CPS insists on doing itself (PSO HASH).

The host hashes all but the end of a message and hands over the intermediate state; ``hashlib`` cannot take one up.
Constants and rounds are those of FIPS 180-4.
"""

from __future__ import annotations

import struct
from enum import StrEnum

_BLOCK = 64
_LENGTH_FIELD = 8
_MASK = 0xFFFFFFFF

# FIPS 180-4 4.2.2: 32 fractional bits of the cube roots of the first 64 primes.
_K256 = struct.unpack(
    ">64I",
    bytes.fromhex(
        "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3"
        "72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da"
        "983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13"
        "650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070"
        "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208"
        "90befffaa4506cebbef9a3f7c67178f2"
    ),
)
# FIPS 180-4 4.2.1: one constant for each twenty rounds.
_K1 = (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)


class Hash(StrEnum):
    """The two hashes a CPS finishes, under the names of ``hashlib``."""

    SHA1 = "sha1"
    SHA256 = "sha256"

    @property
    def size(self) -> int:
        """Return the digest's length in bytes."""
        return 20 if self is Hash.SHA1 else 32


INITIAL = {
    Hash.SHA1: bytes.fromhex("67452301efcdab8998badcfe10325476c3d2e1f0"),
    Hash.SHA256: bytes.fromhex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19"),
}
"""The states before the first block (FIPS 180-4 5.3)."""


def resume(algorithm: Hash, *, state: bytes, bits_done: int, tail: bytes) -> bytes:
    """Return the digest of a message of which the state covers ``bits_done`` bits and ``tail`` is the rest.

    Raises:
        ValueError: the state has the wrong length, or ``bits_done`` is not a number of whole blocks below 2^63.
    """
    if len(state) != algorithm.size:
        msg = f"a {algorithm} state has {algorithm.size} bytes, not {len(state)}"
        raise ValueError(msg)
    if bits_done % (8 * _BLOCK) or not 0 <= bits_done < 1 << 63:
        msg = f"{bits_done} bits are no whole number of {_BLOCK}-byte blocks"
        raise ValueError(msg)
    padding = b"\x80" + b"\0" * ((_BLOCK - _LENGTH_FIELD - 1 - len(tail)) % _BLOCK)
    message = tail + padding + struct.pack(">Q", bits_done + 8 * len(tail))
    return advance(algorithm, state, message)


def advance(algorithm: Hash, state: bytes, blocks: bytes) -> bytes:
    """Return the state after some whole blocks (FIPS 180-4 6.1.2, 6.2.2)."""
    compress = _compress_1 if algorithm is Hash.SHA1 else _compress_256
    words = struct.unpack(f">{len(state) // 4}I", state)
    for start in range(0, len(blocks), _BLOCK):
        added = compress(words, struct.unpack(">16I", blocks[start : start + _BLOCK]))
        words = tuple((old + new) & _MASK for old, new in zip(words, added, strict=True))
    return struct.pack(f">{len(words)}I", *words)


def _right(word: int, count: int) -> int:
    return ((word >> count) | (word << (32 - count))) & _MASK


def _left(word: int, count: int) -> int:
    return _right(word, 32 - count)


def _compress_256(start: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    words = list(block)
    for i in range(16, 64):
        low = _right(words[i - 15], 7) ^ _right(words[i - 15], 18) ^ (words[i - 15] >> 3)
        high = _right(words[i - 2], 17) ^ _right(words[i - 2], 19) ^ (words[i - 2] >> 10)
        words.append((words[i - 16] + low + words[i - 7] + high) & _MASK)
    a, b, c, d, e, f, g, h = start
    for constant, word in zip(_K256, words, strict=True):
        choose = (e & f) ^ (~e & g)
        one = (h + (_right(e, 6) ^ _right(e, 11) ^ _right(e, 25)) + choose + constant + word) & _MASK
        majority = (a & b) ^ (a & c) ^ (b & c)
        two = ((_right(a, 2) ^ _right(a, 13) ^ _right(a, 22)) + majority) & _MASK
        a, b, c, d, e, f, g, h = (one + two) & _MASK, a, b, c, (d + one) & _MASK, e, f, g
    return a, b, c, d, e, f, g, h


def _compress_1(start: tuple[int, ...], block: tuple[int, ...]) -> tuple[int, ...]:
    words = list(block)
    for i in range(16, 80):
        words.append(_left(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1))
    a, b, c, d, e = start
    for i, word in enumerate(words):
        mixed = (b ^ c ^ d, (b & c) ^ (b & d) ^ (c & d), b ^ c ^ d)[i // 20 - 1] if i >= 20 else (b & c) ^ (~b & d)  # noqa: PLR2004 - rounds of twenty
        a, b, c, d, e = (_left(a, 5) + mixed + e + _K1[i // 20] + word) & _MASK, a, _left(b, 30), c, d
    return a, b, c, d, e
