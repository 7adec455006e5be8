"""The cookie jar of one browser: who gets a cookie back, and when it dies (RFC 6265 5).

As in real browsers a cookie knows no port: a provider and a portal on the same host name share this jar.  ``SameSite``
is recorded and not enforced; there is no public suffix list, so a ``Domain`` of one label is never taken as a domain.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie as the browser keeps it (RFC 6265 5.3).

    Attributes:
        host: host name it belongs to, lower case, without port.
        host_only: sent to exactly that host; otherwise to the hosts under it as well.
        expires_at: seconds since 1970, or None for a cookie of this browser session.
        same_site: as the server wrote it, empty when it did not.
        order: rank of creation in its jar.
    """

    host: str
    name: str
    value: str = field(repr=False)
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    expires_at: float | None = None
    order: int = 0


class CookieJar:
    """All cookies of one browser."""

    def __init__(self, *, treat_loopback_as_secure: bool = True) -> None:
        """Start empty; with the switch on, plain http on loopback counts as a secure origin, as browsers do."""
        self._loopback_is_secure = treat_loopback_as_secure
        self._kept: dict[tuple[str, str, str], Cookie] = {}
        self._next = 0

    def receive(self, url: str, lines: Iterable[str], *, now: float) -> None:
        """Take the ``Set-Cookie`` lines of an answer from ``url``; a line that breaks a rule is ignored."""
        for line in lines:
            cookie = self._read(url, line, now=now)
            if cookie is not None:
                self._put(cookie, now=now)

    def put(self, cookie: Cookie) -> None:
        """Keep a cookie that no server sent."""
        self._put(cookie, now=0.0)

    def header_for(self, url: str, *, now: float) -> str:
        """Return the ``Cookie`` header for a request to ``url`` (RFC 6265 5.4), empty when there is nothing to send."""
        parts = urlsplit(url)
        host, path = (parts.hostname or "").lower(), parts.path or "/"
        matching = [
            cookie
            for cookie in self.alive(now=now)
            if (host == cookie.host if cookie.host_only else domain_matches(host, cookie.host))
            and path_matches(path, cookie.path)
            and (not cookie.secure or self._is_secure(url))
        ]
        matching.sort(key=lambda cookie: (-len(cookie.path), cookie.order))
        return "; ".join(f"{cookie.name}={cookie.value}" if cookie.name else cookie.value for cookie in matching)

    def alive(self, *, now: float) -> tuple[Cookie, ...]:
        """Return the cookies that have not expired, oldest first."""
        alive = [one for one in self._kept.values() if one.expires_at is None or one.expires_at > now]
        return tuple(sorted(alive, key=lambda cookie: cookie.order))

    def restore(self, cookies: Iterable[Cookie]) -> None:
        """Forget everything and keep these instead, in their old order."""
        self._kept = {(one.host, one.path, one.name): one for one in cookies}
        self._next = 1 + max((one.order for one in self._kept.values()), default=-1)

    def _put(self, cookie: Cookie, *, now: float) -> None:
        key = (cookie.host, cookie.path, cookie.name)
        former = self._kept.get(key)
        if cookie.expires_at is not None and cookie.expires_at <= now:
            self._kept.pop(key, None)
            return
        order = former.order if former else self._next
        self._next += former is None
        self._kept[key] = replace(cookie, order=order)

    def _read(self, url: str, line: str, *, now: float) -> Cookie | None:
        pair, attributes = _split(line)
        name, separator, value = pair.partition("=")
        if not separator:
            name, value = "", pair
        name, value = name.strip(), value.strip()
        parts = urlsplit(url)
        host, domain = (parts.hostname or "").lower(), attributes.get("domain", "").lstrip(".").lower()
        path = attributes.get("path", "")
        cookie = Cookie(
            host=host,
            name=name,
            value=value,
            path=path if path.startswith("/") else default_path(parts.path),
            secure="secure" in attributes,
            http_only="httponly" in attributes,
            same_site=attributes.get("samesite", ""),
            expires_at=_expiry(attributes, now=now),
        )
        if domain and domain != host:
            if "." not in domain or not domain_matches(host, domain):
                return None
            cookie = replace(cookie, host=domain, host_only=False)
        elif domain and "." in domain and not is_address(host):
            cookie = replace(cookie, host_only=False)
        return cookie if self._allowed(url, cookie, has_domain=bool(domain)) else None

    def _allowed(self, url: str, cookie: Cookie, *, has_domain: bool) -> bool:
        if not (cookie.name or cookie.value) or (cookie.secure and not self._is_secure(url)):
            return False
        if cookie.name.startswith("__Secure-"):
            return cookie.secure
        if cookie.name.startswith("__Host-"):
            return cookie.secure and not has_domain and cookie.path == "/"
        return True

    def _is_secure(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" or (self._loopback_is_secure and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Tell whether a host name can only mean this machine (RFC 6761 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ipaddress.ip_address(host).is_loopback


def is_address(host: str) -> bool:
    """Tell whether a host is written as an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def domain_matches(host: str, domain: str) -> bool:
    """Tell whether a host is the domain or lies under it (RFC 6265 5.1.3)."""
    return host == domain or (host.endswith("." + domain) and not is_address(host))


def path_matches(path: str, cookie_path: str) -> bool:
    """Tell whether a request path lies under a cookie's path (RFC 6265 5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    return len(path) == len(cookie_path) or cookie_path.endswith("/") or path[len(cookie_path)] == "/"


def default_path(path: str) -> str:
    """Return the path of a cookie that names none: the folder of the request (RFC 6265 5.1.4)."""
    folder = path.rpartition("/")[0] if path.startswith("/") else ""
    return folder or "/"


def _split(line: str) -> tuple[str, dict[str, str]]:
    pair, *rest = line.split(";")
    named = (one.partition("=") for one in rest)
    return pair, {name.strip().lower(): value.strip() for name, _, value in named}


def _expiry(attributes: dict[str, str], *, now: float) -> float | None:
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal() and age.isascii():
        # A number too long for a clock means for ever, or at once.
        return now + float(age) if len(age) < len("1000000000000") else now + float(age[0] != "-") * 1e12
    date = parsedate_tz(attributes.get("expires", ""))
    if date is None:
        return None
    try:
        return float(mktime_tz((*date[:9], date[9] or 0)))
    except (ValueError, OverflowError):
        return None
