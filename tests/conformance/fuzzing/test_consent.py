"""A portal beyond this machine is fuzzed only when it says so itself."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from conformance.described import Descriptor
from conformance.fuzzing import consent
from conformance.fuzzing.consent import CONSENT_PATH, ConsentError, check_consent, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator


def portal(base: str, *hosts: str) -> Descriptor:
    """Return a portal that stands there."""
    return Descriptor(name="p", base_url=base, login=base, callback=base, allow_hosts=hosts)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.1.2.3", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://portail.localhost:5000", True),
        ("http://192.0.2.1", False),
        ("https://portail.test", False),
        ("http://localhost.portail.test", False),
    ],
)
def test_what_stays_on_this_machine(url: str, here: bool) -> None:  # noqa: FBT001  # a column of the table
    """Addresses of loopback, and names that mean it."""
    assert here == is_loopback(url)


def test_a_portal_that_does_not_say_who_is_there_cannot_be_judged() -> None:
    """The table to write is named."""
    mute = Descriptor(name="p", base_url="http://127.0.0.1:1", login="/", callback="/")
    with pytest.raises(ConsentError, match=r"\[whoami\]: missing"):
        check_consent(mute, probed=False)


def test_a_portal_here_needs_no_consent() -> None:
    """Nothing is asked."""
    check_consent(portal("http://127.0.0.1:1", "127.0.0.1:1"), probed=True)

    assert not is_loopback("http://portail.test")


@pytest.mark.parametrize(("base", "hosts"), [("http://portail.test", ()), ("http://127.0.0.1:1", ("portail.test:80",))])
def test_a_portal_elsewhere_must_be_asked(base: str, hosts: tuple[str, ...]) -> None:
    """One that does not answer has not agreed; the message names the file and what to publish."""
    with pytest.raises(
        ConsentError, match=r"base_url: .* answer .*/\.well-known/psc-conformance with {\"fuzzing\": true}"
    ):
        check_consent(portal(base, *hosts), probed=True)


@contextmanager
def publishing(body: bytes) -> Iterator[str]:
    """Serve one body at the path of consent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == CONSENT_PATH else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.integration
@pytest.mark.parametrize(
    ("body", "agreed"),
    [
        (b'{"fuzzing": true}', True),
        (b'{"fuzzing": "yes"}', False),
        (b'{"fuzzing": 1}', False),
        (b"[true]", False),
        (b"<html>", False),
    ],
)
def test_only_true_is_consent(body: bytes, agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """A page that happens to stand there is none."""
    monkeypatch.setattr(consent, "is_loopback", lambda _: False)
    with publishing(body) as base:
        try:
            check_consent(portal(base), probed=True)
            said = True
        except ConsentError:
            said = False

    assert agreed == said
