"""Waiting until an address answers, from inside a container: on its network, so that no port need be published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from docker.models.containers import Container

_WAIT: Final = """
import http.client, signal, sys, time, urllib.parse
url, end = urllib.parse.urlsplit(sys.argv[1]), time.monotonic() + float(sys.argv[2])
# the name of a container that has ended is asked for ten seconds long, elsewhere and in vain
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]) + 0.5)
while time.monotonic() < end:
    try:
        line = http.client.HTTPConnection(url.hostname, url.port, timeout=2)
        line.request("GET", url.path or "/")
        if line.getresponse().status < 500:
            raise SystemExit(0)
    except (OSError, http.client.HTTPException):
        pass
    time.sleep(0.05)
raise SystemExit(1)
"""


def answers_within(container: Container, url: str, seconds: float) -> bool:
    """Wait until an address answers anything but a server error, and tell whether it did.

    Args:
        container: of our image, from which it is asked.
        url: the address.
        seconds: how long to wait; a container that ends meanwhile ends the waiting.
    """
    code, _ = container.exec_run(["python", "-c", _WAIT, url, str(seconds)])
    return code == 0
