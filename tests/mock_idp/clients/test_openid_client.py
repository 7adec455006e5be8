"""npm's openid-client, with its default checks: code with PKCE, refresh, userinfo, revocation, CIBA, both logouts."""

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

import pytest

from mock_idp.settings import Settings
from mock_idp.web import journeys
from mock_idp.web.answers import Answer, answer
from mock_idp.web.serve import run_provider
from mock_idp.web.services import Provider
from tests.mock_idp.clients.visitor import Visitor
from tests.mock_idp.protocol.portal import CALLBACK, IDNAT, PORTAL, SECRET
from tests.portals import npm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_idp.keys import SigningKeys

pytestmark = [pytest.mark.integration, pytest.mark.requires("node", "npm-portals")]

AFTER = PORTAL.post_logout_redirect_uris[0]
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
def running(folder: Path, provider: Provider, flow: str, channel: str = "MOBILE") -> Iterator[Script]:
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
        "CHANNEL": channel,
        "AFTER": AFTER,
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


@pytest.mark.parametrize("end", ["logout", "revoke"])
def test_code_refresh_and_the_end(tmp_path: Path, provider: Provider, end: str) -> None:
    """Every token is about the same person; after the logout, or the revocation, each is worth nothing."""
    visitor = Visitor(provider)
    with running(tmp_path, provider, "code") as script:
        script.tell(visitor.log_in(script.hear()["url"]).stopped_at or "")
        people, tokens = script.hear(), script.hear()
        known = visitor.is_known("portal", CALLBACK)
        gone_to = visitor.follow(tokens["logout"]) if end == "logout" else ""
        script.tell(end)
        worth = script.hear()

    assert {"first": IDNAT, "second": IDNAT, "user": IDNAT} == people
    assert (True, True) == (tokens["active"], known)
    assert {"active": False, "refresh": "invalid_grant"} == worth
    assert (f"{AFTER}?state=l0gout" if end == "logout" else "") == gone_to
    # whoever logged out is asked again; whoever only lost a token is not
    assert (end == "revoke") is visitor.is_known("portal", CALLBACK)


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_ciba(tmp_path: Path, provider: Provider, channel: str) -> None:
    """Polled until the person answered, refreshed, and ended by the portal's server with a POST."""
    with running(tmp_path, provider, "ciba", channel) as script:
        acknowledged = script.hear()
        answer(provider, IDNAT, Answer.APPROVE)
        said, bye = script.hear(), script.hear()

    assert {"expires_in": 120, "interval": 1} == acknowledged
    assert {"user": IDNAT, "second": IDNAT} == said
    assert {"status": 200, "active": False, "refresh": "invalid_grant"} == bye


def test_ciba_refused(tmp_path: Path, provider: Provider) -> None:
    """The library tells the portal so, and stops."""
    with running(tmp_path, provider, "ciba") as script:
        script.hear()
        answer(provider, IDNAT, Answer.REFUSE)
        said = script.hear()

    assert {"error": "access_denied"} == said
