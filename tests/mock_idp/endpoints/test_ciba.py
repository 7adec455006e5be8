"""CIBA from end to end: the portal's server asks, the phone shows it, the person answers, the poll gets it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.artefacts import Seam
from mock_idp.deviations import AnswerStatus, SetClaim, SetField, to_json
from mock_idp.ecps.approval import NumberPicked
from mock_idp.protocol.ciba import CIBA_GRANT
from mock_idp.web import journeys
from tests.mock_idp.endpoints.site import ENDPOINTS, Site, json_of
from tests.mock_idp.protocol.portal import IDNAT, PORTAL, basic
from tests.mock_idp.protocol.test_ciba import QUESTION

if TYPE_CHECKING:
    from mock_idp.keys import SigningKeys

CIBA = ENDPOINTS + "/ext/ciba/auth"


@pytest.fixture
def site(keys: SigningKeys) -> Site:
    """A provider whose portal has CIBA, and one person with an activated phone."""
    site = Site(keys=keys)
    site.provider.server.register_client(replace(PORTAL, ciba=True))
    journeys.enrol(site.provider, IDNAT, "1234")
    return site


def ask(site: Site, **changes: str) -> dict[str, Any]:
    """Ask the person and return what came back."""
    return json_of(site.call("POST", CIBA, data={**QUESTION, **changes}, headers=basic()))


def poll(site: Site, auth_req_id: str) -> dict[str, Any]:
    """Poll once, an interval later."""
    site.provider.clock.advance(5)
    form = {"grant_type": CIBA_GRANT, "auth_req_id": auth_req_id}
    return json_of(site.call("POST", ENDPOINTS + "/token", data=form, headers=basic()))


def say(site: Site, answer: str) -> int:
    """Answer for the person from a script."""
    return site.control("POST", "/answers", {"idnat": IDNAT, "answer": answer}).status_code


def test_the_request_waits_on_the_phone_with_its_binding_message(site: Site) -> None:
    """Among as many different numbers as for any login."""
    ask(site)
    (waiting,) = journeys.requests_for(site.provider, IDNAT)

    assert ("42", True, 3) == (waiting.number, "42" in waiting.choices, len(set(waiting.choices)))


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_approved_is_logged_in(site: Site, channel: str) -> None:
    """Pending, then tokens that read userinfo; then the POST logout ends them."""
    auth_req_id = ask(site, channel=channel)["auth_req_id"]
    before = poll(site, auth_req_id)["error"]
    said = say(site, "approve")
    tokens = poll(site, auth_req_id)
    info = json_of(site.userinfo(tokens["access_token"]))
    logout = site.call("POST", ENDPOINTS + "/logout", data={"id_token_hint": tokens["id_token"]})

    assert ("authorization_pending", 200, IDNAT, channel, 200, 401) == (
        before,
        said,
        info["SubjectNameID"],
        info["authMode"],
        logout.status_code,
        site.userinfo(tokens["access_token"]).status_code,
    )


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_refused_is_denied(site: Site, channel: str) -> None:
    """And the poll stops there."""
    auth_req_id = ask(site, channel=channel)["auth_req_id"]
    say(site, "refuse")

    assert ["access_denied", "invalid_grant"] == [poll(site, auth_req_id)["error"] for _ in range(2)]


def test_the_phone_pages_answer_it(site: Site) -> None:
    """Password, then the binding message among the numbers, on the phone's own page."""
    auth_req_id = ask(site)["auth_req_id"]
    (waiting,) = journeys.requests_for(site.provider, IDNAT)
    (device,) = journeys.devices_of(site.provider, IDNAT)
    typed = journeys.try_password(site.provider, device.device_id, "1234")
    journeys.advance_approval(site.provider, waiting.approval_id, typed)
    wrong = next(choice for choice in waiting.choices if choice != "42")
    picked = NumberPicked(device.device_id, wrong)
    journeys.advance_approval(site.provider, waiting.approval_id, picked)

    assert "access_denied" == poll(site, auth_req_id)["error"]


def test_nobody_answers(site: Site) -> None:
    """Pending until the time is over, then expired."""
    auth_req_id = ask(site)["auth_req_id"]
    site.provider.clock.advance(114)
    said = [poll(site, auth_req_id)["error"] for _ in range(2)]

    assert ["authorization_pending", "expired_token"] == said


def test_without_a_phone_there_is_nobody_to_ask(site: Site) -> None:
    """503 for the e-CPS; the card needs none."""
    answers = [
        site.call("POST", CIBA, data={**QUESTION, "login_hint": "899799000023", "channel": channel}, headers=basic())
        for channel in ("MOBILE", "CARD")
    ]

    assert [503, 200] == [answer.status_code for answer in answers]


def test_an_identifier_with_a_slash_is_asked(site: Site) -> None:
    """Staff of a structure."""
    assert "auth_req_id" in ask(site, login_hint="30B0990016/CPET0001", channel="CARD")


def test_no_browser_can_take_the_login_over(site: Site) -> None:
    """Its name stands in the journal; the wallet's pages do not know it."""
    ask(site)
    login_id = site.provider.journal.entries()[-1].login_id

    assert 410 == site.call("GET", "/login-page", wallet=True, query_string={"login": login_id}).status_code


def test_the_journal_ties_the_polls_to_the_request(site: Site) -> None:
    """And holds no ``auth_req_id``."""
    auth_req_id = ask(site)["auth_req_id"]
    poll(site, auth_req_id)
    entries = site.provider.journal.entries()

    assert [("backchannel_authentication", "back"), ("token", "back")] == [
        (entry.endpoint, entry.channel) for entry in entries
    ]
    assert 1 == len({entry.login_id for entry in entries})
    assert auth_req_id not in str(entries)


def test_lies_follow_a_person_without_a_browser(site: Site) -> None:
    """Armed for a ``login_hint``, told once: in the acknowledgement and in the ID token."""
    lies = [to_json(lie) for lie in (SetField(Seam.CIBA_RESPONSE, "interval", 60), SetClaim("aud", "other"))]
    plan = json_of(site.control("POST", "/plans", {"deviations": lies, "login_hint": IDNAT}))
    first = ask(site)
    say(site, "approve")
    poll(site, first["auth_req_id"])
    told = json_of(site.control("GET", "/plans/" + plan["token"]))["told"]

    assert (60, 2, 5) == (first["interval"], len(told), ask(site)["interval"])


def test_the_answer_itself_can_be_spoilt(site: Site) -> None:
    """An outage, for the portal to survive."""
    lie = to_json(AnswerStatus(Seam.CIBA_ANSWER, 502))
    site.control("POST", "/plans", {"deviations": [lie], "login_hint": IDNAT})

    assert 502 == site.call("POST", CIBA, data=QUESTION, headers=basic()).status_code


def errors(site: Site, auth_req_id: str, *waits: float) -> list[str | None]:
    """Poll after each of these waits, and return what each poll was refused with."""
    said = []
    for seconds in waits:
        site.provider.clock.advance(seconds)
        said.append(poll(site, auth_req_id).get("error"))
    return said


PENDING = "authorization_pending"


@pytest.mark.parametrize(
    ("channel", "habit", "first"),
    [
        ("MOBILE", "approve", None),
        ("MOBILE", "refuse", "access_denied"),
        ("MOBILE", "wrong-number", "access_denied"),
        ("MOBILE", "ignore", PENDING),
        ("CARD", "approve", None),
        ("CARD", "refuse", "access_denied"),
        ("CARD", "wrong-number", PENDING),
        ("CARD", "ignore", PENDING),
    ],
)
def test_a_habit_answers_too(site: Site, channel: str, habit: str, first: str | None) -> None:
    """As it does for a browser's login; a card shows no numbers, and what is ignored expires."""
    site.control("POST", "/habits", {"idnat": IDNAT, "habit": habit})
    auth_req_id = ask(site, channel=channel)["auth_req_id"]
    said = errors(site, auth_req_id, 0, 115)

    assert [first, "expired_token" if first == PENDING else "invalid_grant"] == said


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_a_slow_habit_answers_when_its_moment_has_come(site: Site, channel: str) -> None:
    """At 30 seconds: the polls before it are told to wait."""
    site.control("POST", "/habits", {"idnat": IDNAT, "habit": "approve", "after": 30})
    auth_req_id = ask(site, channel=channel)["auth_req_id"]

    assert [PENDING, PENDING, None] == errors(site, auth_req_id, 0, 19, 1)


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_a_request_may_have_a_habit_of_its_own(site: Site, channel: str) -> None:
    """Its login stands among what waits; its habit goes before that of the person."""
    site.control("POST", "/habits", {"idnat": IDNAT, "habit": "ignore"})
    auth_req_id = ask(site, channel=channel)["auth_req_id"]
    (waiting,) = json_of(site.control("GET", "/requests"))["requests"]
    site.control("POST", "/habits", {"login_id": waiting["login_id"], "habit": "refuse"})

    assert (channel, "portal") == (waiting["channel"], waiting["client_id"])
    assert ["access_denied"] == errors(site, auth_req_id, 0)


@pytest.mark.parametrize("channel", ["MOBILE", "CARD"])
def test_a_habit_slower_than_the_request_answers_nothing(site: Site, channel: str) -> None:
    """Its moment would come when the request is over."""
    site.control("POST", "/habits", {"idnat": IDNAT, "habit": "approve", "after": 120})
    auth_req_id = ask(site, channel=channel)["auth_req_id"]

    assert [PENDING, "expired_token"] == errors(site, auth_req_id, 110, 5)


def test_what_the_phone_refused_no_script_approves(site: Site) -> None:
    """The person's word counts, also before the portal has heard it."""
    auth_req_id = ask(site)["auth_req_id"]

    assert [200, 404] == [say(site, "refuse"), say(site, "approve")]
    assert "access_denied" == poll(site, auth_req_id)["error"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"idnat": IDNAT, "answer": "maybe"}, 400, "answer: 'approve', 'refuse' or 'wrong-number'"),
        ({"idnat": IDNAT, "answer": []}, 400, "answer: expected non-empty text"),
        ({"answer": "approve"}, 400, "idnat: expected non-empty text"),
        ({"idnat": " ", "answer": "approve"}, 400, "idnat: idnat-empty"),
        ({"idnat": IDNAT, "answer": "approve"}, 404, "idnat: nothing waits for this person"),
    ],
)
def test_a_bad_answer_is_told_which_field(site: Site, body: dict[str, Any], status: int, said: str) -> None:
    """Which field, what is wrong."""
    answer = site.control("POST", "/answers", body)

    assert (status, said) == (answer.status_code, json_of(answer)["error"])


def test_a_script_answers_a_browsers_login_too(site: Site) -> None:
    """Unlocked and picked the phone's own way."""
    login_id = site.begin()
    journeys.ask_approval(site.provider, login_id, IDNAT)
    answered = json_of(site.control("POST", "/answers", {"idnat": IDNAT, "answer": "approve"}))["login_id"]
    asked = journeys.approval_of_login(site.provider, login_id)

    assert asked is not None
    assert (login_id, "approved") == (answered, asked.phase)
