"""One fictional hierarchy and one card for the whole run: both are values that no test can change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from virtual_card.certificate_shape import Validity
from virtual_card.desk import Desk
from virtual_card.holder import Activity, Holder, personalise
from virtual_card.igc import Igc
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from virtual_card.card import Card

PIN = "1234"
PUK = "12345678"


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment at which all of it happens."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def igc(now: datetime) -> Igc:
    """The fictional hierarchy."""
    return Igc.create(now=now)


@pytest.fixture(scope="session")
def holder() -> Holder:
    """A médecin libéral."""
    return Holder(
        idnat="899799000015",
        given_name="CAMILLE",
        family_name="ESSAI",
        serial=99_000_001,
        title="Médecin",
        profession=10,
        speciality="SM54",
        activities=(Activity(structure_name="CABINET FICTIF", structure="499799000015007", sector="SA07"),),
    )


@pytest.fixture(scope="session")
def card(holder: Holder, igc: Igc, now: datetime) -> Card:
    """Her CPS3, fresh from personalisation."""
    return personalise(holder, igc, now=now, pin=PIN, puk=PUK)


@pytest.fixture(scope="session")
def expired_card(holder: Holder, igc: Igc, now: datetime) -> Card:
    """The card she had before."""
    return personalise(holder, igc, now=now, validity=Validity.expired(now))


@pytest.fixture
def reader(card: Card) -> Reader:
    """A reader with the card in it."""
    return Reader(card)


@pytest.fixture
def desk(reader: Reader) -> Desk:
    """The desk in front of that reader."""
    return Desk(reader)
