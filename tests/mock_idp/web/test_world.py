"""Chance as the simulator draws it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from mock_idp.web.world import SystemEntropy

if TYPE_CHECKING:
    import pytest


def test_no_token_begins_with_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are typed after commands; one that looks like an option is drawn again."""
    drawn = iter(["-AAA", "--fg", "__gA"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: next(drawn))

    assert "__gA" == SystemEntropy().token(3)
