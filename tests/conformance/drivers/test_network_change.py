"""A container that starts elsewhere on the machine makes Chromium break off: that is no fault of the portal's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.inventory import ROOT

LINE = 'ip link set lo up && exec "$0" -m tests.conformance.drivers.network_change'


@pytest.mark.browser
@pytest.mark.integration
@pytest.mark.requires("chromium", "playwright", "unshare", "iproute2")
def test_a_network_that_changes_is_named_and_not_the_portal() -> None:
    """In a network of its own, so that no other browser on the machine notices."""
    command = ["unshare", "--net", "sh", "-c", LINE, sys.executable]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert "a network interface of this machine came or went" in done.stdout
    assert 0 == done.returncode, done.stderr
