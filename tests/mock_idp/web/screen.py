"""One browser without a screen of its own: the page it shows, the forms it sends, and rules that hold on every page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from justhtml import Element, JustHTML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

REDIRECTS = {302, 303}
UNLABELLED = {"hidden", "submit", "button", "image"}
VIEWPORT = "width=device-width"
VARYING = re.compile(r"(?<=[=/?&])[A-Za-z0-9_-]{16,}|(?<=[\"> ])\d[\d .]*(?=[\"< ])")
"""Ids, tokens, codes and numbers: what differs from one showing of a page to the next."""
FAULTLESS: set[str] = set()
"""Pages that were looked at before and had no fault, without what varies: looking is what takes time."""
BREAKS = re.compile(r".{,9}( [;:?!»]|« ).{,9}")
"""French punctuation with a space at which a line may break."""
BANNER = {"fr": "SIMULATEUR", "en": "SIMULATOR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an alert tells: its code, what happened, what to do about it."""

    code: str
    message: str
    remedy: str


@dataclass(kw_only=True)
class Screen:
    """A browser: where it is, what it shows.  Every page that it opens is held to `faults`."""

    client: FlaskClient
    base: str
    language: str = "fr"
    headers: dict[str, str] = field(default_factory=dict)
    address: str = ""
    page: TestResponse | None = None
    dom: JustHTML | None = None

    def open(self, address: str, data: dict[str, str] | None = None, **more: str) -> int:
        """Open an address, or send a form to it, follow redirects inside the simulator, and return the status."""
        path = address.removeprefix(self.base)
        headers = {"Accept-Language": self.language, **self.headers, **more}
        answer = (
            self.client.get(path, base_url=self.base, headers=headers)
            if data is None
            else self.client.post(path, data=data, base_url=self.base, headers=headers)
        )
        self.page, self.address, self.dom = answer, path, None
        target = answer.headers.get("Location", "")
        if answer.status_code in REDIRECTS and (not urlsplit(target).netloc or target.startswith(self.base)):
            return self.open(target)
        if answer.mimetype == "text/html" and answer.status_code not in REDIRECTS:
            self.dom = JustHTML(self.html, sanitize=False, collect_errors=True)
            if (shape := VARYING.sub("0", self.html)) not in FAULTLESS:
                assert [] == list(faults(self.dom)), f"{path}\n{self.html}"
                FAULTLESS.add(shape)
        return answer.status_code

    def get(self, path: str, query: dict[str, str]) -> int:
        """Open an address with parameters, whatever they are."""
        return self.open(f"{path}?{urlencode(query, errors='replace')}")

    def again(self) -> int:
        """Load the page again, as a person who waits does; after a form, the page that the form led to."""
        return self.open(self.address)

    def send(self, name: str, **fields: str) -> int:
        """Send the form of that name, with what the page has in its fields and what is typed into them."""
        form = self.one(f'form[name="{name}"]')
        data = dict(_filled(form)) | fields
        action = _attribute(form, "action")
        if _attribute(form, "method") == "get":
            return self.open(f"{action}?{urlencode(data)}")
        return self.open(action, data)

    def follow(self, selector: str) -> int:
        """Follow a link."""
        return self.open(_attribute(self.one(selector), "href"))

    @property
    def html(self) -> str:
        """Return the page's source."""
        assert self.page is not None
        return self.page.get_data(as_text=True)

    @property
    def status(self) -> int:
        """Return the page's HTTP status."""
        assert self.page is not None
        return self.page.status_code

    @property
    def location(self) -> str:
        """Return where the page redirects to, outside the simulator."""
        assert self.page is not None
        return self.page.headers.get("Location", "")

    @property
    def answer(self) -> dict[str, str]:
        """Return the parameters of the answer that the page carries to the portal."""
        return dict(parse_qsl(urlsplit(self.location).query))

    @property
    def error(self) -> str | None:
        """Return the code of the page's alert."""
        found = self.find("[data-error]")
        return _attribute(found, "data-error") if found else None

    @property
    def told(self) -> Told:
        """Return the page's alert."""
        alert = self.one(".alert")
        message, remedy = (plain(part.to_text()) for part in _elements(alert, "p"))
        return Told(code=_attribute(alert, "data-error"), message=message, remedy=remedy)

    @property
    def title(self) -> str:
        """Return the page's heading."""
        return plain(self.one("h1").to_text())

    @property
    def text(self) -> str:
        """Return what the page says, in one line."""
        return " ".join(self.one("main").to_text().split())

    @property
    def forms(self) -> set[str]:
        """Return the names of the page's forms."""
        return {_attribute(form, "name") for form in self.query("form")}

    def action(self, name: str) -> str:
        """Return where the form of that name is sent."""
        return _attribute(self.one(f'form[name="{name}"]'), "action")

    def fields(self, name: str) -> list[str]:
        """Return the names of what can be filled in, or pressed, in the form of that name."""
        form = self.one(f'form[name="{name}"]')
        return [_attribute(one, "name") for one in _elements(form, "[name]") if _attribute(one, "type") != "hidden"]

    def value(self, selector: str) -> str:
        """Return what stands in a field."""
        return _attribute(self.one(selector), "value")

    def data(self, name: str) -> str:
        """Return the value of the ``data-`` attribute of that name."""
        return _attribute(self.one(f"[data-{name}]"), f"data-{name}")

    def query(self, selector: str) -> list[Element]:
        """Return the elements that match."""
        assert self.dom is not None, f"no page at {self.address}: {self.status}"
        return _elements(self.dom, selector)

    def find(self, selector: str) -> Element | None:
        """Return the first element that matches."""
        return next(iter(self.query(selector)), None)

    def one(self, selector: str) -> Element:
        """Return the first element that matches; there must be one."""
        found = self.find(selector)
        assert found is not None, f"no {selector} on {self.address}:\n{self.html}"
        return found


def plain(text: str) -> str:
    """Return a text with ordinary spaces for those that do not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def _elements(within: JustHTML | Element, selector: str) -> list[Element]:
    return [node for node in within.query(selector) if isinstance(node, Element)]


def _attribute(element: Element, name: str) -> str:
    return element.attrs.get(name) or ""


def _filled(form: Element) -> Iterator[tuple[str, str]]:
    for element in _elements(form, "input[name]"):
        kind = element.attrs.get("type")
        if kind not in {"checkbox", "radio"} or "checked" in element.attrs:
            yield _attribute(element, "name"), _attribute(element, "value")
    for element in _elements(form, "textarea[name]"):
        yield _attribute(element, "name"), element.to_text()


def faults(dom: JustHTML) -> Iterator[str]:
    """Yield what is wrong with a page: markup (WHATWG HTML), language, heading, labels, ids, banner, and leaks."""
    yield from (f"markup: {error.code} at {error.line}:{error.column}" for error in dom.errors)
    (root,), (body,) = _elements(dom, "html"), _elements(dom, "body")
    language = _attribute(root, "lang")
    yield from _about_reading(dom, language)
    yield from _about_fields(body)
    text = body.to_text()
    if not any(BANNER.get(language, "?") in banner.to_text() for banner in _elements(dom, ".banner")):
        yield f"no banner in {language!r}"
    if language == "fr":
        yield from (f"may break: {found.group()!r}" for found in BREAKS.finditer(text))
    yield from (f"leak: {word}" for word in ("Traceback", 'File "', "%(", "{{", "None") if word in text)


def _about_reading(dom: JustHTML, language: str) -> Iterator[str]:
    if language not in BANNER:
        yield f"lang: {language!r}"
    headings = [int(node.name[1]) for node in _elements(dom, "h1, h2, h3, h4")]
    if headings[:1] != [1] or headings.count(1) != 1 or any(b > a + 1 for a, b in pairwise(headings)):
        yield f"headings: {headings}"
    if not _elements(dom, "main") or not _elements(dom, "title"):
        yield "no main or no title"
    ids = [_attribute(node, "id") for node in _elements(dom, "[id]")]
    yield from (f"id twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1}))
    pointers = [
        word for node in _elements(dom, "[aria-describedby]") for word in _attribute(node, "aria-describedby").split()
    ]
    pointers += [_attribute(node, "aria-labelledby") for node in _elements(dom, "[aria-labelledby]")]
    yield from (f"points at nothing: {one}" for one in pointers if one not in ids)
    yield from ("image without alt" for node in _elements(dom, "img") if "alt" not in node.attrs)


def _about_fields(body: Element) -> Iterator[str]:
    labelled = {_attribute(label, "for") for label in _elements(body, "label")}
    for element in _elements(body, "input, textarea, select"):
        if _attribute(element, "type") not in UNLABELLED and _attribute(element, "id") not in labelled:
            yield f"field without label: {_attribute(element, 'name')}"
    yield from (
        f"button without text: {_attribute(one, 'id')}"
        for one in _elements(body, "button")
        if not one.to_text().strip()
    )
    yield from ("form without a name" for form in _elements(body, "form") if not _attribute(form, "name"))
    yield from (
        f"handler in the markup: {name}"
        for one in _elements(body, "*")
        for name in one.attrs
        if name.startswith("on") or name == "style"
    )
