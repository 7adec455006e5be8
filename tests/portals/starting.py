"""Starting a portal that nobody here wrote: a process of its own on loopback, connected to a provider of the test's."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from conformance.miniatures.server import free_port
from mock_idp.protocol import Client
from tests.portals.npm import modules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mock_idp.web import Provider

HERE = Path(__file__).parent
CLIENT_ID = "portail-reel"
PATIENCE = 30.0
APACHE_MODULES = "/usr/lib/apache2/modules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a portal is to stand, and what it must know of the provider.

    Attributes:
        run: a folder that any user may enter; apache2 changes to another one.
    """

    name: str
    run: Path
    port: int
    discovery: str
    client_secret: str = field(repr=False)

    @property
    def base(self) -> str:
        """Return the portal's base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """Return the folder of the repository that the portal comes from."""
        return HERE / self.name

    def filled(self, template: str, target: str, **more: str) -> Path:
        """Write one of the portal's files with this place filled in, and return where."""
        facts = {
            "base": self.base,
            "run": str(self.run),
            "port": str(self.port),
            "discovery": self.discovery,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
            **more,
        }
        written = self.run / target
        written.write_text(Template((self.folder / template).read_text(encoding="utf-8")).substitute(facts), "utf-8")
        return written

    @property
    def environment(self) -> dict[str, str]:
        """Return what portals configured by environment read."""
        return {
            "BASE": self.base,
            "PORT": str(self.port),
            "DISCOVERY": self.discovery,
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": self.client_secret,
            "SESSION_SECRET": secrets.token_urlsafe(24),
        }


@contextmanager
def started(name: str, provider: Provider, *after_logout: str, faketime: bool = False) -> Iterator[Path]:
    """Start a portal for the length of a ``with`` block, and give its ``portal.toml``.

    Args:
        name: its folder beside this room.
        provider: that it is registered with.
        *after_logout: paths that the provider may send the browser back to.
        faketime: whether the clock of its process can be set, by libfaketime.
    """
    with tempfile.TemporaryDirectory(prefix="psc-portal-") as folder:
        run = Path(folder)
        run.chmod(0o755)
        place = Place(
            name=name,
            run=run,
            port=free_port(),
            discovery=provider.settings.discovery_url,
            client_secret=secrets.token_urlsafe(24),
        )
        provider.server.register_client(
            Client(
                client_id=CLIENT_ID,
                client_secret=place.client_secret,
                redirect_uris=(f"{place.base}/callback",),
                post_logout_redirect_uris=tuple(place.base + path for path in after_logout),
                name=name,
            )
        )
        command, environment, sign = COMMANDS[name](place)
        described = place.filled("portal.toml", "portal.toml")
        if faketime:
            environment = {**environment, **_settable(run / "faketime")}
            described.write_text(f'{described.read_text()}\n[clock]\nfaketime = "{run / "faketime"}"\n', "utf-8")
        with running(command, environment, sign):
            yield described


@contextmanager
def running(command: list[str], environment: Mapping[str, str], sign: str) -> Iterator[None]:
    """Run a process until the end of a ``with`` block; wait for the line with which it says that it listens.

    Raises:
        AssertionError: it ended, or never said so; with what it did say.
    """
    process = subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parents[1]), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said: list[str] = []
    listens, silent = threading.Event(), threading.Event()

    def listen() -> None:
        for line in process.stdout or ():
            said.append(line)
            if sign in line:
                listens.set()
        silent.set()
        listens.set()

    reader = threading.Thread(target=listen, daemon=True)
    reader.start()
    try:
        assert listens.wait(PATIENCE), f"{command[0]} never said that it listens: {''.join(said)}"
        assert not silent.is_set(), f"{command[0]} ended at once: {''.join(said)}"
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)
        reader.join(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def _settable(file: Path) -> dict[str, str]:
    """Return what makes a process read its clock's distance from real time in a file, each time it looks."""
    file.write_text("+0\n", encoding="ascii")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}


def _apache(place: Place) -> tuple[list[str], dict[str, str], str]:
    for path in ("pages/index.html", "pages/protected/index.html", "pages/logged-out/index.html"):
        page = place.run / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<!doctype html><title>{page.parent.name}</title>", encoding="utf-8")
    settings = place.filled("httpd.conf", "httpd.conf", modules=APACHE_MODULES, passphrase=secrets.token_urlsafe(24))
    command = [shutil.which("apache2") or "/usr/sbin/apache2", "-f", str(settings), "-DFOREGROUND"]
    return command, {}, "resuming normal operations"


def _express(place: Place) -> tuple[list[str], dict[str, str], str]:
    # Node looks for modules beside the file, so file and modules come together outside the repository.
    (place.run / "node_modules").symlink_to(modules(place.folder))
    shutil.copy(place.folder / "portal.mjs", place.run)
    return [shutil.which("node") or "node", str(place.run / "portal.mjs")], place.environment, "ready"


def _authlib(place: Place) -> tuple[list[str], dict[str, str], str]:
    return [sys.executable, str(place.folder / "portal.py")], place.environment, "ready"


def _single_page(place: Place) -> tuple[list[str], dict[str, str], str]:
    environment = {**place.environment, "MODULES": str(modules(place.folder))}
    return [sys.executable, str(place.folder / "server.py")], environment, "ready"


COMMANDS = {
    "mod_auth_openidc": _apache,
    "openid_client": _express,
    "authlib_flask": _authlib,
    "spa": _single_page,
}
