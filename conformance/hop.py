"""One request of the browser and what came of it, as evidence: sent on a fresh connection, within a bounded time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urlencode

import requests
import requests.adapters
import urllib3

from conformance.origins import absolute, origin_host, place_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EXCERPT", "Hop", "Limits", "Pairs", "Trouble", "Unreachable", "absolute", "origin_host", "place_of", "send"]

Pairs: TypeAlias = tuple[tuple[str, str], ...]

EXCERPT: Final = 2048
_PIECE: Final = 65536


class Trouble(StrEnum):
    """Why there is no whole answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    BAD_ADDRESS = "bad-address"
    TOO_LARGE = "too-large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A request without a whole answer: the reason, and the name of what happened underneath.

    ``detail`` is never the text of an exception, because that text holds addresses and with them codes.
    """

    trouble: Trouble
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much one request may take.

    Attributes:
        connect_seconds: until the connection stands.
        idle_seconds: longest silence while waiting for an answer or for more of it.
        total_seconds: until the last octet of the body.
        body_octets: what is read of a body; the rest is left unread and the hop says so.
    """

    connect_seconds: float = 3.0
    idle_seconds: float = 10.0
    total_seconds: float = 30.0
    body_octets: int = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Hop:
    """One request and its answer.

    Attributes:
        request_form: the fields of an ``application/x-www-form-urlencoded`` body, in order.
        status: 0 when no answer came.
        response_headers: every line, repeated names included, in order.
        location: the ``Location`` header as it stood there, if any.
        body_excerpt: the first characters of a textual body.
        started_at: seconds since 1970.
        seconds: from the first octet sent to the last one read.
        error: why there is no whole answer, or None.
    """

    method: str
    url: str
    status: int
    request_headers: Pairs = ()
    request_form: Pairs = ()
    response_headers: Pairs = ()
    location: str | None = None
    body: bytes = b""
    started_at: float = 0.0
    seconds: float = 0.0
    error: Unreachable | None = None

    def __repr__(self) -> str:
        """Show method, place and status only: queries, headers and bodies hold codes and passwords."""
        end = f" {self.error.trouble}" if self.error else ""
        return f"<Hop {self.method} {place_of(self.url)} {self.status}{end}>"

    def header(self, name: str) -> str | None:
        """Return the first response header of that name, whatever its case."""
        return next((value for key, value in self.response_headers if key.lower() == name.lower()), None)

    def headers(self, name: str) -> tuple[str, ...]:
        """Return every response header line of that name, whatever its case."""
        return tuple(value for key, value in self.response_headers if key.lower() == name.lower())

    @property
    def content_type(self) -> str:
        """Media type of the answer without its parameters, lower case."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text, in the charset it names or UTF-8; what does not decode is replaced."""
        _, _, charset = (self.header("Content-Type") or "").lower().partition("charset=")
        try:
            return self.body.decode(charset.partition(";")[0].strip(" \"'") or "utf-8", errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")

    @property
    def body_excerpt(self) -> str:
        """The first characters of a textual body; empty for anything else."""
        textual = self.content_type.startswith("text/") or self.content_type.endswith(("json", "xml", "urlencoded"))
        return self.text[:EXCERPT] if textual else ""


def trusted() -> str | bool:
    """Return the file of authorities in ``PSC_AUTHORITY_FILE``, or True for the usual ones.

    A provider of this project makes its own authority anew at each start (``serve --tls``).
    """
    return os.environ.get("PSC_AUTHORITY_FILE") or True


def send(
    method: str,
    url: str,
    *,
    headers: Pairs = (),
    form: Pairs | None = None,
    limits: Limits,
    monotonic: Callable[[], float],
    started_at: float = 0.0,
) -> Hop:
    """Send one request and read its answer; a failure becomes the hop's ``error``, never an exception.

    Args:
        method: GET or POST.
        url: where to.
        headers: request headers, the cookies among them.
        form: fields of a form body, None for no body.
        limits: bounds of time and size.
        monotonic: a clock that only moves forward, in seconds.
        started_at: wall-clock time to note in the hop, seconds since 1970.
    """
    # A connection is never used twice: after a 5xx some servers drop it, and the next answer would be a reset.
    sent = (*headers, ("Connection", "close"), ("Accept-Encoding", "identity"))
    if form is not None:
        sent = (*sent, ("Content-Type", "application/x-www-form-urlencoded"))
    began = monotonic()
    status, body, error = 0, b"", None
    answered: Pairs = ()
    # The adapter, not a session: a session keeps cookies, reads the body of a redirect to its end and chokes on a bad
    # Location even when told not to follow.
    adapter = requests.adapters.HTTPAdapter()
    try:
        prepared = requests.Request(method, url, headers=dict(sent), data=_encoded(form)).prepare()
        patience = (limits.connect_seconds, limits.idle_seconds)
        response = adapter.send(prepared, stream=True, timeout=patience, verify=trusted())
        status = response.status_code
        answered = tuple((str(key), str(value)) for key, value in response.raw.headers.items())
        body, error = _body(response, limits=limits, deadline=began + limits.total_seconds, monotonic=monotonic)
        response.close()
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as failure:
        error = _explain(failure)
    finally:
        adapter.close()
    return Hop(
        method=method,
        url=url,
        status=status,
        request_headers=sent,
        request_form=form or (),
        response_headers=answered,
        location=next((value for key, value in answered if key.lower() == "location"), None),
        body=body,
        started_at=started_at,
        seconds=monotonic() - began,
        error=error,
    )


def _encoded(form: Pairs | None) -> bytes | None:
    return None if form is None else urlencode(form).encode("ascii")


def _body(
    response: requests.Response, *, limits: Limits, deadline: float, monotonic: Callable[[], float]
) -> tuple[bytes, Unreachable | None]:
    """Read what there is, piece by piece: a server that drips octets must not hold the browser for ever."""
    pieces = bytearray()
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            pieces += piece
            if len(pieces) > limits.body_octets:
                return bytes(pieces[: limits.body_octets]), Unreachable(trouble=Trouble.TOO_LARGE)
            if monotonic() > deadline:
                return bytes(pieces), Unreachable(trouble=Trouble.TIMEOUT, detail="slow body")
    except (urllib3.exceptions.HTTPError, OSError) as failure:
        return bytes(pieces), _explain(failure)
    return bytes(pieces), None


_BY_KIND: Final[tuple[tuple[tuple[type[BaseException], ...], Trouble], ...]] = (
    ((requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError), Trouble.TIMEOUT),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema),
        Trouble.BAD_ADDRESS,
    ),
    ((urllib3.exceptions.LocationParseError, requests.exceptions.InvalidHeader), Trouble.BAD_ADDRESS),
    ((urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError), Trouble.BROKEN),
    ((requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError), Trouble.BROKEN),
)


def _explain(failure: BaseException) -> Unreachable:
    """Name the trouble; ``requests`` wraps urllib3's reason as its first argument."""
    inner = failure.args[0] if failure.args and isinstance(failure.args[0], BaseException) else failure
    for candidate in (failure, inner):
        for kinds, trouble in _BY_KIND:
            if isinstance(candidate, kinds):
                return Unreachable(trouble=trouble, detail=type(inner).__name__)
    if isinstance(failure, UnicodeError | ValueError) and not isinstance(failure, requests.RequestException):
        return Unreachable(trouble=Trouble.BAD_ADDRESS, detail=type(failure).__name__)
    return Unreachable(trouble=Trouble.UNREACHABLE, detail=type(inner).__name__)
