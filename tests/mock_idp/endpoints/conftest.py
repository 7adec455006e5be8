"""A fresh site for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_idp.endpoints.site import Site

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys


@pytest.fixture
def site(keys: SigningKeys) -> Site:
    """A provider with two portals, and a browser."""
    return Site(keys=keys)
