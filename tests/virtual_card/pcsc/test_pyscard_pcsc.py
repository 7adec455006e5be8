"""A pyscard program through pcscd and vpcd, with nothing of ours in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from virtual_card.desk import Desk, PinRefused
from virtual_card.reader import ReaderEmpty

if TYPE_CHECKING:
    from tests.virtual_card.pcsc.service import Service
    from virtual_card.card import Card
    from virtual_card.transport.vpcd import VpcdSlot

pytestmark = [pytest.mark.pcsc, pytest.mark.integration, pytest.mark.requires("pcscd", "vpcd", "pyscard")]


@pytest.mark.usefixtures("slot")
def test_list_connect_transmit(card: Card) -> None:
    """The reader's name, the card's answer to reset, and a command."""
    from smartcard.System import readers  # noqa: PLC0415 - pyscard is optional

    connection = readers()[0].createConnection()
    connection.connect()
    atr = connection.getATR()
    _, sw1, sw2 = connection.transmit([0x00, 0x20, 0x00, 0x01])
    connection.disconnect()
    connection.release()

    assert "CPS virtuelle 00 00" == str(readers()[0])
    assert (list(card.image.atr), 0x63C3) == (atr, sw1 << 8 | sw2)


@pytest.mark.usefixtures("slot")
def test_the_desk_works_in_front_of_a_real_reader() -> None:
    """Identity, a wrong PIN, the right one, a proof that verifies: as with a real CPS."""
    from virtual_card.transport.pyscard_desk import PcscReader  # noqa: PLC0415 - pyscard is optional

    with PcscReader("CPS virtuelle") as pcsc:
        desk = Desk(pcsc)
        identity = desk.read_identity()
        with pytest.raises(PinRefused) as wrong:
            desk.verify_pin("0000")
        desk.verify_pin("1234")
        proof = desk.authenticate(b"challenge")
    key = x509.load_der_x509_certificate(proof.certificate_der).public_key()

    assert ("899799000015", "99000001", 2) == (identity.idnat, identity.serial, wrong.value.tries_left)
    assert isinstance(key, RSAPublicKey)
    key.verify(proof.signature, b"challenge", padding.PKCS1v15(), SHA256())


def test_powering_off_forgets_the_pin(slot: VpcdSlot) -> None:
    """When the last program lets go with a power-off, the verification is gone."""
    from virtual_card.transport.pyscard_desk import PcscReader  # noqa: PLC0415 - pyscard is optional

    with PcscReader() as pcsc:
        Desk(pcsc).verify_pin("1234")
        during = slot.transmit(bytes.fromhex("00200001"))
    with PcscReader() as pcsc:
        after = pcsc.transmit(bytes.fromhex("00200001"))

    assert ("9000", "63c3") == (during.hex(), after.hex())


def test_a_card_pulled_during_a_visit_is_missed(service: Service, card: Card) -> None:
    """The desk says that the reader is empty.

    In the second reader, which no other test uses: pcscd tells programs of the loss at once, but takes up to 400 ms to
    be ready for the next card.
    """
    from virtual_card.transport.pyscard_desk import PcscReader  # noqa: PLC0415 - pyscard is optional

    with service.holding(card, 1) as slot, PcscReader("00 01") as pcsc:
        slot.remove()
        with pytest.raises(ReaderEmpty, match="insert one"):
            pcsc.transmit(bytes.fromhex("00200001"))


@pytest.mark.usefixtures("service")
def test_an_empty_reader_says_so() -> None:
    """No card, and the message tells what to do."""
    from virtual_card.transport.pyscard_desk import PcscReader  # noqa: PLC0415 - pyscard is optional

    with pytest.raises(ReaderEmpty, match="insert one"), PcscReader():
        pass
