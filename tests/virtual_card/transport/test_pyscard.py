"""A pyscard program and the software card, without PC/SC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.virtual_card.conftest import PIN
from tests.virtual_card.talk import ASK_PIN, GOOD_PIN
from virtual_card.desk import Desk, PinRefused
from virtual_card.reader import Reader, ReaderEmpty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from virtual_card.card import Card

pytestmark = pytest.mark.requires("pyscard")


@pytest.fixture
def listed(reader: Reader) -> Iterator[Any]:
    """The in-process reader, in pyscard's list, alone."""
    from virtual_card.transport.pyscard_reader import VirtualReader, only_readers  # noqa: PLC0415 - pyscard is optional

    with only_readers(VirtualReader(reader), VirtualReader(Reader(), "vide")):
        yield


def first() -> Any:
    """Return the first reader, as programs find it."""
    from smartcard.System import readers  # noqa: PLC0415 - pyscard is optional

    return readers()[0]


def said(connection: Any, command: str) -> str:
    """Send a command and return the answer in hexadecimal."""
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
    return bytes([*data, sw1, sw2]).hex().upper()


@pytest.mark.usefixtures("listed")
def test_a_program_finds_and_uses_the_card(card: Card) -> None:
    """List, connect, answer to reset, command, GET RESPONSE."""
    connection = first().createConnection()
    connection.connect()
    announced = said(connection, "00A4090404 3F00D003")

    assert "CPS virtuelle (simulateur) 00 00" == str(first())
    assert list(card.image.atr) == connection.getATR()
    assert "61" == announced[:2]
    assert "9000" == said(connection, f"00C00000{announced[2:]}")[-4:]


@pytest.mark.usefixtures("listed")
def test_reconnecting_and_disconnecting_forget_the_pin() -> None:
    """As a warm reset, and as a power cut."""
    connection = first().createConnection()
    connection.connect()
    heard = [said(connection, GOOD_PIN), said(connection, ASK_PIN)]
    connection.reconnect()
    heard += [said(connection, ASK_PIN), said(connection, GOOD_PIN)]
    connection.disconnect()
    connection.connect()
    heard.append(said(connection, ASK_PIN))

    assert ["9000", "9000", "63C3", "9000", "63C3"] == heard


@pytest.mark.usefixtures("listed")
def test_a_card_that_went_away_is_missed(reader: Reader) -> None:
    """During a connection, and at the next one; pyscard's own exceptions say so."""
    from smartcard.Exceptions import CardConnectionException, NoCardException  # noqa: PLC0415 - pyscard is optional

    connection = first().createConnection()
    with pytest.raises(CardConnectionException, match="not connected"):
        connection.getATR()
    connection.connect()
    reader.remove()

    with pytest.raises(NoCardException, match="insert one"):
        said(connection, ASK_PIN)
    with pytest.raises(NoCardException, match="insert one"):
        connection.connect()
    connection.disconnect()


def test_other_readers_come_back(reader: Reader) -> None:
    """After the block, the list is PC/SC's again."""
    from smartcard.reader.ReaderFactory import ReaderFactory  # noqa: PLC0415 - pyscard is optional

    from virtual_card.transport.pyscard_reader import VirtualReader, only_readers  # noqa: PLC0415 - pyscard is optional

    before = ReaderFactory.factorymethods
    with only_readers(VirtualReader(reader)):
        during = ReaderFactory.readers()

    assert [reader] == [one._slot for one in during]
    assert before is ReaderFactory.factorymethods


@pytest.mark.usefixtures("listed")
def test_the_desk_reads_proves_and_counts_through_pyscard(reader: Reader) -> None:
    """The same desk as for a real card in a real reader; the PIN does not outlive the visit."""
    from virtual_card.transport.pyscard_desk import PcscReader  # noqa: PLC0415 - pyscard is optional

    with PcscReader("CPS virtuelle") as pcsc:
        desk = Desk(pcsc)
        with pytest.raises(PinRefused) as wrong:
            desk.verify_pin("0000")
        desk.verify_pin(PIN)
        identity, proof = desk.read_identity(), desk.authenticate(b"challenge")

    assert (2, "899799000015", 256) == (wrong.value.tries_left, identity.idnat, len(proof.signature))
    assert "63c3" == reader.transmit(bytes.fromhex(ASK_PIN)).hex()


@pytest.mark.usefixtures("listed")
def test_the_desk_says_what_is_missing() -> None:
    """An empty reader, a name nobody bears, a visit that is over."""
    from virtual_card.transport.pyscard_desk import NoSuchReader, PcscReader  # noqa: PLC0415 - pyscard is optional

    with pytest.raises(ReaderEmpty, match="insert one"), PcscReader("vide"):
        pass
    with pytest.raises(NoSuchReader, match=r"no name contains 'Gemalto'; there are: 'CPS virtuelle"):
        PcscReader("Gemalto")
    over = PcscReader()
    with over:
        pass
    with pytest.raises(ReaderEmpty):
        over.transmit(b"\x00\x84\x00\x00")


def test_without_readers_the_desk_says_so() -> None:
    """An empty list has its own message."""
    from virtual_card.transport.pyscard_desk import NoSuchReader, PcscReader  # noqa: PLC0415 - pyscard is optional
    from virtual_card.transport.pyscard_reader import only_readers  # noqa: PLC0415 - pyscard is optional

    with only_readers(), pytest.raises(NoSuchReader, match="plug one in"):
        PcscReader()
