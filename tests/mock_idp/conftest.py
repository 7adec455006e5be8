"""What the tests of the provider share: one pair of signing keys, because making one takes longer than a test."""

from __future__ import annotations

import pytest

from mock_idp.keys import SigningKeys


@pytest.fixture(scope="session")
def keys() -> SigningKeys:
    """The provider's signing keys, the same for every test of the run."""
    return SigningKeys.generate()
