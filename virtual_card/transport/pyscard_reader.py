"""The software card for pyscard programs, without any PC/SC service: a reader and its connections, in this process.

Needs pyscard (the extra ``card``), which ``import`` of this room says when it is missing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

try:
    from smartcard.CardConnection import CardConnection
    from smartcard.CardConnectionDecorator import CardConnectionDecorator
    from smartcard.Exceptions import CardConnectionException, NoCardException
    from smartcard.reader.Reader import Reader as PyscardReader
    from smartcard.reader.ReaderFactory import ReaderFactory
    from smartcard.scard import SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD
except ImportError as missing:
    raise ImportError(
        "pyscard is missing: install the extra `card` of psc-conformance; building it takes a C compiler, swig and the "
        "headers of PC/SC (Debian: apt-get install build-essential swig libpcsclite-dev)",
        name="smartcard",
    ) from missing

from virtual_card.apdu import Response
from virtual_card.reader import Power, Reader, ReaderEmpty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_NAME = "CPS virtuelle (simulateur) 00 00"


class VirtualCardConnection(CardConnection):  # type: ignore[misc]  # pyscard ships no types
    """A connection to the card in an in-process reader, as pyscard programs know connections.

    Answers come as they do over T=0: ``61xx`` is left to the program, as with a CPS3 in a reader.
    """

    def __init__(self, name: str, reader: Reader) -> None:
        """Prepare a connection; nothing happens before `connect`."""
        super().__init__(name)
        self._slot = reader
        self._connected = False

    def connect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Power the card on; raises ``NoCardException`` when there is none.

        Protocol, sharing mode and disposition are accepted and change nothing: there is nobody to share with.
        """
        super().connect(protocol, mode, disposition)
        self._there()
        self._slot.reset(Power.ON)
        self._connected = True

    def reconnect(self, protocol: int | None = None, mode: int | None = None, disposition: int | None = None) -> None:
        """Reset the card; raises ``CardConnectionException`` when not connected."""
        super().reconnect(protocol, mode, disposition)
        self._check()
        self._slot.reset()

    def disconnect(self) -> None:
        """Power the card off, which forgets its PIN."""
        if self._connected:
            super().disconnect()
            self._connected = False
            if self._slot.card is not None:
                self._slot.reset(Power.OFF)

    def getATR(self) -> list[int]:  # noqa: N802 - pyscard's name
        """Return the card's answer to reset; raises ``CardConnectionException`` when not connected."""
        self._check()
        return list(self._slot.atr)

    def doTransmit(  # noqa: N802 - pyscard's name
        self, command: Sequence[int], protocol: int | None = None
    ) -> tuple[list[int], int, int]:
        """Send a command and return data and the two bytes of the status word.

        Raises:
            CardConnectionException: not connected, or the card went away.
        """
        _ = protocol
        self._check()
        try:
            answer = Response.parse(self._slot.transmit_once(bytes(command)))
        except ReaderEmpty as gone:
            self._connected = False
            raise NoCardException(str(gone), hresult=SCARD_W_REMOVED_CARD) from None
        return list(answer.data), *divmod(answer.sw, 0x100)

    def _check(self) -> None:
        if not self._connected:
            raise CardConnectionException("Card not connected")
        self._there()

    def _there(self) -> None:
        if self._slot.card is None:
            self._connected = False
            raise NoCardException("There is no card in the virtual reader; insert one", hresult=SCARD_E_NO_SMARTCARD)


class VirtualReader(PyscardReader):  # type: ignore[misc]  # pyscard ships no types
    """An in-process reader, as pyscard programs know readers."""

    def __init__(self, reader: Reader, name: str = DEFAULT_NAME) -> None:
        """Show a reader under a name."""
        super().__init__(name)
        self._slot = reader

    def createConnection(self) -> CardConnectionDecorator:  # noqa: N802 - pyscard's name
        """Return a connection to the card that is, or will be, in the reader."""
        return CardConnectionDecorator(VirtualCardConnection(self.name, self._slot))


@contextmanager
def only_readers(*readers: VirtualReader) -> Iterator[None]:
    """Make ``smartcard.System.readers()`` list exactly these, for the length of a ``with`` block.

    The readers of PC/SC are hidden meanwhile: asking for them fails where no service runs, and a program under test
    must not find a real card by accident.
    """

    def listed(_groups: object = None) -> list[VirtualReader]:
        return list(readers)

    before = ReaderFactory.factorymethods
    ReaderFactory.factorymethods = [listed]
    try:
        yield
    finally:
        ReaderFactory.factorymethods = before
