"""The doors over TLS: each certificate has one flaw, seen by a client that trusts the authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from mock_idp.web.serve import run_provider
from mock_idp.web.tls_flaws import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mock_idp.web.serve import RunningProvider

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProvider]:
    """A provider that answers."""
    with run_provider() as running:
        yield running


def door(running: RunningProvider, flaw: Flaw) -> str:
    """Return where the token endpoint stands behind a door."""
    said = requests.post(running.control_url + "/tls-doors", json={"flaw": flaw}, timeout=10).json()
    return str(said["base"]) + running.settings.endpoint("/token").removeprefix(running.settings.issuer_base)


@pytest.fixture
def trusted(running: RunningProvider, tmp_path: Path) -> str:
    """The authority in a file."""
    file = tmp_path / "authority.pem"
    file.write_text(requests.get(running.control_url + "/tls-authority", timeout=10).json()["pem"], encoding="ascii")
    return str(file)


def test_a_certificate_without_a_flaw_is_accepted(running: RunningProvider, trusted: str) -> None:
    """And the provider behind it is the same one; without the authority it is not accepted."""
    url = door(running, Flaw.NONE)
    answer = requests.post(url, data={"grant_type": "authorization_code"}, verify=trusted, timeout=10)

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])
    assert "token" == running.provider.journal.entries()[-1].endpoint
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(url, timeout=10)


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        (Flaw.UNKNOWN_AUTHORITY, "unable to get local issuer certificate|certificate signature failure"),
        (Flaw.EXPIRED, "certificate has expired"),
        (Flaw.OTHER_NAME, "Hostname mismatch|doesn't match"),
    ],
)
def test_a_flaw_is_noticed_for_what_it_is(running: RunningProvider, trusted: str, flaw: Flaw, reason: str) -> None:
    """Before a single octet of the request is sent."""
    url, before = door(running, flaw), len(running.provider.journal.entries())

    with pytest.raises(requests.exceptions.SSLError, match=reason):
        requests.post(url, data={"code": "secret"}, verify=trusted, timeout=10)
    assert before == len(running.provider.journal.entries())


def test_nothing_but_the_back_channel_stands_behind_a_door(running: RunningProvider, trusted: str) -> None:
    """No page for people, and no control API."""
    base = door(running, Flaw.NONE).partition("/auth/")[0]

    assert [404, 404] == [
        requests.get(base + path, verify=trusted, timeout=10).status_code for path in ("/auth", "/_control/v1/status")
    ]
