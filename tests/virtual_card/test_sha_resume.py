from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_card.sha_resume import INITIAL, Hash, advance, resume


@pytest.mark.parametrize("algorithm", Hash)
@given(blocks=st.integers(0, 3), tail=st.binary(max_size=200), seed=st.binary(min_size=1, max_size=8))
def test_a_resumed_hash_is_the_hash_of_the_whole(algorithm: Hash, blocks: int, tail: bytes, seed: bytes) -> None:
    """Whole blocks hashed before and a rest hashed by the card give what hashlib gives for all of it."""
    before = (seed * 192)[: 64 * blocks]
    state = advance(algorithm, INITIAL[algorithm], before)

    assert hashlib.new(algorithm, before + tail).digest() == resume(
        algorithm, state=state, bits_done=512 * blocks, tail=tail
    )


@pytest.mark.parametrize(("state", "bits"), [(31, 0), (32, 8), (32, -512), (32, 1 << 63)])
def test_impossible_states(state: int, bits: int) -> None:
    """A state of the wrong length or a number of bits that ends inside a block is refused."""
    with pytest.raises(ValueError, match=r"state has|whole number"):
        resume(Hash.SHA256, state=bytes(state), bits_done=bits, tail=b"")
