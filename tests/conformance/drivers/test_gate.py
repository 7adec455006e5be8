"""What the gate of a real browser lets through, decided request by request; no browser runs here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright")

from conformance.drivers.gate import MAX_HOPS, Gate

if TYPE_CHECKING:
    from collections.abc import Callable

PORTAL, PROVIDER, STRANGER = "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"


class Line:
    """A line to a browser that is not there: what it was told, and what it tells."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.tell: Callable[[dict[str, Any]], None] = lambda _: None

    def send(self, method: str, members: dict[str, Any] | None = None) -> Any:
        """Take a command; the window's own frame is called main."""
        self.said.append((method, members or {}))
        return {"frameTree": {"frame": {"id": "main"}}}

    def on(self, _event: str, hear: Callable[[dict[str, Any]], None]) -> None:
        """Learn who wants to know of paused requests."""
        self.tell = hear

    def pauses(
        self, url: str, *, kind: str = "Document", frame: str = "main", method: str = "GET", body: str = ""
    ) -> str:
        """Pause a request and return what becomes of it."""
        request = {"url": url, "method": method, "headers": {}, "postData": body}
        self.tell({"requestId": "1", "resourceType": kind, "frameId": frame, "request": request})
        command, members = self.said[-1]
        return str(members.get("errorReason", command))


@pytest.fixture
def line() -> Line:
    """The line of a window that shows the provider."""
    return Line()


@pytest.fixture
def gate(line: Line) -> Gate:
    """A gate that lets the portal and the provider through."""
    context: Any = SimpleNamespace(new_cdp_session=lambda _tab: line)
    tab: Any = SimpleNamespace(url=f"{PROVIDER}/waiting")
    return Gate(context, tab, frozenset({"127.0.0.1:1", "127.0.0.1:2"}), frozenset({"127.0.0.1:2"}))


SENT = "Fetch.continueRequest"


def test_a_pages_own_idea_does_not_come_before_what_was_asked_for(line: Line, gate: Gate) -> None:
    """A waiting page that moves on by itself is held back; the way that was asked for is then free."""
    gate.begin(None, own=f"{PORTAL}/callback")

    assert ["Aborted", SENT, SENT] == [
        line.pauses(one) for one in (f"{PROVIDER}/next", f"{PORTAL}/callback", f"{PROVIDER}/x")
    ]
    assert gate.stopped is None


def test_a_stop_is_final_and_knows_the_form(line: Line, gate: Gate) -> None:
    """The first address of an action is its own; the next is stopped, with what it would have posted."""
    gate.begin(lambda url: url.startswith(PROVIDER), own=f"{PROVIDER}/first")

    assert SENT == line.pauses(f"{PROVIDER}/first")
    assert "Aborted" == line.pauses(f"{PROVIDER}/auth", method="POST", body="a=1&b=")
    assert (f"{PROVIDER}/auth", "POST", (("a", "1"), ("b", ""))) == gate.stopped
    assert "Aborted" == line.pauses(f"{PORTAL}/anything")


def test_a_way_without_end_is_a_loop(line: Line, gate: Gate) -> None:
    """After as many pages as any honest login takes."""
    gate.begin(None, own=PORTAL)
    taken = [line.pauses(PORTAL) for _ in range(MAX_HOPS + 1)]

    assert [SENT] * MAX_HOPS + ["Aborted"] == taken
    assert gate.loop


@pytest.mark.parametrize(
    ("kind", "url", "answer"),
    [
        ("Image", f"{PORTAL}/logo", SENT),
        ("Image", f"{STRANGER}/logo", "BlockedByClient"),
        ("Image", "data:image/png;base64,AA==", SENT),
        ("Fetch", f"{PROVIDER}/news", "BlockedByClient"),
        ("XHR", f"{PORTAL}/news", "BlockedByClient"),
        ("Script", f"{PROVIDER}/news.js", SENT),
        ("Script", "file:///etc/passwd", "BlockedByClient"),
    ],
)
def test_what_a_page_asks_for(line: Line, gate: Gate, kind: str, url: str, answer: str) -> None:
    """Strangers get nothing; a page of the provider's asks for nothing in the background."""
    gate.begin(None)

    assert answer == line.pauses(url, kind=kind)


def test_a_frame_in_a_page_is_no_navigation(line: Line, gate: Gate) -> None:
    """It neither counts as the action's own nor is it stopped, and a stranger in it gets nothing."""
    gate.begin(lambda _: True, own=f"{PORTAL}/")

    assert SENT == line.pauses(f"{PROVIDER}/frame", frame="inner")
    assert "BlockedByClient" == line.pauses(f"{STRANGER}/frame", frame="inner")
    assert None is gate.stopped


def test_the_actions_form_travels_with_its_first_request_only(line: Line, gate: Gate) -> None:
    """A typed address becomes a POST on its way out; a redirect after it stays what it is."""
    gate.begin(None, own=f"{PORTAL}/logout", method="POST", form=(("a", "é"),))
    line.pauses(f"{PORTAL}/logo", kind="Image")
    picture = line.said[-1][1]
    line.pauses(f"{PORTAL}/logout")
    first = line.said[-1][1]
    line.pauses(f"{PORTAL}/bye")

    assert {"requestId": "1"} == picture
    assert ("POST", "YT0lQzMlQTk=") == (first["method"], first["postData"])
    assert {"requestId": "1"} == line.said[-1][1]
