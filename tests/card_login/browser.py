"""A Chromium that has a card reader: certificate store, PKCS#11 module and certificate choice in a folder of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from virtual_card.certificate_shape import Range

if TYPE_CHECKING:
    from mock_idp.web.server_identity import ServerIdentity

SECONDS = 60
SYSTEM_SETTINGS = Path("/etc/chromium")


def opensc_module() -> Path:
    """Return OpenSC's PKCS#11 module."""
    return next(Path("/usr/lib").glob("*/opensc-pkcs11.so"))


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return what a browser finds around it: a home of its own, where its certificate store is."""
    return {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "LC_ALL": "C.UTF-8", **more}


def prepare(home: Path, identity: ServerIdentity, port: int) -> Path:
    """Make a home for a browser, and return the program that starts it there.

    Chromium reads its policies from ``/etc/chromium`` only: the program sees a copy of that folder, in a mount
    namespace of its own, with one policy more: present a card's certificate at the card's port without asking which.
    """
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    authority = home / "authority.pem"
    authority.write_bytes(identity.authority_pem)
    database = f"sql:{store}"
    _run(home, "certutil", "-d", database, "-N", "--empty-password")
    _run(home, "certutil", "-d", database, "-A", "-n", "simulateur", "-t", "C,,", "-i", str(authority))
    module = ("-add", "carte", "-libfile", str(opensc_module()))
    _run(home, "modutil", "-dbdir", database, "-force", *module)
    settings = home / "etc-chromium"
    if SYSTEM_SETTINGS.is_dir():
        shutil.copytree(SYSTEM_SETTINGS, settings)
    policies = settings / "policies" / "managed"
    policies.mkdir(parents=True)
    choice = {
        "pattern": f"https://localhost:{port}",
        "filter": {"ISSUER": {"CN": f"FICTIF AC IGC SIMULATEUR {Range.FORT} PERSONNES"}},
    }
    policy = {"AutoSelectCertificateForUrls": [json.dumps(choice)]}
    (policies / "carte.json").write_text(json.dumps(policy), encoding="utf-8")
    starter = home / "chromium-with-card"
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    mount = f'mount --bind "{settings}" {SYSTEM_SETTINGS}'
    starter.write_text(
        f'#!/bin/sh\nexec unshare --mount sh -c \'{mount} && exec {chromium} "$@"\' chromium "$@"\n', encoding="utf-8"
    )
    starter.chmod(0o755)
    return starter


def _run(home: Path, *command: str) -> None:
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
