"""The desk view: what may stand in its frames, and how a login gets out of them."""

from __future__ import annotations

import pytest

from tests.mock_idp.ecps.journeys import SECOND
from tests.mock_idp.web.desk import CALLBACK, Desk

FRAMED = {"Sec-Fetch-Dest": "iframe"}


def test_computer_and_phone_stand_side_by_side(desk: Desk) -> None:
    """From the login page, its own page and the phone."""
    desk.log_in()
    here = desk.computer.address.partition("&")[0]
    desk.computer.follow("#cote-a-cote")

    assert [here, "/phone/"] == [frame.attrs["src"] for frame in desk.computer.query("iframe")]
    assert ["Ordinateur", "Téléphone"] == [frame.attrs["title"] for frame in desk.computer.query("iframe")]


def test_without_a_login_it_says_how_to_begin_one(desk: Desk) -> None:
    """The phone alone, and what to do."""
    desk.computer.open("/desk")

    assert ["/phone/"] == [frame.attrs["src"] for frame in desk.computer.query("iframe")]
    assert "choisissez « Téléphone à côté »" in desk.computer.text


@pytest.mark.parametrize(
    "at",
    [
        "https://evil.test/login/", "//evil.test/login/", "/\\evil.test/login/", "javascript:alert(1)", "/phone/",
        "/desk", "/_control/v1/status", "/login", "/login/x y", "/login/\\evil", "/auth?login/",
    ],
)  # fmt: skip
def test_nothing_else_stands_in_the_frame(desk: Desk, at: str) -> None:
    """Only the computer's own pages."""
    answer = desk.computer.client.get("/desk", query_string={"at": at}, base_url=desk.computer.base)

    assert "no-login" in answer.text
    assert 'id="computer"' not in answer.text


def test_a_page_in_a_frame_offers_no_further_desk(desk: Desk) -> None:
    """No desk within the desk."""
    desk.computer.headers = FRAMED
    desk.log_in()

    assert None is desk.computer.find("#cote-a-cote")


def test_a_login_leaves_the_frame(desk: Desk) -> None:
    """The portal's address stands in a link for the whole window, and is not followed inside the frame."""
    desk.activate()
    desk.computer.headers = FRAMED
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")
    link = desk.computer.one("#leave").attrs

    assert (200, "") == (desk.computer.status, desk.computer.location)
    assert ("_top", CALLBACK) == (link["target"], (link["href"] or "").partition("?")[0])
    assert "code=" in (link["href"] or "")


def test_a_login_given_up_leaves_the_frame_too(desk: Desk) -> None:
    """``access_denied`` goes the same way."""
    desk.computer.headers = FRAMED
    desk.log_in()
    desk.computer.send("cancel")

    assert "error=access_denied" in (desk.computer.one("#leave").attrs["href"] or "")


def test_without_a_frame_the_portal_is_answered_at_once(desk: Desk) -> None:
    """A redirect, as ever, whatever the browser says about the destination."""
    desk.computer.headers = {"Sec-Fetch-Dest": "document"}
    desk.log_in()
    desk.clock.wait(SECOND)
    desk.computer.send("cancel")

    assert CALLBACK == desk.computer.location.partition("?")[0]
