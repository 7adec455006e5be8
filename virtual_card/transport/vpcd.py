"""A card in a virtual reader of a real PC/SC service (pcscd with vpcd), for as long as it is inserted.

One `VpcdSlot` is one reader; a machine may have several, each on its own port.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from virtual_card.reader import CardPulled, Reader, ReaderEmpty
from virtual_card.transport.frames import Deframer, answer, frame

if TYPE_CHECKING:
    from virtual_card.state import Card

DEFAULT_PORT = 35963
"""vpcd's own choice.  It lies where Linux takes ports for outgoing connections, so that it may be taken: prefer
another one, below 32768, in a configuration of your own (docs/card.md)."""
LOOPBACK = "127.0.0.1"

_RETRY_SECONDS = 0.1
# pcscd looks for cards every 400 ms: a card that leaves and returns in between would be taken for one that lost power.
_SWAP_SECONDS = 0.6
_CONNECT_SECONDS = 2.0
_JOIN_SECONDS = 5.0
_PIECE = 65536
# vpcd up to 3.3 sends length and body apart; without this the kernel waits 40 ms before it acknowledges the length.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class VpcdSlot:
    """Plugs cards into one virtual reader; connects again when pcscd restarts.

    Its methods may be called from any thread.
    """

    def __init__(
        self,
        reader: Reader | None = None,
        *,
        port: int = DEFAULT_PORT,
        host: str = LOOPBACK,
        swap_seconds: float = _SWAP_SECONDS,
    ) -> None:
        """Prepare a slot; nothing is connected before a card goes in.

        Args:
            reader: an empty one, with the faults, the memory file and the witness that are wanted.
            port: where the virtual reader listens.
            host: the machine it listens on.
            swap_seconds: how long a slot stays empty at least between two cards, so that pcscd notices.

        Raises:
            ReaderOccupied: the reader holds a card already.
        """
        self._reader = reader or Reader()
        self._address = (host, port)
        self._swap_seconds = swap_seconds
        self._emptied = False
        self._turn = threading.RLock()
        self._over = threading.Event()
        self._seen = threading.Event()
        self._connection: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def card(self) -> Card | None:
        """Return the card in the slot as it stands, or None."""
        return self._reader.card

    @property
    def seen(self) -> bool:
        """Tell whether pcscd has asked for this card's answer to reset since it last connected."""
        return self._seen.is_set()

    def wait_until_seen(self, seconds: float) -> bool:
        """Wait until pcscd has asked for the card's answer to reset; False when the time passes without."""
        return self._seen.wait(seconds)

    def insert(self, card: Card) -> None:
        """Put a card in; the virtual reader shows it as soon as pcscd listens; raises `ReaderOccupied`."""
        with self._turn:
            self._reader.insert(card)
        # A card that was pulled leaves a connection that is just closing; two at once would answer for one card.
        self._join()
        self._over.clear()
        self._thread = threading.Thread(target=self._stay_connected, name=f"card on {self._address[1]}", daemon=True)
        self._thread.start()

    def remove(self) -> Card:
        """Take the card out, with its counters; raises `ReaderEmpty`."""
        with self._turn:
            card = self._reader.remove()
            self._hang_up()
        self._join()
        return card

    def transmit(self, raw: bytes) -> bytes:
        """Send a command besides what pcscd sends, and return the whole answer; raises `ReaderEmpty`."""
        with self._turn:
            return self._reader.transmit(raw)

    def close(self) -> None:
        """Take the card out, if there is one, and end."""
        with suppress(ReaderEmpty):
            self.remove()
        self._join()

    def _hang_up(self) -> None:
        self._over.set()
        self._emptied = True
        self._seen.clear()
        if self._connection is not None:
            with suppress(OSError):
                # Wakes the thread that waits for the next message.
                self._connection.shutdown(socket.SHUT_RDWR)

    def _join(self) -> None:
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)
            self._thread = None

    def _stay_connected(self) -> None:
        if self._emptied:
            self._over.wait(self._swap_seconds)
        while not self._over.is_set():
            with suppress(OSError), socket.create_connection(self._address, timeout=_CONNECT_SECONDS) as connection:
                self._talk(connection)
            self._seen.clear()
            self._over.wait(_RETRY_SECONDS)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._turn:
            if self._over.is_set():
                return
            self._connection = connection
        try:
            self._answer_all(connection)
        finally:
            with self._turn:
                self._connection = None

    def _answer_all(self, connection: socket.socket) -> None:
        deframer = Deframer()
        while True:
            if _QUICKACK is not None:
                # Linux forgets it after a few packets, hence before each.
                connection.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
            data = connection.recv(_PIECE)
            if not data:
                return
            deframer, bodies = deframer.feed(data)
            for body in bodies:
                if not self._answer(connection, body):
                    return

    def _answer(self, connection: socket.socket, body: bytes) -> bool:
        """Answer one message; False when there is no card any more."""
        with self._turn:
            try:
                reply = answer(self._reader, body)
            except CardPulled:
                self._hang_up()
                return False
            except ReaderEmpty:
                return False
        if reply is not None:
            connection.sendall(frame(reply))
        if len(body) == 1 and reply is not None:
            self._seen.set()
        return True
