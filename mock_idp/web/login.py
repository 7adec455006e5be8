"""A login on its way, as the provider remembers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mock_idp.protocol.exchange import FormPairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An authorization request that was accepted and waits for its person.

    Attributes:
        params: the request as it came; it is answered from here, not from what the browser brings back later.
        language: ``fr`` or ``en``, asked with ``ui_locales``, else None.
        answered: whether the portal has had its answer; it gets only one.
    """

    login_id: str
    client_id: str
    params: FormPairs = field(repr=False)
    started_at: datetime
    language: str | None = None
    answered: bool = False


class LoginGoneError(Exception):
    """A login that is over, was answered already, or never was."""
