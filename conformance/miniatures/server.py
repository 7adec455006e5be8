"""A miniature portal on a free port of loopback, and the description of it that the harness reads."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.server import create_server

from conformance.miniatures.portal import create_portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.miniatures.config import PortalConfig
    from conformance.miniatures.property_defects import AnyDefect

LOOPBACK: Final = "127.0.0.1"
_STOP_SECONDS: Final = 5.0


@contextmanager
def run_portal(
    config: PortalConfig, defect: AnyDefect | None = None, *, port: int = 0, host: str = LOOPBACK
) -> Iterator[str]:
    """Serve a portal in a thread and give its base address; leaving the block stops it.

    Args:
        config: provider and registration; on loopback its ``public_base_url`` is replaced by the address it gets.
        defect: the one thing it forgets, None for nothing.
        port: where to listen; 0 takes a free one.  A provider that must know the callback address beforehand is told
            one of ``free_port``.
        host: address to listen on; beyond loopback, as in a container, ``public_base_url`` says how it is reached.

    Raises:
        OSError: the port is taken.
    """
    # The address is part of the application, so the socket comes first.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        local = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        base_url = local if host == LOOPBACK else config.public_base_url
        logging.getLogger("waitress").setLevel(logging.ERROR)
        app = create_portal(replace(config, public_base_url=base_url), defect)
        server = create_server(app, sockets=[listener], threads=4, ident=None, clear_untrusted_proxy_headers=True)
    except BaseException:
        listener.close()
        raise
    thread = threading.Thread(target=server.run, name="miniature-portal", daemon=True)
    thread.start()
    try:
        yield base_url
    finally:
        _stop(server, thread)


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def portal_toml(
    base_url: str, *, name: str = "miniature", jwks_cooldown_seconds: float = 10.0, registered: bool = True
) -> str:
    """Return the ``portal.toml`` of a miniature: where its pages are and how it says who is logged in.

    Args:
        base_url: from ``run_portal``.
        name: shown in reports.
        jwks_cooldown_seconds: how long the portal waits before it fetches keys again.
        registered: whether both know each other as the suite introduces them: CIBA, certificate, authority.
    """
    flows, more = ('["code", "ciba"]', _REGISTERED) if registered else ('["code"]', "")
    return f"""schema = 1

[portal]
name = "{name}"
base_url = "{base_url}"
home = "/"
login = "/login"
callback = "/callback"
logout = "/logout"
logout_method = "POST"
backchannel_logout = "/backchannel-logout"
frontchannel_logout = "/frontchannel-logout"
flows = {flows}
{more}
[whoami]
url = "/me"
anonymous = ["401"]
identity = {{ json = "/identifier" }}
claims = {{ json = "/claims" }}
identity_claim = "SubjectNameID"

[reset]
post = "/forget"

[clock]
post = "/clock"

[refresh]
url = "/refresh"

[limits]
login_seconds = 10
jwks_cooldown_seconds = {jwks_cooldown_seconds:g}

[expect]
skip = []
known = []
"""


_REGISTERED: Final = """
[ciba]
url = "/ciba"
form = "ciba"
field = "identifiant"
wait = "/ciba/wait"

[mtls]
parameters = { certificat = "oui" }

[provider]
authority_trusted = true
"""


def _stop(server: Any, thread: threading.Thread) -> None:
    """Close every socket from inside the loop, which then ends; from outside it would be a race.

    Not before the loop has been woken: a request that ends just then wakes it too, and it would close the very pipe
    that it is about to be woken by.
    """
    woken = threading.Event()

    def close() -> None:
        woken.wait(_STOP_SECONDS)
        wasyncore.close_all(server._map)  # noqa: SLF001  # waitress has no public stop

    server.trigger.pull_trigger(close)
    woken.set()
    thread.join(timeout=_STOP_SECONDS)
    server.task_dispatcher.shutdown(timeout=1)
