"""The fixtures for a vendor's own tests: the documented example is played, and mistakes are told."""

from __future__ import annotations

import re

import pytest

from tests.house.inventory import ROOT

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.integration

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLE, TEST, LIE = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)

# What the page leaves to the vendor: here it is the correct miniature.
MY_PORTAL = """
from contextlib import contextmanager
from conformance.miniatures.config import PortalConfig
from conformance.miniatures.server import free_port, run_portal

def free_address():
    return f"http://127.0.0.1:{free_port()}"

@contextmanager
def running_portal(base, discovery, client_id, client_secret):
    config = PortalConfig(
        issuer=discovery.partition("/.well-known")[0], discovery_url=discovery, client_id=client_id,
        client_secret=client_secret, public_base_url=base,
    )
    with run_portal(config, None, port=int(base.rpartition(":")[2])):
        yield
"""


@pytest.fixture
def vendor(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A vendor's folder with the documented ``conftest.py``."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(my_portal=MY_PORTAL)
    pytester.makeconftest(EXAMPLE)
    return pytester


def test_the_documented_example_passes(vendor: pytest.Pytester) -> None:
    """A login in three lines, and a lie that the correct portal refuses."""
    vendor.makepyfile(test_login=TEST, test_lie=LIE)

    vendor.runpytest_subprocess("-q").assert_outcomes(passed=2)


def test_the_documented_example_can_fail(vendor: pytest.Pytester) -> None:
    """A portal that shows nobody fails the very same test."""
    vendor.makepyfile(test_login=TEST.replace('visit.open("/me")', 'visit.open("/logged-out")'))

    vendor.runpytest_subprocess("-q").assert_outcomes(failed=1)


def test_the_card_belongs_to_the_person(vendor: pytest.Pytester) -> None:
    """Its identity is theirs, its PIN opens it, and another test gets somebody else."""
    vendor.makepyfile(
        """
        seen = []

        def test_card(psc_person, psc_card):
            assert psc_card.desk.read_identity().idnat == psc_person.idnat
            psc_card.desk.verify_pin(psc_card.pin)
            assert psc_card.pin not in repr(psc_card)
            seen.append(psc_person.idnat)

        def test_somebody_else(psc_person, psc_provider):
            assert psc_person.idnat not in seen
            other = psc_provider.person("medecin-liberal", identity_claim="sub")
            assert other.identity == other.claims["sub"]
        """
    )

    vendor.runpytest_subprocess("-q", "-p", "no:randomly").assert_outcomes(passed=2)


def test_mistakes_are_told_in_a_sentence(vendor: pytest.Pytester) -> None:
    """An address that leads nowhere, and a secret that no failure shows."""
    vendor.makepyfile(
        """
        def test_nowhere(portal, psc_login):
            psc_login(f"{portal}/logged-out")

        def test_shown(psc_provider):
            client = psc_provider.register("http://127.0.0.1:1/callback", client_secret="tr-s-secret")
            assert "tr-s-secret" not in repr(client) + repr(psc_provider)
        """
    )
    done = vendor.runpytest_subprocess("-q")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["*LoginNotBegun: *the login does not lead to the provider, it ends at*(HTTP *); give the portal psc*"]
    )


def test_nothing_starts_unless_asked(vendor: pytest.Pytester) -> None:
    """Loading the fixtures costs no provider."""
    vendor.makepyfile(
        """
        import threading

        def test_quiet():
            assert ["MainThread"] == [one.name for one in threading.enumerate()]
        """
    )

    vendor.runpytest_subprocess("-q").assert_outcomes(passed=1)
