"""Somebody who presses anything and types anything: no page ever breaks, and every page is well formed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import Desk, make_desk
from tests.mock_idp.web.reader import PIN, OneCard

if TYPE_CHECKING:
    from tests.mock_idp.web.screen import Screen

SERVER_ERROR = 500
ODD = st.text(max_size=40) | st.sampled_from(
    ["", " ", "\x00", "\ufffe", "\ud7ff", "%00", "'\"><svg>", "é" * 300, "-1", "0" * 400]
)
SENSIBLE = st.sampled_from(
    [IDNAT, "30B0990032/DIR*01;A", "00B7099027", PIN, "1234", "0000", "on", "in", "out", "secret"]
)
PLACES = st.sampled_from(
    ["/phone/", "/mailbox/", "/desk", "/", "/phone/activation", "/phone/etat", "/mailbox/messages.json"]
)
KNOWN = {
    "identifiant": IDNAT,
    "idnat": IDNAT,
    "pin": PIN,
    "terms": "on",
    "password": "1234",
    "password_confirm": "1234",
}
SENSIBLE_FORMS = ("ecps", "begin", "reader", "terms", "screen", "code", "password", "unlock", "pick", "login", "again", "remove", "continue")  # fmt: skip  # noqa: E501


class Monkey(RuleBasedStateMachine):
    """Two browsers, every form and link of the page they show, and time."""

    @initialize()
    def begin(self) -> None:
        """Arrive from the portal on the computer, and open the phone."""
        self.desk: Desk = make_desk(reader=OneCard())
        self.desk.log_in()
        self.desk.phone.open("/phone/")

    def screen(self, *, phone: bool) -> Screen:
        """Return one of the two browsers."""
        return self.desk.phone if phone else self.desk.computer

    def check(self, screen: Screen) -> None:
        """The page itself is held to the rules by the screen; here: it is no failure."""
        assert screen.status < SERVER_ERROR

    @precondition(lambda self: self.desk.computer.dom is None)
    @rule()
    def come_back(self) -> None:
        """The computer has left for the portal; a new login begins."""
        self.desk.log_in()

    @rule(phone=st.booleans(), which=st.integers(min_value=0, max_value=9), values=st.lists(ODD | SENSIBLE, min_size=5, max_size=5))  # fmt: skip  # noqa: E501
    def send(self, phone: bool, which: int, values: list[str]) -> None:  # noqa: FBT001  Hypothesis calls it by name
        """Fill a form in somehow and send it."""
        screen = self.screen(phone=phone)
        forms = sorted(screen.forms) if screen.dom is not None else []
        if not forms:
            return
        form = forms[which % len(forms)]
        names = screen.fields(form)
        screen.send(form, **dict(zip(names, values, strict=False)))
        self.check(screen)

    @rule(steps=st.integers(min_value=1, max_value=14))
    def go_on(self, steps: int) -> None:
        """Do the sensible thing a few times, on both browsers in turn, so that the later pages are reached too."""
        for step in range(steps):
            screen = self.screen(phone=step % 2 == 1)
            if screen.dom is None:
                return
            request = screen.find("a[data-request]")
            if request is not None:
                screen.follow("a[data-request]")
            elif form := next((name for name in SENSIBLE_FORMS if name in screen.forms), None):
                screen.send(form, **{name: self.sensible(name) for name in screen.fields(form)})
            elif screen is self.desk.phone:
                screen.open("/phone/activation")
            self.check(screen)

    def sensible(self, field: str) -> str:
        """Return what a person would type: what the other browser shows, or what they know."""
        if field in {"code", "number"}:
            other = self.desk.phone if field == "code" else self.desk.computer
            shown = other.find(f"[data-{field}]") if other.dom is not None else None
            return (shown.attrs[f"data-{field}"] or "") if shown is not None else "000000"
        return KNOWN.get(field, "")

    @rule(phone=st.booleans(), which=st.integers(min_value=0, max_value=9))
    def follow(self, phone: bool, which: int) -> None:  # noqa: FBT001  Hypothesis calls it by name
        """Follow a link inside the simulator."""
        screen = self.screen(phone=phone)
        links = [link.attrs["href"] or "" for link in screen.query("a[href]")] if screen.dom is not None else []
        inside = [link for link in links if link.startswith(("/", screen.base))]
        if inside:
            screen.open(inside[which % len(inside)])
            self.check(screen)

    @rule(phone=st.booleans(), place=PLACES)
    def wander(self, phone: bool, place: str) -> None:  # noqa: FBT001  Hypothesis calls it by name
        """Open some page by its address."""
        self.screen(phone=phone).open(place)
        self.check(self.screen(phone=phone))

    @rule(seconds=st.sampled_from([1, 30, 91, 121, 301, 901]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.desk.clock.wait(seconds * SECOND)


Monkey.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestMonkey = Monkey.TestCase


@pytest.fixture(scope="module")
def kept() -> Desk:
    """One desk for all examples of a property."""
    return make_desk(reader=OneCard())


@given(typed=ODD)
@settings(max_examples=100, deadline=None)
def test_whatever_is_typed_as_identifiant_is_answered(kept: Desk, typed: str) -> None:
    """Accepted or refused with a reason, on a well-formed page."""
    kept.log_in()
    kept.computer.send("ecps", identifiant=typed)

    assert kept.computer.status in {200, 422}
    assert (kept.computer.status == 422) == (kept.computer.error is not None)


@given(
    path=st.sampled_from(
        ["/\x00\x7f", "/phone/scan", "/login-page", "/desk", "/mailbox/messages.json", "/auth", "/phone/"]
    ),
    name=st.sampled_from(["t", "login", "at", "idnat", "lang", "means", "identifiant", "client_id", "redirect_uri"]),
    value=ODD,
)
@example(path="/phone/scan", name="t", value="\x00")
@example(path="/auth", name="client_id", value="\x00\x0b\ufdd0")
@settings(max_examples=100, deadline=None)
def test_whatever_stands_in_an_address_is_answered(kept: Desk, path: str, name: str, value: str) -> None:
    """No parameter of any page makes the simulator fail."""
    kept.phone.get(quote(path), {name: value})

    assert kept.phone.status < SERVER_ERROR
