"""The desk's way to any reader of PC/SC through pyscard: the software card, or a real CPS in a real reader."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

try:
    from smartcard import System
    from smartcard.Exceptions import CardConnectionException, NoCardException, SmartcardException
except ImportError as missing:
    raise ImportError(
        "pyscard is missing: install the extra `card` of psc-conformance; building it takes a C compiler, swig and the "
        "headers of PC/SC (Debian: apt-get install build-essential swig libpcsclite-dev)",
        name="smartcard",
    ) from missing

from virtual_card.desk_errors import DeskError
from virtual_card.reader import ReaderEmpty

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class NoSuchReader(DeskError):  # noqa: N818 - the name says what is the matter
    """No reader bears that name, or there is no reader, or no service that knows any."""

    code = "reader-absent"


class PcscReader:
    """A reader for `virtual_card.desk.Desk`, connected for the length of a ``with`` block.

    The card is powered off at the end, so that a verified PIN does not outlive the block.
    """

    def __init__(self, name: str = "") -> None:
        """Choose a reader.

        Args:
            name: any part of its name; empty for the first one there is.

        Raises:
            NoSuchReader: saying which readers there are.
        """
        self._name = name
        self._reader = _choose(name)
        self._connection: Any = None

    @property
    def name(self) -> str:
        """Return the whole name of the reader."""
        return str(self._reader)

    def __enter__(self) -> Self:
        """Connect to the card; raises `ReaderEmpty` when there is none."""
        connection = self._reader.createConnection()
        try:
            connection.connect()
        except NoCardException:
            connection.release()
            raise ReaderEmpty from None
        except CardConnectionException as refused:
            connection.release()
            raise NoSuchReader(
                f"lecteur {self.name!r} : {refused} ; un autre programme tient-il la carte ?",
                f"reader {self.name!r}: {refused}; is another program holding the card?",
            ) from None
        self._connection = connection
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Power the card off and let the service go."""
        connection, self._connection = self._connection, None
        with suppress(SmartcardException):
            # The card or the service may have gone first.
            connection.disconnect()
        connection.release()

    def transmit(self, raw: bytes) -> bytes:
        """Send a command and return the answer; raises `ReaderEmpty` when the card went away."""
        if self._connection is None:
            raise ReaderEmpty
        try:
            data, sw1, sw2 = self._connection.transmit(list(raw))
        except (NoCardException, CardConnectionException):
            raise ReaderEmpty from None
        return bytes([*data, sw1, sw2])


def _choose(name: str) -> Any:
    try:
        found = System.readers()
    except SmartcardException as refused:
        raise NoSuchReader(
            f"aucun service PC/SC ne répond ({refused}) ; démarrez pcscd, puis recommencez",
            f"no PC/SC service answers ({refused}); start pcscd, then retry",
        ) from None
    for reader in found:
        if name in str(reader):
            return reader
    if not name:
        raise NoSuchReader("lecteur : aucun n'est branché ; branchez-en un", "reader: none is connected; plug one in")
    known = ", ".join(repr(str(reader)) for reader in found)
    raise NoSuchReader(
        f"lecteur : aucun nom ne contient {name!r} ; il y a : {known or 'aucun'}",
        f"reader: no name contains {name!r}; there are: {known or 'none'}",
    )
