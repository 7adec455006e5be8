"""Habits of a phone: approving, refusing, a wrong number, being slow, doing nothing; per person and per login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.web import journeys
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import CALLBACK, PASSWORD, Desk, make_desk

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


@pytest.fixture
def desk() -> Desk:
    """A desk with an activated phone, before a new login."""
    made = make_desk()
    made.activate()
    made.log_in()
    return made


def teach(desk: Desk, **body: Any) -> TestResponse:
    """Tell the control API what the phone is to do."""
    return desk.computer.client.post("/_control/v1/habits", json=body, base_url=desk.computer.base)


def login_of(desk: Desk) -> str:
    """Return the id of the login under way."""
    return desk.computer.action("cancel").split("/")[2]


def test_a_phone_that_approves_needs_no_hand(desk: Desk) -> None:
    """Typing the identifiant leads straight to the portal."""
    assert {"key": IDNAT, "habit": "approve"} == teach(desk, idnat=IDNAT, habit="approve").get_json()

    desk.identify()

    assert CALLBACK == desk.computer.location.partition("?")[0]
    assert "code" in desk.computer.answer


@pytest.mark.parametrize(("habit", "error"), [("refuse", "approval-refused"), ("wrong-number", "number-wrong")])
def test_a_phone_that_says_no(desk: Desk, habit: str, error: str) -> None:
    """The computer is told as if a person had done it."""
    teach(desk, idnat=IDNAT, habit=habit)
    desk.identify()

    assert error == desk.computer.error


def test_a_slow_phone_approves_when_its_time_has_come(desk: Desk) -> None:
    """Not a second earlier; the script of the waiting page notices too."""
    teach(desk, idnat=IDNAT, habit="approve", after=30)
    desk.identify()
    polled = desk.computer.action("continue").replace("attente", "etat")
    states = []
    for span in (0, 29, 1):
        desk.clock.wait(span * SECOND)
        states.append(desk.computer.client.get(polled, base_url=desk.computer.base).get_json()["state"])
    desk.computer.send("continue")

    assert ["pending", "pending", "approved"] == states
    assert CALLBACK == desk.computer.location.partition("?")[0]


def test_a_phone_that_ignores_lets_the_request_expire(desk: Desk) -> None:
    """Unless a hand answers."""
    teach(desk, idnat=IDNAT, habit="ignore")
    desk.identify()
    desk.clock.wait(120 * SECOND)
    desk.computer.send("continue")

    assert "approval-expired" == desk.computer.error


def test_what_was_approved_in_time_counts_though_nobody_looked(desk: Desk) -> None:
    """The phone approved at 30 seconds; the browser comes back after the request's two minutes."""
    teach(desk, idnat=IDNAT, habit="approve", after=30)
    desk.identify()
    desk.clock.wait(130 * SECOND)
    desk.computer.send("continue")

    assert "code" in desk.computer.answer


def test_the_phone_shows_what_its_habit_did(desk: Desk) -> None:
    """Whoever opens it first finds nothing left to answer."""
    teach(desk, idnat=IDNAT, habit="refuse", after=30)
    desk.identify()
    desk.to_request()
    desk.clock.wait(30 * SECOND)
    desk.phone.again()

    assert "Connexion refusée." in desk.phone.text

    desk.phone.open("/phone/")

    assert [] == desk.phone.query("a[data-request]")


def test_a_habit_taught_too_late_revives_nothing(desk: Desk) -> None:
    """A request that nobody looked at since its time was over is over all the same."""
    desk.identify()
    desk.clock.wait(120 * SECOND)
    teach(desk, idnat=IDNAT, habit="approve")
    desk.computer.send("continue")

    assert "approval-expired" == desk.computer.error


def test_a_habit_taught_in_time_answers_what_waits_already(desk: Desk) -> None:
    """From then on, not from before."""
    desk.identify()
    desk.clock.wait(100 * SECOND)
    teach(desk, idnat=IDNAT, habit="approve", after=30)
    desk.computer.send("continue")

    assert "code" in desk.computer.answer


def test_a_habit_slower_than_the_request_does_nothing(desk: Desk) -> None:
    """The time of the request is over first."""
    teach(desk, idnat=IDNAT, habit="approve", after=121)
    desk.identify()
    desk.clock.wait(121 * SECOND)
    desk.computer.send("continue")

    assert "approval-expired" == desk.computer.error


def test_the_habit_of_a_login_goes_before_that_of_its_person(desk: Desk) -> None:
    """And holds for that login only."""
    teach(desk, idnat=IDNAT, habit="approve")
    teach(desk, login_id=login_of(desk), habit="refuse")
    desk.identify()

    assert "approval-refused" == desk.computer.error

    desk.log_in()
    desk.identify()

    assert "code" in desk.computer.answer


def test_a_persona_has_habits_for_everybody_made_after_it(desk: Desk) -> None:
    """For the persona itself and for fresh people; a person's own habit goes before, another persona has none."""
    teach(desk, persona="medecin-liberal", habit="refuse")
    fresh = [desk.provider.fresh_person(kind).idnat for kind in ("medecin-liberal", "pharmacien-titulaire")]
    seen = []
    for idnat in (IDNAT, *fresh):
        journeys.enrol(desk.provider, idnat, PASSWORD)
        desk.log_in()
        desk.identify(idnat)
        seen.append(desk.computer.error)
    teach(desk, idnat=fresh[0], habit="approve")
    desk.log_in()
    desk.identify(fresh[0])

    assert ["approval-refused", "approval-refused", None] == seen
    assert "code" in desk.computer.answer


def test_a_habit_is_taken_away(desk: Desk) -> None:
    """The phone waits for a hand again."""
    teach(desk, idnat=IDNAT, habit="approve")
    teach(desk, idnat=IDNAT, habit=None)
    desk.identify()

    assert "number" in desk.computer.html
    assert 200 == desk.computer.status


def test_a_hand_may_be_faster_than_the_habit(desk: Desk) -> None:
    """The phone is unlocked by hand; the habit goes on from there, on that phone."""
    teach(desk, idnat=IDNAT, habit="approve", after=10)
    desk.identify()
    desk.to_request()
    desk.phone.send("unlock", password=PASSWORD)
    desk.clock.wait(10 * SECOND)
    desk.computer.send("continue")

    assert "code" in desk.computer.answer


def test_a_deleted_e_cps_has_no_habits(desk: Desk) -> None:
    """The request waits, because no phone can answer it."""
    teach(desk, idnat=IDNAT, habit="approve", after=10)
    desk.identify()
    desk.phone.open("/phone/")
    desk.phone.send("delete")
    desk.clock.wait(10 * SECOND)
    desk.computer.send("continue")

    assert "Approuvez la connexion sur votre téléphone" == desk.computer.title


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"habit": "approve"}, 400, "idnat, login_id, persona: give one of them"),
        ({"idnat": IDNAT, "login_id": "x", "habit": "approve"}, 400, "idnat, login_id, persona: give one of them"),
        ({"idnat": IDNAT, "persona": "x", "habit": "approve"}, 400, "idnat, login_id, persona: give one of them"),
        ({"persona": "nobody", "habit": "approve"}, 404, "persona: no persona is called 'nobody'; known are "),
        ({"idnat": IDNAT}, 400, "habit: missing; write a habit, or null to take it away"),
        ({"idnat": IDNAT, "habit": "nod"}, 400, "habit: "),
        ({"idnat": IDNAT, "habit": "approve", "after": -1}, 400, "after: expected seconds from 0 to 3600"),
        ({"idnat": IDNAT, "habit": "approve", "after": True}, 400, "after: expected seconds from 0 to 3600"),
        ({"idnat": "899799000999", "habit": "approve"}, 404, "idnat: "),
        ({"idnat": 1, "habit": "approve"}, 400, "idnat: expected non-empty text"),
    ],
)
def test_what_cannot_be_a_habit_is_told(desk: Desk, body: dict[str, Any], status: int, said: str) -> None:
    """Which field, and what to write."""
    answer = teach(desk, **body)

    assert status == answer.status_code
    assert answer.get_json()["error"].startswith(said)
