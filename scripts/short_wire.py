"""Answers HTTP requests in the thread that makes them, without a socket: for counting plans on a busy machine.

Portal, provider and hunt are one process in ``bench_fuzz.py``; what they say to each other stays the same to the octet
that HTTP libraries are given; only TCP, and the person's clicks at the provider, are left out.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

import requests.adapters
import urllib3

import conformance.miniatures.server as portals
import mock_idp.web.serve as providers
from conformance.portal import AuthorizationResponse
from conformance.workstation import Workstation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def short_wire() -> Iterator[None]:
    """Lead every request to a server of this process straight to its application, for the length of a block."""
    apps: dict[int, Any] = {}

    def create_server(app: Any, *, sockets: Any, original: Callable[..., Any], **more: Any) -> Any:
        apps[sockets[0].getsockname()[1]] = app
        return original(app, sockets=sockets, **more)

    def complete(desk: Any, request: Any, idnat: str) -> AuthorizationResponse:
        # what the person clicks at the provider is not what is measured
        hop = desk.computer.step(request.url)
        location = (hop.hops[-1].location or "") if hop.hops else ""
        login = parse_qs(urlsplit(location).query).get("login")
        if not login:
            return plain(desk, request, idnat)
        reply = seen[0].complete(login[0], idnat, lambda _: None)
        return AuthorizationResponse(url=reply.location or "")

    def made(provider: Any, original: Any) -> Any:
        seen.append(provider)
        return original(provider)

    plain = Workstation.approve
    seen: list[Any] = []

    def send(adapter: Any, request: Any, *_: Any, **__: Any) -> Any:
        app = apps.get(urlsplit(request.url).port or 0)
        if app is None:
            raise requests.ConnectionError(f"nothing listens at {urlsplit(request.url).netloc}")
        return adapter.build_response(request, _answer(app, request))

    def of(module: Any) -> Any:
        original = module.create_server
        return mock.patch.object(
            module, "create_server", lambda app, **more: create_server(app, original=original, **more)
        )

    with (
        of(portals),
        of(providers),
        mock.patch.object(
            providers, "create_app", lambda provider, original=providers.create_app: made(provider, original)
        ),
        mock.patch.object(Workstation, "approve", complete),
        mock.patch.object(requests.adapters.HTTPAdapter, "send", send),
    ):
        yield


def _answer(app: Any, request: Any) -> urllib3.HTTPResponse:
    parts = urlsplit(request.url)
    body = request.body or b""
    octets = body.encode() if isinstance(body, str) else body
    wsgi: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(octets)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(octets),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        said = value.decode("latin-1") if isinstance(value, bytes) else value
        wsgi["CONTENT_TYPE" if key == "CONTENT_TYPE" else f"HTTP_{key}"] = said
    begun: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
        begun.update(status=int(status.split(maxsplit=1)[0]), headers=headers)
        return lambda _: None

    said = app(wsgi, start)
    try:
        content = b"".join(said)
    finally:
        if hasattr(said, "close"):
            said.close()
    return urllib3.HTTPResponse(
        body=io.BytesIO(content),
        headers=urllib3.HTTPHeaderDict(begun["headers"]),
        status=begun["status"],
        preload_content=False,
        request_method=request.method,
    )
