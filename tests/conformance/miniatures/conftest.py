"""A tiny provider for every test of the miniatures, honest at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.miniatures.tiny_provider import TinyProvider, running_provider

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def _shared_provider() -> Iterator[TinyProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(_shared_provider: TinyProvider) -> TinyProvider:
    """The provider without memory of earlier tests."""
    fresh = TinyProvider(base=_shared_provider.base, people=_shared_provider.people)
    _shared_provider.__dict__.update(fresh.__dict__)
    return _shared_provider
