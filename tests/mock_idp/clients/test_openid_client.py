"""npm's openid-client, with its default checks: code with PKCE, refresh, userinfo, introspection, revocation, CIBA."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mock_idp.settings import Settings
from mock_idp.web import journeys
from mock_idp.web.answers import Answer, answer
from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, PORTAL, SECRET
from tests.portals import npm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_idp.keys import SigningKeys

pytestmark = [pytest.mark.integration, pytest.mark.requires("node", "npm-portals")]

SCRIPT = Path(__file__).with_name("openid_client.mjs")


@pytest.fixture
def provider(keys: SigningKeys) -> Iterator[Provider]:
    """A provider on a socket, with a portal that has CIBA, and one person with an activated phone."""
    settings = Settings(ciba_interval=timedelta(seconds=1))
    with run_provider(settings, make=lambda final: Provider(settings=final, keys=keys)) as running:
        running.provider.server.register_client(replace(PORTAL, ciba=True))
        journeys.enrol(running.provider, IDNAT, "1234")
        yield running.provider


class Script:
    """The script as it runs: lines out, lines in."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Talk to the process."""
        self._process = process

    def hear(self) -> dict[str, Any]:
        """Return what it says next."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        said: dict[str, Any] = json.loads(line)
        return said

    def tell(self, line: str) -> None:
        """Give it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


@contextmanager
def running(folder: Path, provider: Provider, flow: str) -> Iterator[Script]:
    """Run the script beside the packages that it needs."""
    node = shutil.which("node")
    assert node is not None
    (folder / "node_modules").symlink_to(npm.modules(npm.PORTALS / "openid_client"))
    script = shutil.copy(SCRIPT, folder)
    told = {
        "DISCOVERY": provider.settings.discovery_url,
        "CLIENT_ID": "portal",
        "CLIENT_SECRET": SECRET,
        "CALLBACK": CALLBACK,
        "IDNAT": IDNAT,
        "FLOW": flow,
    }
    with subprocess.Popen(
        [node, script],
        env={**os.environ, **told},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Script(process)
        finally:
            process.kill()


def test_code_refresh_and_revocation(tmp_path: Path, provider: Provider) -> None:
    """Every token is about the same person, and after the revocation it is worth nothing."""
    with running(tmp_path, provider, "code") as script:
        asked = tuple(parse_qsl(urlsplit(script.hear()["url"]).query))
        login = provider.begin(PORTAL, asked, scenario=None)
        script.tell(str(provider.complete(login.login_id, IDNAT, lambda _: None).location))
        people, tokens = script.hear(), script.hear()
    logout = urlsplit(tokens["logout"])

    assert {"first": IDNAT, "second": IDNAT, "user": IDNAT} == people
    assert (True, False) == (tokens["active"], tokens["after"])
    assert provider.settings.endpoint("/logout") == f"{logout.scheme}://{logout.netloc}{logout.path}"


@pytest.mark.parametrize(("approve", "result"), [(True, {"user": IDNAT}), (False, {"error": "access_denied"})])
def test_ciba(tmp_path: Path, provider: Provider, *, approve: bool, result: dict[str, str]) -> None:
    """The library polls at the interval until the person has answered."""
    with running(tmp_path, provider, "ciba") as script:
        acknowledged = script.hear()
        answer(provider, IDNAT, Answer.APPROVE if approve else Answer.REFUSE)
        said = script.hear()

    assert ({"expires_in": 120, "interval": 1}, result) == (acknowledged, said)
