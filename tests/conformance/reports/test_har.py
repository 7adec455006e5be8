from __future__ import annotations

import json
from typing import Any

from conformance.outcome import Verdict
from conformance.reports import har
from tests.conformance.reports.published import har_complaints
from tests.conformance.reports.sample_run import (
    LIE,
    PORTAL,
    end,
    every_verdict,
    hop,
    run_of,
    scenario,
    start,
    token_call,
)


def log_of(events: list[Any], language: str = "fr") -> dict[str, Any]:
    """Return the log of the archive of these events, which keeps to the format."""
    archive = json.loads(har(run_of(events), language))

    assert [] == har_complaints(archive)
    log: dict[str, Any] = archive["log"]
    return log


def entry_of(one: Any) -> dict[str, Any]:
    """Return the entry of one request."""
    entry: dict[str, Any] = log_of([start(), *scenario("a.b", Verdict.PASSED, one), end(0)])["entries"][0]
    return entry


def test_every_request_is_there_in_order() -> None:
    """One entry a request, on the page of its login."""
    log = log_of(every_verdict(), "en")

    assert [
        ("idt.good#2", "front"),
        ("idt.iss.wrong#2", "front"),
        ("idt.iss.wrong#2", "front"),
        ("idt.iss.wrong#2", "back"),
        ("req.state#2", "front"),
    ] == [(one["pageref"], one["_channel"]) for one in log["entries"]]
    assert ["idt.good (tried): title of idt.good", "passed"] == [log["pages"][0][key] for key in ("title", "_verdict")]
    assert {one["pageref"] for one in log["entries"]} == {page["id"] for page in log["pages"]}


def test_each_login_is_a_page_of_its_own() -> None:
    """The honest logins around a lie are told apart from it."""
    logins = [hop("a.b", f"{PORTAL}/login", login=number) for number in (1, 2, 3, 2)]
    log = log_of([start(), *scenario("a.b", Verdict.PASSED, *logins), end(0)])

    assert ["a.b#1", "a.b#2", "a.b#3"] == [page["id"] for page in log["pages"]]


def test_the_portals_own_call_and_the_lie_in_it() -> None:
    """Parameters are the body, headers are headers, members of the answer are its content, the lie is beside it."""
    entry = entry_of(token_call("a.b"))

    assert {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [
            {"name": "grant_type", "value": "authorization_code"},
            {"name": "code", "value": "‹code 11111111›"},
        ],
    } == entry["request"]["postData"]
    assert ["Authorization", "Content-Type"] == [one["name"] for one in entry["request"]["headers"]]
    assert {"access_token": "‹access_token 33333333›", "expires_in": 120} == json.loads(
        entry["response"]["content"]["text"]
    )
    assert [LIE] == entry["_told"]


def test_the_parameters_of_an_address_are_its_query() -> None:
    """A browser's address has them written out; the provider's journal gives them beside a bare address."""
    front = entry_of(hop("a.b", f"{PORTAL}/callback?code=‹code 1›&state=s"))
    back = entry_of(hop("a.b", f"{PORTAL}/userinfo", channel="back", request=[["schema", "openid"], ["Accept", "*/*"]]))

    assert [{"name": "code", "value": "‹code 1›"}, {"name": "state", "value": "s"}] == front["request"]["queryString"]
    assert [{"name": "schema", "value": "openid"}] == back["request"]["queryString"]
    assert "postData" not in back["request"]


def test_a_posted_form_with_a_query_is_split() -> None:
    """What stands in the address is not said to be in the body as well."""
    request = entry_of(hop("a.b", f"{PORTAL}/in?a=1", method="POST", request=[["a", "1"], ["b", "2"]]))["request"]

    assert [{"name": "a", "value": "1"}] == request["queryString"]
    assert [{"name": "b", "value": "2"}] == request["postData"]["params"]


def test_cookies_and_the_way_on() -> None:
    """Cookies sent and set, each once, without their attributes; a redirect's target."""
    entry = entry_of(
        hop(
            "a.b",
            f"{PORTAL}/callback",
            status=302,
            request=[["Cookie", "a=‹cookie 1›; b=‹cookie 2›"]],
            response=[["Set-Cookie", "sid=‹cookie 3›; Path=/; HttpOnly"], ["Location", f"{PORTAL}/me"]],
        )
    )

    assert [{"name": "a", "value": "‹cookie 1›"}, {"name": "b", "value": "‹cookie 2›"}] == entry["request"]["cookies"]
    assert [{"name": "sid", "value": "‹cookie 3›"}] == entry["response"]["cookies"]
    assert (302, "Found", f"{PORTAL}/me") == tuple(
        entry["response"][key] for key in ("status", "statusText", "redirectURL")
    )


def test_a_request_without_an_answer() -> None:
    """Status 0 and why, as browsers write it."""
    response = entry_of(hop("a.b", f"{PORTAL}/x", status=0, response=[], trouble="timeout"))["response"]

    assert (0, "", "timeout") == (response["status"], response["statusText"], response["_error"])


def test_times() -> None:
    """Moments are UTC, durations milliseconds."""
    entry = entry_of(hop("a.b", f"{PORTAL}/x"))

    assert ("2023-11-14T22:13:21.250Z", 12.5) == (entry["startedDateTime"], entry["time"])


def test_an_unknown_status_has_no_phrase() -> None:
    """A portal may answer any number."""
    assert "" == entry_of(hop("a.b", f"{PORTAL}/x", status=799))["response"]["statusText"]
