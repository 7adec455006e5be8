"""Secrets out of evidence: the same secret gets the same tag, here and in the provider's journal."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

from mock_idp.journal import SECRETS, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.hop import Pairs

_SHORTEST_SCRUBBED: Final = 8
"""Shorter secrets are masked by name only: taking every '1234' out of a page would make nonsense of it."""
_JWT: Final = re.compile(r"eyJ[\w-]+\.[\w-]*\.[\w-]*")
_TAG: Final = re.compile(r"‹[\w-]+ [0-9a-f]{8}›")
_WITH_COOKIES: Final = frozenset({"cookie", "set-cookie"})


class Masks:
    """Replaces secrets by tags, and remembers the secrets it met so that texts can be scrubbed of them."""

    def __init__(self, salt: bytes) -> None:
        """Start with the provider's salt, so that both sides give the same tags."""
        self._salt = salt
        self._lock = threading.Lock()
        self._met: dict[str, str] = {}

    def tag(self, name: str, value: str) -> str:
        """Return the stand-in of a secret."""
        tag = tag_of(self._salt, name, value)
        if len(value) >= _SHORTEST_SCRUBBED:
            with self._lock:
                self._met.setdefault(value, tag)
        return tag

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> Pairs:
        """Return parameters or headers with the secret ones masked, and addresses in them cleaned."""
        return tuple((name, self._member(name, value)) for name, value in pairs)

    def url(self, url: str) -> str:
        """Return an address with the secrets of its query and fragment masked."""
        parts = urlsplit(url)
        query = self._query(parts.query)
        fragment = self._query(parts.fragment) if "=" in parts.fragment else parts.fragment
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, fragment))

    def text(self, text: str) -> str:
        """Return a text without the secrets met so far, longest first so that none hides inside another."""
        with self._lock:
            met = sorted(self._met.items(), key=lambda one: -len(one[0]))
        for value, tag in met:
            text = text.replace(value, tag)
        # tokens that only the portal and the provider have seen have at least a shape
        return _JWT.sub("‹jwt›", text)

    def _query(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        return (
            "&".join(f"{quote_plus(name)}={_written(value)}" for name, value in self.pairs(pairs)) if pairs else query
        )

    def _member(self, name: str, value: str) -> str:
        known = name.lower()
        if known in _WITH_COOKIES:
            return self._cookies(value, one_only=known == "set-cookie")
        if known in SECRETS:
            return self.tag(known, value) if value else value
        return self.url(value) if known in {"location", "referer"} else value

    def _cookies(self, line: str, *, one_only: bool) -> str:
        first, separator, rest = line.partition(";")
        shown = [self._cookie(first)]
        if not one_only:
            shown += [self._cookie(one) for one in rest.split(";") if one.strip()]
            return "; ".join(shown)
        return shown[0] + separator + rest

    def _cookie(self, pair: str) -> str:
        name, separator, value = pair.strip().partition("=")
        if not separator:
            # a cookie without a name is all value
            return self.tag("cookie", name) if name else ""
        return f"{name}={self.tag('cookie', value)}" if value else f"{name}="


def _written(value: str) -> str:
    """Return a value as it stands in a query; a tag stays readable."""
    return value if _TAG.fullmatch(value) else quote_plus(value, safe=":/")
