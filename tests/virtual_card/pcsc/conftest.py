"""One PC/SC service a module, one fresh card a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.virtual_card.pcsc.service import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.virtual_card.pcsc.service import Service
    from virtual_card.card import Card
    from virtual_card.transport.vpcd import VpcdSlot


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A pcscd of our own."""
    with running(tmp_path_factory.mktemp("pcsc")) as service:
        yield service


@pytest.fixture
def slot(service: Service, card: Card) -> Iterator[VpcdSlot]:
    """Its first reader with a fresh card in it."""
    with service.holding(card) as slot:
        yield slot
