"""A fresh provider for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_idp.protocol.portal import World

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys


@pytest.fixture
def world(keys: SigningKeys) -> World:
    """A provider at noon, with two portals."""
    return World(keys=keys)
