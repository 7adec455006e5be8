"""HAR 1.2: every request of a run for the tools that read such archives, one page a login.

Browsers and proxies write HAR; here the portal's own calls are in it too, marked ``_channel: back``.  Secrets stay
masked as in the event log: the same secret has the same tag, so that the way of a code can be followed without the
code.  What was not written down (bodies of pages, sizes) is stated as unknown, never made up.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.events import Event
    from conformance.reports.run import Run, Told

UNKNOWN: Final = -1
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_HEADERS: Final = frozenset(
    {
        "accept",
        "authorization",
        "cache-control",
        "content-type",
        "cookie",
        "location",
        "origin",
        "referer",
        "retry-after",
        "set-cookie",
        "user-agent",
        "www-authenticate",
    }
)
"""Names that the event log uses for headers; any other name is a parameter, or a member of an answer."""


def har(run: Run, language: str = "fr") -> str:
    """Return the requests of a run as an HTTP archive.

    Args:
        run: what happened.
        language: of the pages' titles, ``fr`` or ``en``.
    """
    pages: dict[str, dict[str, Any]] = {}
    entries: list[dict[str, Any]] = []
    for one in run.scenarios:
        for hop in one.hops:
            page = f"{one.id}#{hop['login']}"
            pages.setdefault(page, _page(page, one, hop, language))
            entries.append(_entry(hop, page))
    log = {
        "version": "1.2",
        "creator": {"name": "psc-conformance", "version": str(run.start["version"])},
        "pages": list(pages.values()),
        "entries": entries,
        "comment": "SIMULATEUR: fictional people; secrets are replaced by tags",
    }
    return json.dumps({"log": log}, ensure_ascii=False) + "\n"


def _page(page: str, one: Told, hop: Event, language: str) -> dict[str, Any]:
    return {
        "startedDateTime": _moment(hop),
        "id": page,
        "title": f"{one.id} ({hop['role']}): {one.card[f'title_{language}']}",
        "pageTimings": {"onContentLoad": UNKNOWN, "onLoad": UNKNOWN},
        "_verdict": one.verdict["verdict"],
    }


def _entry(hop: Event, page: str) -> dict[str, Any]:
    took = round(1000 * float(hop["seconds"]), 1)
    entry: dict[str, Any] = {
        "pageref": page,
        "startedDateTime": _moment(hop),
        "time": took,
        "request": _request(hop),
        "response": _response(hop),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_channel": hop["channel"],
    }
    if hop["told"]:
        entry["_told"] = hop["told"]
    return entry


def _moment(hop: Event) -> str:
    return datetime.fromtimestamp(float(hop["at"]), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _request(hop: Event) -> dict[str, Any]:
    headers, sent = _split(hop["request"])
    query = parse_qsl(urlsplit(hop["url"]).query, keep_blank_values=True)
    # the provider's journal gives the parameters of the address and of the body in one list
    form = [pair for pair in sent if hop["method"] == "POST" and pair not in query]
    found: dict[str, Any] = {
        "method": hop["method"],
        "url": hop["url"],
        "httpVersion": "HTTP/1.1" if hop["channel"] != "back" else "unknown",
        "cookies": _cookies(value for name, value in headers if name.lower() == "cookie"),
        "headers": _named(headers),
        "queryString": _named(query if query or hop["method"] == "POST" else sent),
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }
    if form:
        kind = next((value for name, value in headers if name.lower() == "content-type"), None)
        found["postData"] = {"mimeType": kind or "application/x-www-form-urlencoded", "params": _named(form)}
    return found


def _response(hop: Event) -> dict[str, Any]:
    headers, members = _split(hop["response"])
    status = int(hop["status"])
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    content: dict[str, Any] = {"size": UNKNOWN, "mimeType": kind or ("application/json" if members else "x-unknown")}
    if members:
        content |= {"text": json.dumps(dict(members), ensure_ascii=False), "comment": "members that were written down"}
    found: dict[str, Any] = {
        "status": status,
        "statusText": _PHRASES.get(status, ""),
        "httpVersion": "HTTP/1.1" if hop["channel"] != "back" else "unknown",
        "cookies": _cookies(value.partition(";")[0] for name, value in headers if name.lower() == "set-cookie"),
        "headers": _named(headers),
        "content": content,
        "redirectURL": next((value for name, value in headers if name.lower() == "location"), ""),
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }
    # as browsers do for a request without an answer: status 0, and why
    return found | ({"_error": hop["trouble"]} if hop["trouble"] else {})


def _split(pairs: Sequence[Sequence[Any]]) -> tuple[list[tuple[str, str]], list[tuple[str, Any]]]:
    """Return headers, and what is none."""
    headers = [(name, str(value)) for name, value in pairs if name.lower() in _HEADERS]
    return headers, [(name, value) for name, value in pairs if name.lower() not in _HEADERS]


def _named(pairs: Iterable[tuple[str, Any]]) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
        for name, value in pairs
    ]


def _cookies(lines: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"name": name.strip(), "value": value}
        for line in lines
        for name, _, value in [one.partition("=") for one in line.split(";") if one.strip()]
    ]
