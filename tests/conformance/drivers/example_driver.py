"""An ``exec`` driver as a vendor would write one: the standard library only, nothing of psc-conformance.

Usage: example_driver.py BASE_URL PROVIDER_HOST:PORT [PROVIDER_HOST:PORT ...]

It reads one JSON question a line from standard input and answers with one JSON object a line.  The portal it drives has
``/login``, ``/callback``, ``/me`` and ``/logout``.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

BASE, PROVIDERS = sys.argv[1], set(sys.argv[2:])
MOST_REDIRECTS = 10


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing by itself."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Say that there is no further request."""


class Person:
    """One user agent: its cookies, and a way to go."""

    def __init__(self) -> None:
        """Begin without cookies."""
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), Stay()).open

    def go(self, url: str, form: list[tuple[str, str]] | None = None) -> dict[str, Any]:
        """Go to an address and follow where it leads, but not to the provider."""
        for _ in range(MOST_REDIRECTS):
            body = None if form is None else urllib.parse.urlencode(form).encode()
            try:
                answer = self._open(urllib.request.Request(url, body), timeout=10)  # noqa: S310  # http, as configured
            except urllib.error.HTTPError as error:
                answer = error
            location = answer.headers.get("Location")
            page = {"url": url, "status": answer.status, "text": answer.read().decode("utf-8", "replace")}
            if location is None:
                return page
            url, form = urllib.parse.urljoin(url, location), None
            if urllib.parse.urlsplit(url).netloc in PROVIDERS:
                return {**page, "stopped_at": url}
        return {"url": url, "status": 302, "loop": True}


people: dict[str, Person] = {}


def begin_login(person: Person, _asked: dict[str, Any]) -> Any:
    """Click the portal's login; null when it does not lead to the provider."""
    page = person.go(f"{BASE}/login")
    return {"url": page["stopped_at"]} if "stopped_at" in page else None


def deliver(person: Person, asked: dict[str, Any]) -> Any:
    """Take the provider's answer to the portal."""
    return person.go(asked["url"], asked["form"])


def whoami(person: Person, _asked: dict[str, Any]) -> Any:
    """Say whom the portal thinks is there."""
    page = person.go(f"{BASE}/me")
    if page["status"] != 200:
        return {"anonymous": True}
    shown = json.loads(page["text"])
    return {"identity": shown["identifier"], "claims": shown["claims"], "shown": page["text"]}


def logout(person: Person, _asked: dict[str, Any]) -> Any:
    """Press the portal's logout button."""
    return person.go(f"{BASE}/logout", [])


VERBS = {"begin_login": begin_login, "deliver": deliver, "whoami": whoami, "logout": logout}


def answer(asked: dict[str, Any]) -> Any:
    """Do what a verb asks for."""
    verb = asked["verb"]
    if verb == "start":
        return {"protocol": 1, "name": "example"}
    if verb == "capabilities":
        return ["whoami", "claims", "logout"]
    if verb == "close":
        return people.pop(asked["browser"], None) is not None
    return VERBS[verb](people.setdefault(asked["browser"], Person()), asked)


for line in sys.stdin:
    question = json.loads(line)
    if question["verb"] == "stop":
        break
    try:
        reply = {"id": question["id"], "ok": answer(question)}
    except Exception as error:  # noqa: BLE001  # the suite is told, whatever it was
        reply = {"id": question["id"], "error": str(error)}
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
