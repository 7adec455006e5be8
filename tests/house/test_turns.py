"""The order in which files of tests are given to the processes that share them."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.conftest import Held, in_turn, locks


def test_what_a_machine_has_once_takes_turns_with_what_is_slow() -> None:
    """The longest first of each, browsers far from the engine, and the quick ones last, in the order they came in."""
    engine, reader, long, short, page, quick, quicker = map(
        Path, ("engine", "reader", "long", "short", "page", "quick", "quicker")
    )
    slow = {quick: 0, reader: 30, short: 1, page: 70, engine: 9, long: 50, quicker: 0}
    wanted: dict[Path, set[str]] = {path: set() for path in slow} | {
        reader: {"pcsc", "browser"},
        engine: {"container"},
        page: {"browser"},
    }

    assert [long, engine, short, reader, page, quick, quicker] == in_turn(wanted, slow)


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        ({"container"}, {"container": fcntl.LOCK_EX}),
        ({"browser"}, {"container": fcntl.LOCK_SH}),
        ({"browser", "pcsc"}, {"container": fcntl.LOCK_SH, "pcsc": fcntl.LOCK_EX}),
        ({"browser", "container"}, {"container": fcntl.LOCK_EX}),
        (set(), {}),
    ],
)
def test_no_container_starts_while_a_browser_is_open(wanted: set[str], held: dict[str, int]) -> None:
    """An interface that comes or goes makes Chromium break off; two browsers do not mind each other."""
    assert held == locks(wanted)


def test_what_is_held_keeps_others_out_until_it_is_let_go(tmp_path: Path) -> None:
    """Two browsers go together, an engine alone."""
    browser, other, engine = Held(tmp_path), Held(tmp_path), locks({"container"})
    browser.take(Path("a"), locks({"browser"}))
    other.take(Path("b"), locks({"browser"}))
    place = next(tmp_path.iterdir())

    with place.open("w") as third:
        with pytest.raises(BlockingIOError):
            fcntl.flock(third, engine["container"] | fcntl.LOCK_NB)
        browser.let_go()
        with pytest.raises(BlockingIOError):
            fcntl.flock(third, engine["container"] | fcntl.LOCK_NB)
        other.let_go()
        fcntl.flock(third, engine["container"] | fcntl.LOCK_NB)
