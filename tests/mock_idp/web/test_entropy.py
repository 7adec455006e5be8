"""Random ids: as random as asked for, and fit to be typed on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.web.world import SystemEntropy

if TYPE_CHECKING:
    import pytest


def test_an_id_that_looks_like_an_option_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often that happens."""
    drawn = iter(["-abc", "--ab", "a-bc"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: next(drawn))

    assert "a-bc" == SystemEntropy().token(3)


def test_a_token_has_as_many_octets_as_asked_for() -> None:
    """In base64url without padding: 16 octets are 22 signs, 32 are 43."""
    entropy = SystemEntropy()

    assert [22, 43] == [len(entropy.token(16)), len(entropy.token())]
