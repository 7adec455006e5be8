"""A PC/SC service started by hand, with two virtual readers and nothing else, for as long as it is needed.

The service finds its readers in a folder of ours, on a free port below 32768, where Linux takes none for outgoing
connections.  A machine has one pcscd, its socket having a fixed place: whoever wants one waits for the others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from virtual_card.spoken import Spoken
from virtual_card.transport.vpcd import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
"""Where Debian's package vsmartcard-vpcd puts the virtual reader."""
READERS = 2
PORTS = range(15963, 16963, READERS)
READER_NAME = "CPS virtuelle"

# Where only root writes: in a folder for everybody, a link planted there would be followed.
_LOCK = Path("/run/psc-conformance-pcscd.lock")
_SOCKET = Path("/run/pcscd/pcscd.comm")
_NO_POLKIT = "--disable-polkit"
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_LOOKS = 500
_SAID = 300


class PcscdError(Spoken):
    """The service cannot be started here; the message says what to install or to stop."""


@contextmanager
def pcscd(folder: Path) -> Iterator[int]:
    """Run a service for the length of a ``with`` block, and give the port of its first reader; the second is one up.

    It takes root, or a plain user to whom the folder of the socket belongs; then every program that can open the socket
    may use the card.

    Args:
        folder: for its configuration (``readers``) and what it says (``pcscd.log``).

    Raises:
        PcscdError: it is not installed, needs other rights, runs already, does not start, or no port is free.
    """
    program = shutil.which("pcscd", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if program is None or not DRIVER.exists():
        raise PcscdError(
            "pcscd ou vpcd manque ; Debian : apt-get install pcscd vsmartcard-vpcd",
            "pcscd or vpcd is missing; Debian: apt-get install pcscd vsmartcard-vpcd",
        )
    plain = os.geteuid() != 0
    if plain and not os.access(_SOCKET.parent, os.W_OK):
        raise PcscdError(
            f"pcscd crée sa socket dans {_SOCKET.parent}, qui est à root ; lancez en root, ou utilisez le service déjà "
            "démarré",
            f"pcscd makes its socket in {_SOCKET.parent}, which is root's; run as root, or use the service that runs",
        )
    # A plain user's service asks nobody who may use it: polkit, which is asked otherwise, would refuse even that user.
    manners = [_NO_POLKIT] if plain else []
    if plain and _NO_POLKIT not in _help_of(program):
        raise PcscdError(
            f"ce pcscd ne connaît pas {_NO_POLKIT}, dont un utilisateur ordinaire a besoin ; prenez pcscd 2, ou lancez "
            "en root",
            f"this pcscd does not know {_NO_POLKIT}, which a plain user needs; take pcscd 2, or run as root",
        )
    with (_SOCKET.with_name(_LOCK.name) if plain else _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers():
            raise PcscdError(
                "un pcscd tourne déjà sur cette machine ; arrêtez-le, ou donnez le port de son lecteur virtuel",
                "a pcscd runs on this machine already; stop it, or give its virtual reader's port",
            )
        port = _free_port()
        _configure(folder / "readers", port)
        with (folder / "pcscd.log").open("wb") as log:
            command = [program, "--foreground", *manners, "--config", str(folder / "readers")]
            service = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - found on the PATH, no shell
        try:
            _await_answer(service, folder / "pcscd.log")
            yield port
        finally:
            service.terminate()
            service.wait(_STOP_SECONDS)


def _help_of(program: str) -> str:
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - same


def _await_answer(service: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until programs can talk to the service, or say what it said when it ended instead."""
    for _ in range(_LOOKS):
        if _answers():
            return
        with suppress(subprocess.TimeoutExpired):
            service.wait(_LOOK_SECONDS)
            break
    said = " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-_SAID:]
    raise PcscdError(
        f"pcscd n'a pas démarré ; il a dit : {said or 'rien'}", f"pcscd did not start; it said: {said or 'nothing'}"
    )


def _configure(folder: Path, port: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    where = f"DEVICENAME /dev/null:{port:#06x}\nCHANNELID {port:#06x}\n"
    (folder / "vpcd").write_text(f'FRIENDLYNAME "{READER_NAME}"\nLIBPATH {DRIVER}\n{where}', encoding="utf-8")


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as door:
        return door.connect_ex(str(_SOCKET)) == 0


def _free_port() -> int:
    for port in PORTS:
        try:
            with socket.create_server((LOOPBACK, port)), socket.create_server((LOOPBACK, port + 1)):
                return port
        except OSError:
            continue
    first, last = PORTS[0], PORTS[-1] + 1
    raise PcscdError(
        f"pas deux ports libres de suite entre {first} et {last} ; arrêtez ce qui les occupe",
        f"no two free ports in a row between {first} and {last}; stop what holds them",
    )
