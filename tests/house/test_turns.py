"""The order in which files of tests are given to the processes that share them."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import in_turn


def test_what_a_machine_has_once_takes_turns_with_what_is_slow() -> None:
    """The longest first of each, and the quick ones last, in the order in which they came."""
    engine, reader, long, short, quick, quicker = map(Path, ("engine", "reader", "long", "short", "quick", "quicker"))
    wanted = {quick: set(), reader: {"pcsc"}, short: set(), engine: {"container"}, long: set(), quicker: set()}
    slow = {quick: 0, reader: 3, short: 1, engine: 9, long: 50, quicker: 0}

    assert [long, engine, short, reader, quick, quicker] == in_turn(wanted, slow)
