"""The rules every test lives under: a missing need is named, and nothing leaves loopback."""

from __future__ import annotations

import socket

import pytest

from tests import conftest


@pytest.fixture
def poor_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Chromium."""
    absent = conftest.Need(found=lambda: False, remedy="apt-get install chromium")
    monkeypatch.setitem(conftest.NEEDS, "chromium", absent)


class Item:
    """As much of a pytest item as the set-up hook looks at."""

    def iter_markers(self, _name: str) -> list[pytest.Mark]:
        """Return one need."""
        return [pytest.mark.requires("chromium").mark]


@pytest.mark.usefixtures("poor_machine")
@pytest.mark.parametrize(("on_ci", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_a_missing_need_is_named(monkeypatch: pytest.MonkeyPatch, *, on_ci: bool, outcome: type[BaseException]) -> None:
    """On a laptop the test is skipped with the remedy; in CI it fails."""
    monkeypatch.setattr(conftest, "ON_CI", on_ci)

    with pytest.raises(outcome, match="chromium is not on this machine; apt-get install chromium"):
        conftest.pytest_runtest_setup(Item())  # type: ignore[arg-type]  # a stand-in with the one method used


def test_an_unknown_need_is_a_mistake_of_ours() -> None:
    """A misspelt need is an error, not a silent skip."""
    with pytest.raises(pytest.UsageError, match=r"unknown need; known: .*certutil, chromium"):
        conftest.missing("cromium")


def test_what_is_there_is_not_missing() -> None:
    """A need that is met says nothing."""
    assert conftest.missing("playwright") is None


def test_names_outside_do_not_resolve() -> None:
    """A test sees the same as on a machine without network."""
    with pytest.raises(socket.gaierror, match="stay on loopback"):
        socket.getaddrinfo("example.org", 443)


def test_addresses_outside_are_refused() -> None:
    """A test that knows an address gets no further either."""
    with socket.socket() as door, pytest.raises(AssertionError, match="leave loopback"):
        door.connect(("192.0.2.1", 443))


@pytest.mark.parametrize("host", ["localhost", "portal.localhost", "127.0.0.1", "127.8.0.1", "::1", "0.0.0.0", b"localhost", None, ""])  # fmt: skip  # noqa: E501, S104
def test_loopback_is_recognised(host: object) -> None:
    """The ways tests write this machine."""
    assert conftest.is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "192.0.2.1", "localhost.example.org", "::2"])
def test_elsewhere_is_recognised(host: object) -> None:
    """And what is not this machine."""
    assert not conftest.is_loopback(host)
