"""A Firefox that has a card reader: a profile of ours with OpenSC's module, that reaches this machine only."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.card_login.browser import environment, opensc_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mock_idp.web.server_identity import ServerIdentity

SECONDS = 60
PREFERENCES = {
    # Present a card's certificate without asking which.
    "security.default_personal_cert": '"Select Automatically"',
    # Nowhere but here: a proxy that is not there, except for this machine.
    "network.proxy.type": "1",
    "network.proxy.http": '"127.0.0.1"',
    "network.proxy.http_port": "9",
    "network.proxy.ssl": '"127.0.0.1"',
    "network.proxy.ssl_port": "9",
    "network.proxy.no_proxies_on": '"localhost"',
    "browser.shell.checkDefaultBrowser": "false",
    "browser.aboutwelcome.enabled": "false",
    "datareporting.policy.dataSubmissionEnabled": "false",
    "app.update.auto": "false",
}


def prepare(home: Path, identity: ServerIdentity) -> Path:
    """Make a profile and return its folder."""
    profile = home / "profile"
    profile.mkdir()
    (home / "authority.pem").write_bytes(identity.authority_pem)
    database = f"sql:{profile}"
    for command in (
        ("certutil", "-d", database, "-N", "--empty-password"),
        ("certutil", "-d", database, "-A", "-n", "simulateur", "-t", "C,,", "-i", str(home / "authority.pem")),
        ("modutil", "-dbdir", database, "-force", "-add", "carte", "-libfile", str(opensc_module())),
    ):
        subprocess.run(command, env=environment(home), capture_output=True, check=True, timeout=SECONDS)
    lines = [f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    return profile


@contextmanager
def firefox(home: Path, profile: Path, address: str, *switches: str, **more: str) -> Iterator[None]:
    """Open an address, and close the browser at the end of the block."""
    program = shutil.which("firefox-esr") or shutil.which("firefox") or "firefox"
    command = [program, "--no-remote", "--profile", str(profile), *switches, address]
    running = subprocess.Popen(
        command, env=environment(home, **more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait(SECONDS)
