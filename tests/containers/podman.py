"""A Podman of our own: its own storage, networks and rules, and its Docker-compatible socket.

Networks, rules and processes are gone with the test.  Its images stay in the cache, as Docker's do, so that the next
build is quick; who doubts them removes the folder.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# For a machine without systemd: no larger limits than it has, and a runtime for either kind of control groups.
# Nothing is shared with a Podman that the machine may have.
SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "runc"
tmp_dir = "{folder}/tmp"
"""
STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/root"
runroot = "{folder}/run"
"""
# A network of its own: Docker's firewall drops what is not Docker's, and so what closed networks of Podman carry.
# Processes of its own too: conmon outlives its container by minutes, the server of names everything.
ISOLATED = (
    "unshare",
    "--net",
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)
# The socket is there before the service is, which takes it over as systemd would hand it out: nobody waits.
SERVE = 'exec env LISTEN_PID=$$ LISTEN_FDS=1 podman system service --time 0 3<&"$0"'
SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Podman:
    """A running service.

    Attributes:
        address: where it answers as Docker does.
        environment: variables with which the command ``podman`` means this one.
    """

    address: str
    environment: dict[str, str]

    def inspect(self, image: str) -> Any:
        """Return what Podman itself knows of an image."""
        command = ["podman", "image", "inspect", image]
        return json.loads(subprocess.check_output(command, env=self.environment, timeout=SECONDS))[0]


@contextmanager
def podman(folder: Path) -> Iterator[Podman]:
    """Run a service for the length of a ``with`` block.

    Args:
        folder: for its settings, socket and log.
    """
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "psc-conformance" / "podman"
    kept.mkdir(parents=True, exist_ok=True)
    for name in ("run", "tmp"):
        # what only a running one knows; without it Podman starts as after a reboot
        shutil.rmtree(kept / name, ignore_errors=True)
    (folder / "containers.conf").write_text(SETTINGS.format(folder=kept), encoding="utf-8")
    (folder / "storage.conf").write_text(STORAGE.format(folder=kept), encoding="utf-8")
    environment = {
        **os.environ,
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }
    place = folder / "socket"
    # Ours is closed at once: when the service dies, nobody is left waiting at a door that opens no more.
    with socket.socket(socket.AF_UNIX) as door, (folder / "log").open("wb") as log:
        door.bind(str(place))
        door.listen()
        command = [*ISOLATED, "bash", "-c", SERVE, str(door.fileno())]
        service = subprocess.Popen(command, env=environment, pass_fds=[door.fileno()], stdout=log, stderr=log)
    try:
        yield Podman(address=f"unix://{place}", environment=environment)
    finally:
        # unshare hears nothing gentler while it waits; what it forked dies with it
        service.kill()
        service.wait(SECONDS)
