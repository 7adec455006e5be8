"""In a network namespace of its own an interface comes up while Chromium waits for TLS; prints what the driver says."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

from conformance.descriptor import read_descriptor
from conformance.drivers import DriverFailed
from conformance.drivers.playwright import PlaywrightPortal

TOML = """
[portal]
name = "p"
base_url = "{url}"
login = "/login"
[driver]
name = "playwright"
[limits]
login_seconds = 3
"""

COMES = (
    ("link", "add", "psc-here", "type", "veth", "peer", "name", "psc-there"),
    ("addr", "add", "192.0.2.7/24", "dev", "psc-here"),
    ("link", "set", "psc-here", "up"),
    ("link", "set", "psc-there", "up"),
)


def serve(door: socket.socket, done: threading.Event) -> None:
    """Take a connection, bring an interface up as an engine does for a container, and never begin with TLS."""
    connection, _ = door.accept()
    with connection:
        for words in COMES:
            subprocess.run(["ip", *words], check=True)  # noqa: S607
        done.wait()


def main() -> int:
    """Open one page; 0 when the driver said that the network changed."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=serve, args=(door, done)).start()
        url = f"https://127.0.0.1:{door.getsockname()[1]}"
        portal = PlaywrightPortal(read_descriptor(TOML.format(url=url)), frozenset())
        try:
            page = portal.browser().open(url + "/login")
            sys.stdout.write(f"{page.hops}\n")
        except DriverFailed as said:
            sys.stdout.write(f"{said}\n")
            return 0
        finally:
            portal.close()
            done.set()
    return 1


if __name__ == "__main__":
    sys.exit(main())
