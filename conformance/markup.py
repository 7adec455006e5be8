"""The tiny HTML reader: a tree of elements out of any text, however broken or deep."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "sub", "sup", "u"}
)
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "head"})


@dataclass(slots=True, kw_only=True, eq=False)
class Element:
    """One element of a page: its tag, attributes, everything inside it.

    Attributes:
        attributes: names lower case; an attribute without a value is an empty text.
    """

    tag: str
    attributes: Mapping[str, str]
    children: list[Element | str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """What a person reads of it, white space collapsed."""
        parts: list[str] = []
        left: list[Element | str] = [self]
        while left:
            one = left.pop()
            if isinstance(one, str):
                parts.append(one)
            elif one is self or one.tag not in _UNSEEN:
                # Blocks and cells are apart on screen even where the source has no space between them.
                left += [" ", *reversed(one.children), " "] if one.tag not in _INLINE else reversed(one.children)
        return " ".join("".join(parts).split())

    @property
    def raw_text(self) -> str:
        """Everything written in it, scripts included."""
        parts: list[str] = []
        left: list[Element | str] = [self]
        while left:
            one = left.pop()
            if isinstance(one, str):
                parts.append(one)
            else:
                left += reversed(one.children)
        return "".join(parts)

    def walk(self) -> Iterator[Element]:
        """Give the element and everything under it, in the order of the page."""
        # By hand, not by recursion: a hostile page may be nested deeper than Python's stack.
        left = [self]
        while left:
            one = left.pop()
            yield one
            left += [child for child in reversed(one.children) if isinstance(child, Element)]


class _Reader(HTMLParser):
    """Builds the tree; an end tag that fits nothing is ignored, what stays open is closed at the end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element(tag="", attributes={})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}
        element = Element(tag=tag, attributes=attributes)
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In HTML the slash of <p/> means nothing; only void elements end by themselves.
        self.handle_starttag(tag, attrs)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        # HTML has none: ``<![x`` begins a comment that ends at the next ``>``; the base class gives up on most of them.
        del report
        return self.parse_bogus_comment(i)

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_html(text: str) -> Element:
    """Return the tree of an HTML text; anything at all has one, however broken."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root
