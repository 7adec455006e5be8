"""Which driver a descriptor gets, and what it is told when it cannot have it."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from conformance import drivers
from conformance.descriptor import read_descriptor
from conformance.drivers import DriverError, installed, open_driver
from conformance.portal import HttpPortal

PORTAL = '[portal]\nname = "p"\nbase_url = "http://127.0.0.1:1"\nlogin = "/login"\n'
NOWHERE = frozenset({"127.0.0.1:2"})


def open_with(table: str) -> object:
    """Open the driver that a ``[driver]`` table asks for."""
    return open_driver(read_descriptor(f"{PORTAL}[driver]\n{table}\n"), NOWHERE)


def test_plain_http_unless_said_otherwise() -> None:
    """A descriptor without the table is driven as before."""
    assert HttpPortal is type(open_driver(read_descriptor(PORTAL), NOWHERE))


def test_three_drivers_ship() -> None:
    """They are found the way anybody else's are."""
    assert {"exec", "http", "playwright"} <= set(installed())


def test_an_unknown_driver_is_told_which_there_are() -> None:
    """The message names the key and the choice."""
    with pytest.raises(
        DriverError, match=r"\[driver\] name: 'selenium' is not installed; there are exec, http, playwr"
    ):
        open_with('name = "selenium"')


def test_a_driver_of_somebody_elses_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point is all that it takes."""
    point = EntryPoint(name="mine", value="conformance.portal:HttpPortal", group=drivers.GROUP)
    monkeypatch.setattr(drivers, "entry_points", lambda group: [point] if group == drivers.GROUP else [])

    assert HttpPortal is type(open_with('name = "mine"'))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional library that is not there is said by name."""
    for module in ("conformance.drivers.playwright", "conformance.drivers.chromium"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)

    with pytest.raises(DriverError, match=r"needs the package playwright\.sync_api, which is not"):
        open_with('name = "playwright"')


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ('name = "http"\ncolour = "red"', r"\[driver\] colour: unknown key"),
        ('name = "playwright"\ncolour = "red"', r"\[driver\] colour: unknown key; known are executable"),
        ('name = "playwright"\nexecutable = "/nowhere/chromium"', r"\[driver\] executable: '/nowhere/chromium' cannot"),
        ('name = "playwright"\nsettle_seconds = 0', r"\[driver\] settle_seconds: 0 is too small"),
        ("name = 3", r"\[driver\] name: write a text"),
    ],
)
@pytest.mark.requires("chromium", "playwright")
def test_an_option_that_makes_no_sense_is_named(table: str, complaint: str) -> None:
    """Every driver refuses what it does not know, by the key."""
    with pytest.raises(ValueError, match=complaint):
        open_with(table)
