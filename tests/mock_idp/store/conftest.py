"""One Redis server for the tests of this folder, emptied before each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis import Redis

from tests.redis_server import running_redis

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def _redis() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture
def redis_url(_redis: str) -> str:
    """The address of an empty Redis server."""
    with Redis.from_url(_redis) as server:
        server.flushall()
    return _redis
