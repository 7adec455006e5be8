"""What a browser made of an answer: the page with its title, forms, links and images, and the hops that led there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.form import Button, Choice, Entry, Form, FormError
from conformance.hop import absolute
from conformance.markup import Element, read_html

if TYPE_CHECKING:
    from conformance.hop import Hop, Pairs, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a page, its address made absolute."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of a page, its address made absolute; a ``data:`` address stays as it is."""

    src: str = field(repr=False)
    alt: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Page:
    """Where a browser ended up.

    Attributes:
        url: address of the last answer, or the one that got none.
        hops: every request on the way, oldest first; the last one is this page.
        stopped_at: address that was not fetched, because it lies outside or the caller wanted to stop before it.
        stopped_method: method it would have been fetched with.
        stopped_form: fields that would have been posted to it.
        loop: the way here was longer than any honest one.
        error: why the last request has no whole answer, or None.
    """

    url: str
    hops: tuple[Hop, ...] = ()
    stopped_at: str | None = None
    stopped_method: str = "GET"
    stopped_form: Pairs | None = None
    loop: bool = False

    def __repr__(self) -> str:
        """Show the last hop and how it ended, without queries or bodies."""
        ends = [word for word, true in (("loop", self.loop), ("stopped", self.stopped_at is not None)) if true]
        return f"<Page {' '.join([*(repr(hop) for hop in self.hops[-1:]), *ends]) or 'nothing fetched'}>"

    @property
    def status(self) -> int:
        """Status of the last answer, 0 when there was none."""
        return self.hops[-1].status if self.hops else 0

    @property
    def error(self) -> Unreachable | None:
        """Why the last request has no whole answer."""
        return self.hops[-1].error if self.hops else None

    @property
    def body(self) -> bytes:
        """Body of the last answer."""
        return self.hops[-1].body if self.hops else b""

    def header(self, name: str) -> str | None:
        """Return the first header of that name in the last answer."""
        return self.hops[-1].header(name) if self.hops else None

    def json(self) -> Any:
        """Return the body read as JSON.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body)

    @cached_property
    def document(self) -> Element:
        """The tree of the page; empty for an answer that is not HTML."""
        last = self.hops[-1] if self.hops else None
        if last is None or last.content_type not in {"text/html", "application/xhtml+xml", ""}:
            return Element(tag="", attributes={})
        return read_html(last.text)

    @property
    def text(self) -> str:
        """What a person reads on the page; for an answer that is not HTML, its body."""
        if self.hops and not self.document.children:
            return self.hops[-1].text
        return self.document.text

    @property
    def title(self) -> str:
        """Title of the page, empty if it has none."""
        return next((one.text for one in self.elements("title")), "")

    @property
    def base(self) -> str:
        """Address that the page's relative addresses start from."""
        return next((absolute(self.url, one.attributes["href"]) for one in self.elements("base", "href")), self.url)

    @property
    def links(self) -> tuple[Link, ...]:
        """Links of the page."""
        base = self.base
        return tuple(
            Link(text=one.text or one.attributes.get("aria-label", ""), href=absolute(base, one.attributes["href"]))
            for one in self.elements("a", "href")
        )

    @property
    def images(self) -> tuple[Image, ...]:
        """Images of the page."""
        base = self.base
        return tuple(
            Image(src=absolute(base, one.attributes["src"]), alt=one.attributes.get("alt", ""))
            for one in self.elements("img", "src")
        )

    @property
    def forms(self) -> tuple[Form, ...]:
        """Forms of the page, their addresses made absolute."""
        return tuple(_form(one, self) for one in self.elements("form"))

    def elements(self, tag: str | None = None, attribute: str | None = None) -> tuple[Element, ...]:
        """Return the elements with this tag and this attribute; either may be left open."""
        return tuple(
            one
            for one in self.document.walk()
            if one.tag and (tag is None or one.tag == tag) and (attribute is None or attribute in one.attributes)
        )

    def element(self, identifier: str) -> Element | None:
        """Return the element with this ``id``, or None."""
        return next((one for one in self.elements(attribute="id") if one.attributes["id"] == identifier), None)

    def data(self, name: str) -> str | None:
        """Return the value of the first ``data-<name>`` attribute of the page, or None."""
        return next((one.attributes[f"data-{name}"] for one in self.elements(attribute=f"data-{name}")), None)

    @property
    def alert(self) -> str | None:
        """Stable code of the message the page shows (``data-error``), or None when all is well."""
        return self.data("error")

    def link(self, text: str) -> Link:
        """Return the link that a person would click for these words: the exact text, else the first that holds it.

        Raises:
            FormError: there is none; the message names those that are there.
        """
        wanted = " ".join(text.split()).casefold()
        exact = [one for one in self.links if one.text.casefold() == wanted]
        near = [one for one in self.links if wanted in one.text.casefold()]
        if found := [*exact, *near]:
            return found[0]
        there = ", ".join(one.text for one in self.links)
        raise FormError(
            f"pas de lien « {text} » sur la page ; il y a : {there or 'aucun'}",
            f"no link '{text}' on the page; there are: {there or 'none'}",
        )

    def form(self, name_or_field: str = "") -> Form:
        """Return the form with this name or id, else the first with a field or button so named; by default the first.

        Raises:
            FormError: there is none; the message names the fields that are there.
        """
        named = [one for one in self.forms if name_or_field in {one.name, one.identifier}]
        holding = [one for one in self.forms if not name_or_field or one.has(name_or_field)]
        if name_or_field and named:
            return named[0]
        if holding:
            return holding[0]
        there = "; ".join(", ".join(one.names) for one in self.forms)
        raise FormError(
            f"pas de formulaire avec « {name_or_field} » sur la page ; il y a : {there or 'aucun formulaire'}",
            f"no form with '{name_or_field}' on the page; there are: {there or 'no form at all'}",
        )


def _form(element: Element, page: Page) -> Form:
    attributes = element.attributes
    inside = list(element.walk())
    outside = [one for one in page.document.walk() if one.attributes.get("form") == attributes.get("id", "\0")]
    controls = [*inside, *(one for one in outside if not any(one is other for other in inside))]
    return Form(
        name=attributes.get("name", ""),
        identifier=attributes.get("id", ""),
        action=absolute(page.base, attributes.get("action", "") or page.url),
        method="POST" if attributes.get("method", "").lower() == "post" else "GET",
        entries=tuple(entry for one in controls if (entry := _entry(one)) is not None),
    )


def _entry(element: Element) -> Entry | Choice | Button | None:
    attributes, tag = element.attributes, element.tag
    name, value, kind = attributes.get("name", ""), attributes.get("value", ""), attributes.get("type", "").lower()
    entry: Entry | Choice | Button | None = None
    if "disabled" in attributes:
        return None
    if tag == "button" or (tag == "input" and kind in {"submit", "image", "button", "reset"}):
        if kind in {"", "submit", "image"}:
            entry = Button(name=name, value=value, label=element.text or value)
    elif name and tag == "textarea":
        entry = Entry(name=name, value=element.raw_text.removeprefix("\n"), kind="textarea")
    elif name and tag == "select":
        entry = _select(element, name)
    elif name and tag == "input" and kind in {"checkbox", "radio"}:
        value = attributes.get("value", "on")
        entry = Choice(name=name, options=(value,), chosen=(value,) if "checked" in attributes else (), kind=kind)
    elif name and tag == "input" and kind != "file":
        entry = Entry(name=name, value=value, kind=kind or "text")
    return entry


def _select(element: Element, name: str) -> Choice:
    options = [one for one in element.walk() if one.tag == "option" and "disabled" not in one.attributes]
    values = [one.attributes.get("value", one.text) for one in options]
    chosen = [value for one, value in zip(options, values, strict=True) if "selected" in one.attributes]
    if not chosen and "multiple" not in element.attributes:
        chosen = values[:1]
    return Choice(name=name, options=tuple(values), chosen=tuple(chosen), kind="select")
