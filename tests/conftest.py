"""What every test gets: needs that are named when missing, no network beyond loopback, steady properties."""

from __future__ import annotations

import fcntl
import importlib.util
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.portals import npm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Mapping

ON_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

# A busy machine is no reason for a property to fail; in CI the examples are the same every time.
settings.register_profile("house", deadline=None, derandomize=ON_CI, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


_ONCE = ("container", "pcsc")
_SLOW = (*_ONCE, "browser", "integration")
_WANTED = pytest.StashKey[dict[Path, set[str]]]()
_HELD = pytest.StashKey["Held"]()


class Held:
    """What one process holds for the file of tests that it is at.

    Attributes:
        path: that file, or None between two files.
    """

    def __init__(self, folder: Path) -> None:
        """Hold nothing yet; the locks of all processes are in the folder."""
        self.path: Path | None = None
        self._folder = folder
        self._open = ExitStack()

    def take(self, path: Path, wanted: Mapping[str, int]) -> None:
        """Wait for everything that a file wants: names, each with ``LOCK_SH`` or ``LOCK_EX``."""
        # in one order everywhere, or two processes would wait for each other
        for name, how in sorted(wanted.items()):
            place = self._folder / f"psc-conformance-tests-{os.getuid()}-{name}.lock"
            fcntl.flock(self._open.enter_context(place.open("w")), how)
        self.path = path

    def let_go(self) -> None:
        """Give everything back."""
        self._open.close()
        self.path = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something a machine may lack, how to look for it, and what to install."""

    found: Callable[[], bool]
    remedy: str


def _command(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _module(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is not None


def _file(*patterns: str) -> Callable[[], bool]:
    return lambda: any(next(Path("/").glob(pattern.lstrip("/")), None) for pattern in patterns)


def _answers(*command: str) -> bool:
    found = shutil.which(command[0])
    if found is None:
        return False
    try:
        return subprocess.run([found, *command[1:]], capture_output=True, check=False, timeout=20).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _engine() -> bool:
    # As root the tests start one themselves: tests/containers/conftest.py.
    startable = os.geteuid() == 0 and shutil.which("dockerd") is not None
    return _module("docker")() and (startable or _answers("docker", "version"))


_PCSC = "scripts/system-packages.sh pcsc (as root on Debian)"
_SCREEN = "scripts/system-packages.sh screen (as root on Debian)"

NEEDS = {
    "chromium": Need(
        found=_command("chromium", "chromium-browser", "google-chrome"),
        remedy="scripts/system-packages.sh browser (Debian: apt-get install chromium)",
    ),
    "playwright": Need(found=_module("playwright"), remedy="make setup-dev"),
    "git": Need(found=_command("git"), remedy="Debian: apt-get install git"),
    "make": Need(found=_command("make"), remedy="Debian: apt-get install make"),
    "pcscd": Need(
        # It makes its socket in a folder of root's.
        found=lambda: os.geteuid() == 0 and _file("/usr/sbin/pcscd")(),
        remedy=_PCSC,
    ),
    "vpcd": Need(found=_file("/usr/lib/pcsc/drivers/serial/libifdvpcd.so"), remedy=_PCSC),
    "opensc": Need(found=_command("pkcs11-tool"), remedy=_PCSC),
    "openssl": Need(found=_command("openssl"), remedy="Debian: apt-get install openssl"),
    "curl": Need(found=_command("curl"), remedy=_PCSC),
    "engine-pkcs11": Need(found=_file("/usr/lib/*/engines-3/pkcs11.so"), remedy=_PCSC),
    "unshare": Need(
        # A mount namespace, so that a browser's policy stays off the machine.
        found=lambda: (
            subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0  # noqa: S607
            if shutil.which("unshare")
            else False
        ),
        remedy="run as root, with the capability SYS_ADMIN in a container (Debian: apt-get install util-linux)",
    ),
    "firefox": Need(
        found=_command("firefox-esr", "firefox"),
        remedy="scripts/system-packages.sh firefox (Debian: apt-get install firefox-esr)",
    ),
    "xvfb": Need(found=_command("Xvfb"), remedy=_SCREEN),
    "xdotool": Need(found=_command("xdotool"), remedy=_SCREEN),
    "certutil": Need(found=_command("certutil"), remedy=_SCREEN),
    "iproute2": Need(found=_command("ip"), remedy=_SCREEN),
    "node": Need(
        found=lambda: bool(shutil.which("node")),
        remedy="scripts/system-packages.sh node (Debian: apt-get install nodejs npm)",
    ),
    "npm-portals": Need(found=npm.installed, remedy=npm.REMEDY),
    "apache2-openidc": Need(
        found=lambda: _file("/usr/sbin/apache2")() and _file("/usr/lib/apache2/modules/mod_auth_openidc.so")(),
        remedy="scripts/system-packages.sh apache (Debian: apt-get install libapache2-mod-auth-openidc)",
    ),
    "docker": Need(
        found=_engine,
        remedy="scripts/system-packages.sh containers (and Docker running, or root so that the tests can start it)",
    ),
    "podman": Need(
        found=lambda: os.geteuid() == 0 and _command("podman")() and _file("/usr/lib/podman/aardvark-dns")(),
        remedy="scripts/system-packages.sh podman (as root on Debian)",
    ),
    "compose": Need(
        found=lambda: _command("docker-compose")() or _answers("docker", "compose", "version"),
        remedy="scripts/system-packages.sh containers (Debian: apt-get install docker-compose)",
    ),
    "hadolint": Need(found=Path(sys.executable).with_name("hadolint").exists, remedy="make setup-dev"),
    "faketime": Need(
        found=_file("/usr/lib/*/faketime/libfaketimeMT.so.1"),
        remedy="scripts/system-packages.sh node (Debian: apt-get install faketime)",
    ),
    "redis-server": Need(
        found=_command("redis-server", "valkey-server"),
        remedy="scripts/system-packages.sh redis (Debian: apt-get install redis-server)",
    ),
    "pyscard": Need(found=_module("smartcard"), remedy="scripts/pyscard.sh"),
}


def missing(name: str) -> str | None:
    """Say what is missing and how to get it, or None when the machine has it.

    Raises ``pytest.UsageError`` for a need that is not in ``NEEDS``.
    """
    need = NEEDS.get(name)
    if need is None:
        msg = f"requires({name!r}): unknown need; known: {', '.join(sorted(NEEDS))}. Add it to tests/conftest.py."
        raise pytest.UsageError(msg)
    return None if need.found() else f"{name} is not on this machine; {need.remedy}"


def pytest_configure(config: pytest.Config) -> None:
    """Shut the door to the outside, for the whole run."""
    config.stash[_HELD] = Held(Path(tempfile.gettempdir()))
    sys.addaudithook(_stay_on_loopback)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts what runs in the background deaf to Ctrl-C, and so would be the programs that tests interrupt.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note which files want something that a machine has once, and begin with what takes longest."""
    wanted: dict[Path, set[str]] = {}
    slow: Counter[Path] = Counter()
    for item in items:
        marks = [mark for name in _SLOW for mark in item.iter_markers(name)]
        wanted.setdefault(item.path, set()).update(mark.name for mark in marks if mark.name != "integration")
        slow[item.path] += max((mark.kwargs.get("seconds", 1) for mark in marks), default=0)
    config.stash[_WANTED] = wanted
    places = {path: place for place, path in enumerate(in_turn(wanted, slow))}
    items.sort(key=lambda item: places[item.path])


def in_turn(wanted: Mapping[Path, Collection[str]], slow: Mapping[Path, int]) -> list[Path]:
    """Return files in the order in which processes that share them wait least for one another.

    Args:
        wanted: for each file, what it wants of the things that a machine has once, and whether that is a browser.
        slow: for each file, about how many seconds its slow tests take.

    Returns:
        In turn a file that wants such a thing and a slow one that does not, the longest first, then the quick ones.
        A browser and a container engine come as far apart as can be: they wait for each other.
    """
    longest = sorted((path for path in wanted if slow[path]), key=lambda path: -slow[path])
    once = [path for path in longest if {*_ONCE} & {*wanted[path]}]
    alone = [path for path in longest if path not in once]
    once.sort(key=lambda path: "container" not in wanted[path])
    alone.sort(key=lambda path: "browser" in wanted[path])
    turns = [path for pair in zip_longest(alone, once) for path in pair if path is not None]
    return [*turns, *(path for path in wanted if not slow[path])]


def locks(wanted: Collection[str]) -> dict[str, int]:
    """Return what a file holds while its tests run, and whether others may hold it too (``LOCK_SH``) or not.

    One PC/SC service and one container engine serve the whole machine, and every process that shares these tests.  What
    the engine does to the network's interfaces makes a browser break off whatever it is loading
    (``net::ERR_NETWORK_CHANGED``), so browsers share the time in which no container starts or stops.
    """
    held = {name: fcntl.LOCK_EX for name in _ONCE if name in wanted}
    return {"container": fcntl.LOCK_SH, **held} if "browser" in wanted else held


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Hold what a file wants from before its first fixture, whatever the scope, to after its last."""
    held = item.config.stash[_HELD]
    if held.path != item.path:
        held.let_go()
        held.take(item.path, locks(item.config.stash[_WANTED].get(item.path, set())))
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.path != item.path:
            held.let_go()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs are not met, saying which; in CI that is a failure, because nobody reads skips."""
    for marker in item.iter_markers("requires"):
        for name in marker.args:
            reason = missing(name)
            if reason and ON_CI:
                pytest.fail(f"{reason} (a missing need is a failure when CI=true)", pytrace=False)
            if reason:
                pytest.skip(reason)


def is_loopback(host: object) -> bool:
    """Tell whether a host, as a test wrote it, stays on this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False


def _stay_on_loopback(event: str, args: tuple[Any, ...]) -> None:
    # A name outside does not resolve, as on a machine without network; an address outside is our own mistake.
    if event == "socket.getaddrinfo" and not is_loopback(args[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"tests stay on loopback: {args[0]!r} is not resolved")
    if event == "socket.connect" and isinstance(args[1], tuple) and not is_loopback(args[1][0]):
        msg = f"a test tried to leave loopback: {args[1][0]!r}"
        raise AssertionError(msg)
