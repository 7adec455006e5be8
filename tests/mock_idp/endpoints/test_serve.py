"""Serving on loopback: a port nobody chose, answers at once, and nothing left behind."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
import requests

from mock_idp.settings import Settings
from mock_idp.web.serve import bind, on_port, run_provider
from mock_idp.web.services import Provider

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys


def test_two_providers_serve_at_once(keys: SigningKeys) -> None:
    """Each at its own port, with its own issuer, asked right after the start."""

    def make(settings: Settings) -> Provider:
        return Provider(settings=settings, keys=keys)

    with run_provider(make=make) as one, run_provider(make=make) as other:
        issuers = [requests.get(each.settings.discovery_url, timeout=10).json()["issuer"] for each in (one, other)]

    assert [one.settings.issuer, other.settings.issuer] == issuers
    assert issuers[0] != issuers[1]


def test_stopping_drops_idle_clients_and_lets_every_thread_go(keys: SigningKeys) -> None:
    """A browser that keeps its connection open keeps nothing else; the port is free again."""
    before = set(threading.enumerate())
    for _ in range(5):
        with run_provider(make=lambda final: Provider(settings=final, keys=keys)) as running:
            port = int(running.settings.issuer_base.rpartition(":")[2])
            idle = socket.create_connection(("127.0.0.1", port), timeout=10)
            idle.sendall(b"GET /_control/v1/status HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
            first = idle.recv(12)
        with idle:
            while idle.recv(4096):
                pass

        assert b"HTTP/1.1 200" == first
        bind("127.0.0.1", port).close()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)

    assert set() == set(threading.enumerate()) - before


def test_a_request_that_ends_while_the_server_stops_is_no_trouble(keys: SigningKeys) -> None:
    """It wakes the very thread that is told to stop, just before it is told: here always, otherwise once in a while."""
    with run_provider(make=lambda final: Provider(settings=final, keys=keys)) as running:
        trigger = running.serving._server.trigger
        pull = trigger._physical_pull

        def too_late() -> None:
            # somebody else's wake-up comes between the word and its own
            pull()
            threading.Event().wait(0.2)
            pull()

        trigger._physical_pull = too_late
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(running.settings.issuer_base.rpartition(":")[2])), timeout=10)


def test_a_taken_port_is_told(keys: SigningKeys) -> None:
    """By the operating system's own error, for the command line to explain."""
    taken = bind("127.0.0.1", 0)
    taken.listen()
    try:
        with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
            bind("127.0.0.1", taken.getsockname()[1])
    finally:
        taken.close()


def test_issuer_and_wallet_are_two_hosts() -> None:
    """As at PSC, though both are this machine."""
    settings = on_port(Settings(), 8123)

    assert ("http://127.0.0.1:8123", "http://localhost:8123") == (settings.issuer_base, settings.wallet_base)
