"""The soak notices a verdict that changes; the soak itself is `make soak`."""

from __future__ import annotations

from tests.soak import flips


def test_a_flip_is_named() -> None:
    """With what it was and what it is; a scenario that is new or gone is one too."""
    assert ["a: passed -> failed", "b: None -> passed"] == flips({"a": "passed"}, {"a": "failed", "b": "passed"})
    assert [] == flips({"a": "passed"}, {"a": "passed"})
