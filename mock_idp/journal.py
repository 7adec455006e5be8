"""The journal: every request the provider saw, in order, tied to its login, with secrets masked consistently."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mock_idp.artefacts import Json, Pairs

SECRETS = frozenset(
    {
        "access_token",
        "auth_req_id",
        "authorization",
        "certificate",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "cookie",
        "id_token",
        "id_token_hint",
        "logout_token",
        "number",
        "password",
        "password_confirm",
        "pin",
        "puk",
        "refresh_token",
        "set-cookie",
        "signature",
        "subject_token",
        "t",
        "token",
    }
)
"""Names of parameters, members and headers whose values never reach a journal, a log or a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and its answer.

    Attributes:
        seq: place in the journal, from 1.
        at: time of the answer on the provider's clock.
        login_id: the login it belongs to, when that is known.
        channel: ``front`` for the browser, ``back`` for the portal's own calls.
        endpoint: stable name, for example ``token``.
        request: parameters, then the headers worth showing.
        response: what the answer said.
        told: the lies told in this answer, each with its honest and told fragment.
    """

    seq: int
    at: datetime
    login_id: str | None
    channel: str
    endpoint: str
    method: str
    url: str
    status: int
    request: Pairs
    response: Pairs
    told: tuple[dict[str, Json], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return {**asdict(self), "at": self.at.isoformat()}


def tag_of(salt: bytes, name: str, value: str) -> str:
    """Return the tag of a secret: its name, and eight digits that are the same for the same secret and salt."""
    digest = hashlib.sha256(salt + value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"‹{name} {digest[:8]}›"


class Journal:
    """Entries in order, safe to write and wait on from several threads."""

    def __init__(self, *, salt: bytes, limit: int = 50_000) -> None:
        """Start empty.

        Args:
            salt: makes the tags of masked values useless outside this run.
            limit: how many entries are kept; the oldest go first.
        """
        self._salt = salt
        self._limit = limit
        self._entries: deque[Entry] = deque()
        self._of_login: dict[str | None, deque[Entry]] = {}
        self._next = 1
        self._news = threading.Condition()

    def mask(self, pairs: Iterable[tuple[str, Json]]) -> Pairs:
        """Return the pairs with secrets replaced by tags: the same secret always gets the same tag."""
        return tuple((name, self.tag(name, value) if name.lower() in SECRETS else value) for name, value in pairs)

    def mask_fragment(self, fragment: Json) -> Json:
        """Return one side of a lie with its secrets replaced: a code or a token may be what the lie was about."""
        return dict(self.mask(fragment.items())) if isinstance(fragment, dict) else fragment

    @property
    def salt(self) -> bytes:
        """Return what the tags are made with, for whoever writes evidence beside this journal."""
        return self._salt

    def tag(self, name: str, value: Json) -> str:
        """Return a stand-in for a secret that shows what it was and whether two are the same."""
        return tag_of(self._salt, name, str(value))

    def record(self, write: Callable[[int], Entry]) -> Entry:
        """Append the entry that ``write`` makes for the next number, and wake whoever waits."""
        with self._news:
            entry = write(self._next)
            self._next += 1
            self._entries.append(entry)
            self._of_login.setdefault(entry.login_id, deque()).append(entry)
            while len(self._entries) > self._limit:
                self._drop_oldest()
            self._news.notify_all()
            return entry

    def entries(self, *, login_id: str | None = None, endpoint: str | None = None, after: int = 0) -> list[Entry]:
        """Return the entries behind number ``after``, of one login or endpoint if named."""
        with self._news:
            return self._select(login_id, endpoint, after)

    def wait(
        self, *, login_id: str | None = None, endpoint: str | None = None, after: int = 0, seconds: float
    ) -> list[Entry]:
        """Return matching entries as soon as there is one, or none when the time is over."""
        with self._news:
            self._news.wait_for(lambda: bool(self._select(login_id, endpoint, after)), timeout=seconds)
            return self._select(login_id, endpoint, after)

    def clear(self) -> None:
        """Forget every entry; numbers go on."""
        with self._news:
            self._entries.clear()
            self._of_login.clear()

    def _drop_oldest(self) -> None:
        login_id = self._entries.popleft().login_id
        mine = self._of_login[login_id]
        mine.popleft()
        if not mine:
            del self._of_login[login_id]

    def _select(self, login_id: str | None, endpoint: str | None, after: int) -> list[Entry]:
        # a run asks for its newest login again and again, while the journal holds every login before
        among = self._entries if login_id is None else self._of_login.get(login_id, ())
        newer = takewhile(lambda entry: entry.seq > after, reversed(among))
        return [entry for entry in newer if endpoint is None or entry.endpoint == endpoint][::-1]
