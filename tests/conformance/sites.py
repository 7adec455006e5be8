"""Throwaway servers for browsers to visit: what they answer, and what they were asked."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(kw_only=True)
class Site:
    """A throwaway server: answers by path, and what it was asked."""

    port: int = 0
    routes: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    seen: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)

    @property
    def host(self) -> str:
        """``host:port`` of the server."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return an address on the server."""
        return f"http://{host}:{self.port}{path}"

    def answer(self, path: str, status: int = 200, body: str | bytes = "", **headers: str) -> None:
        """Answer a path the same way every time; a header's underscores become dashes."""
        self.answer_lines(path, status, body, [(name.replace("_", "-"), value) for name, value in headers.items()])

    def answer_lines(self, path: str, status: int, body: str | bytes, lines: list[tuple[str, str]]) -> None:
        """Answer a path with these header lines, repeated names included."""
        content = body.encode() if isinstance(body, str) else body

        def respond(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in [("Content-Type", "text/html; charset=utf-8"), *lines]:
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        self.routes[path] = respond

    def raw(self, path: str, *pieces: bytes) -> None:
        """Answer a path with exactly these octets, then close."""

        def respond(handler: http.server.BaseHTTPRequestHandler) -> None:
            for piece in pieces:
                handler.wfile.write(piece)

        self.routes[path] = respond

    @property
    def cookies(self) -> list[str]:
        """The Cookie header of every request, in order."""
        return [headers.get("cookie", "") for _, _, headers, _ in self.seen]


@contextmanager
def running() -> Iterator[Site]:
    """Serve a site on a free port of loopback."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.seen.append((self.command, self.path, headers, body))
            if respond := site.routes.get(self.path.partition("?")[0]):
                respond(self)

        do_POST = do_GET  # noqa: N815  # the base class looks for this name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
