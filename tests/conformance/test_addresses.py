from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.addresses import addresses_of, shown_path
from conformance.descriptor import read_descriptor

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
schema = 1
[portal]   # the portal
name = "p"
base_url = "http://127.0.0.1:8081"
  login="/login"
logout = "/logout"
[whoami]
url = "/me"
identity = { json = "/id" }
[[expect.skip]]
id = "a.*"
reason = "no"
"""


def found(text: str) -> list[tuple[str, str, int]]:
    """Return key, path and line of each address."""
    described = read_descriptor(text)
    return [
        (one["key"], one["url"].removeprefix(described.base_url), one["line"]) for one in addresses_of(described, text)
    ]


def test_each_address_is_at_its_line() -> None:
    """The callback, left to its default, is at the line of the base address."""
    assert [
        ("portal.callback", "/callback", 4),
        ("portal.logout", "/logout", 6),
        ("portal.login", "/login", 5),
        ("whoami.url", "/me", 8),
        ("portal.base_url", "", 4),
    ] == found(TEXT)


def test_what_a_portal_does_not_have_is_left_out() -> None:
    """No logout, no who-am-I page: no address, and no line."""
    text = '[portal]\nname = "p"\nbase_url = "http://h.test"\nlogin = "/in"\n'

    assert ["portal.callback", "portal.login", "portal.base_url"] == [key for key, _, _ in found(text)]


@pytest.mark.parametrize("text", ['portal = { name = "p", base_url = "http://h.test", login = "/in" }\n'])
def test_a_file_written_another_way_is_pointed_at_from_its_first_line(text: str) -> None:
    """TOML has several ways to write a table; without lines of its own the file itself is the place."""
    assert {1} == {line for _, _, line in found(text)}


def test_a_path_is_shown_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports travel: they name a file as it lies in the checkout, never a place of one machine."""
    monkeypatch.chdir(tmp_path)

    assert "ci/portal.toml" == shown_path(tmp_path / "ci" / "portal.toml")
    assert "portal.toml" == shown_path(tmp_path.parent / "portal.toml")
