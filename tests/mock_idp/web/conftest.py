"""A desk for every test of the pages."""

from __future__ import annotations

import pytest

from tests.mock_idp.web.desk import Desk, make_desk


@pytest.fixture
def desk() -> Desk:
    """A desk before a simulator that has seen nothing yet."""
    return make_desk()
