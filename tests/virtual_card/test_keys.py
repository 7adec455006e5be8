from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.keys import PrivateKey, digest_info, pad, simulated_key, unpad, unpad_signature
from virtual_card.sha_resume import Hash

KEY = PrivateKey(simulated_key("tests"))
LIBRARY = {Hash.SHA1: hashes.SHA1(), Hash.SHA256: hashes.SHA256()}  # noqa: S303 - cards still sign it


@pytest.mark.parametrize("algorithm", Hash)
def test_both_ways_of_signing_agree(algorithm: Hash) -> None:
    """The library's signature and the bare arithmetic on the padded block are the same bytes."""
    content = digest_info(algorithm, hashlib.new(algorithm, b"message").digest())

    assert KEY.raw(pad(content, 256)) == KEY.pad_and_sign(content)


def test_content_that_is_no_digest_info_is_signed_as_it_is() -> None:
    """TLS 1.1 and older sign 36 bare bytes; the public key gives them back."""
    numbers = KEY.public.public_numbers()
    signature = int.from_bytes(KEY.pad_and_sign(b"x" * 36), "big")

    assert pad(b"x" * 36, 256) == pow(signature, numbers.e, numbers.n).to_bytes(256, "big")


@pytest.mark.parametrize("algorithm", Hash)
def test_pss_is_verified_by_the_library(algorithm: Hash) -> None:
    """PSS with a given salt is what the library accepts, and a changed digest is what it refuses."""
    digest = hashlib.new(algorithm, b"message").digest()
    signature = KEY.sign_pss(algorithm, digest, b"s" * algorithm.size)
    scheme = padding.PSS(padding.MGF1(LIBRARY[algorithm]), algorithm.size)

    KEY.public.verify(signature, digest, scheme, Prehashed(LIBRARY[algorithm]))


def test_impossible_requests() -> None:
    """Blocks, digests and contents of impossible length are refused."""
    with pytest.raises(ValueError, match="below the modulus"):
        KEY.raw(b"\xff" * 256)
    with pytest.raises(ValueError, match="below the modulus"):
        KEY.raw(b"\x00" * 255)
    with pytest.raises(ValueError, match="digest has 32 bytes"):
        digest_info(Hash.SHA256, b"short")
    with pytest.raises(ValueError, match="digest has 32 bytes"):
        KEY.sign_pss(Hash.SHA256, b"short", b"")
    with pytest.raises(ValueError, match="no room"):
        KEY.pad_and_sign(bytes(246))


@given(st.binary(max_size=245))
def test_padding_comes_off_again(content: bytes) -> None:
    """What was padded for signing is found again, unless padding for encryption is asked for."""
    assert content == unpad_signature(pad(content, 256))
    with pytest.raises(ValueError, match="not padded"):
        unpad(pad(content, 256))


@pytest.mark.parametrize(
    "block", [b"", b"\x00" * 256, b"\x00\x01" + b"\xff" * 254, b"\x00\x02" + b"\xff" * 253 + b"\x00"]
)
def test_other_blocks_carry_nothing_signed(block: bytes) -> None:
    """Zeros, endless padding and padding for encryption are not padding for signing."""
    assert unpad_signature(block) is None


def test_a_key_has_one_name_and_is_not_shown() -> None:
    """A name gives the same pair each time, and the pair is in no repr."""
    assert simulated_key("tests") is simulated_key("tests")
    assert "PrivateKey()" == repr(KEY)
