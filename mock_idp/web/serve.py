"""Serving the provider on loopback, in a thread or until stopped."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from waitress.server import create_server

from mock_idp.settings import Settings
from mock_idp.web.app import create_app
from mock_idp.web.services import Provider
from mock_idp.web.tls_doors import TlsDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

THREADS = 8
STOP_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class RunningProvider:
    """A provider that answers."""

    provider: Provider
    control_url: str
    serving: Serving

    @property
    def settings(self) -> Settings:
        """Return where it stands."""
        return self.provider.settings


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        OSError: the address is taken or is not this machine's.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def on_port(settings: Settings, port: int) -> Settings:
    """Return settings for a provider on loopback at a port: issuer at 127.0.0.1, wallet at localhost."""
    return replace(settings, issuer_base=f"http://127.0.0.1:{port}", wallet_base=f"http://localhost:{port}")


class Serving:
    """A waitress server over a listening socket."""

    def __init__(self, listener: socket.socket, provider: Provider) -> None:
        """Prepare to serve the provider; nothing is answered yet."""
        self._listener = listener
        self._doors = provider.tls_doors = TlsDoors(provider)
        self._server: Any = create_server(
            create_app(provider), sockets=[listener], threads=THREADS, clear_untrusted_proxy_headers=True, ident="psc"
        )
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Serve until stopped."""
        self._server.run()

    def __enter__(self) -> Self:
        """Serve in a thread."""
        self._thread = threading.Thread(target=self._server.run, name="psc-provider", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and free the port."""
        self.stop()

    def stop(self) -> None:
        """Close every connection and the socket, and let the threads go."""
        self._doors.close()
        if self._thread is None or not self._thread.is_alive():
            self._close()
        else:
            # by the thread that waits on these sockets: another one would close them while that one looks at them;
            # and not before it has been woken: a request that ends just then wakes it too, and it would close the very
            # pipe that it is about to be woken by
            woken = threading.Event()

            def close() -> None:
                woken.wait(STOP_SECONDS)
                self._close()

            self._server.trigger.pull_trigger(close)
            woken.set()
            self._thread.join(timeout=STOP_SECONDS)
        self._server.task_dispatcher.set_thread_count(0)

    def _close(self) -> None:
        self._server.close()
        for channel in list(self._server._map.values()):  # noqa: SLF001  waitress has no public way to drop idle clients
            channel.close()


class BehindDoors:
    """A provider all of whose ports are TLS ports, which somebody else serves: what it takes beside them."""

    def __init__(self, provider: Provider) -> None:
        """Give the provider its further doors; nothing is listened on."""
        self._doors = provider.tls_doors = TlsDoors(provider)
        self._over = threading.Event()

    def run(self) -> None:
        """Wait until stopped or interrupted."""
        self._over.wait()

    def stop(self) -> None:
        """Close the further doors, and end the wait."""
        self._doors.close()
        self._over.set()


@contextmanager
def run_provider(
    settings: Settings | None = None, *, make: Callable[[Settings], Provider] | None = None
) -> Iterator[RunningProvider]:
    """Serve a provider on a free loopback port for the length of a ``with`` block.

    Args:
        settings: lifetimes and habits; the addresses are replaced by the real ones.
        make: builds the provider from the final settings; a plain one if not given.
    """
    listener = bind("127.0.0.1", 0)
    final = on_port(settings or Settings(), listener.getsockname()[1])
    provider = make(final) if make else Provider(settings=final)
    with Serving(listener, provider) as serving:
        yield RunningProvider(provider=provider, control_url=final.issuer_base + "/_control/v1", serving=serving)
