"""Two requests at once: whatever the order, exactly one moves the journey and the other is told so.

The race is played without threads: just before a request writes what it decided, the rival's request runs to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_idp.store import MemoryStore
from tests.mock_idp.ecps.cards import card
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import CALLBACK, PASSWORD, Desk, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mock_idp.web.screen import Screen


class RivalStore(MemoryStore):
    """A store in which somebody else is faster, once."""

    def __init__(self) -> None:
        """Nobody is faster yet."""
        super().__init__()
        self.rival: dict[str, Callable[[], object]] = {}
        self.lost = 0

    def compare_and_set(self, table: str, key: str, expected: Any | None, value: Any, **times: Any) -> bool:
        """Let the rival go first."""
        if act := self.rival.pop(table, None):
            act()
        done = super().compare_and_set(table, key, expected, value, **times)
        self.lost += not done
        return done


@pytest.fixture
def store() -> RivalStore:
    """The store of the simulator."""
    return RivalStore()


@pytest.fixture
def desk(store: RivalStore) -> Desk:
    """A desk before a simulator with that store."""
    return make_desk(store=store)


def test_two_phones_scan_one_qr_code(desk: Desk, store: RivalStore) -> None:
    """One shows a code; the other is told that the QR code was used."""
    desk.to_qr_code()
    first, second = desk.phone, desk.another_browser()
    desk.accept_terms(first)
    desk.accept_terms(second)
    url = desk.read_qr()
    store.rival["activations"] = lambda: second.open(url)
    first.open(url)

    assert 1 == store.lost
    assert "Saisissez ce code sur l'ordinateur" == second.title
    assert ("unexpected-event", []) == (first.error, first.query("[data-code]"))


def test_two_computers_race_for_one_person(desk: Desk) -> None:
    """Each has its own demande, QR code and code; a code typed into the other one is merely wrong."""
    code = desk.to_code()
    other, phone = desk.another_browser(), desk.another_browser()
    theirs = Desk(provider=desk.provider, clock=desk.clock, computer=other, phone=phone)
    their_code = theirs.to_code()
    other.send("code", code=_different(code, their_code))
    desk.computer.send("code", code=code)
    other.send("code", code=their_code)

    assert "Votre téléphone est ajouté" == desk.computer.title == other.title

    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    phone.send("continue")
    phone.send("password", password="9876", password_confirm="9876")

    assert 2 == len({device.device_id for device in desk.provider.store.values("devices", now=desk.clock.now())})


def _different(code: str, unlike: str) -> str:
    return code if code != unlike else "not it"


def test_two_computers_on_one_activation(desk: Desk, store: RivalStore) -> None:
    """Two tabs type the same right code: one links the phone, and both then show the same step."""
    code = desk.to_code()
    tab = desk.another_browser()
    tab.open(desk.computer.address)
    store.rival["activations"] = lambda: tab.send("code", code=code)
    desk.computer.send("code", code=code)

    assert 1 == store.lost
    assert "Votre téléphone est ajouté" == tab.title == desk.computer.title
    assert (None, "unexpected-event") == (tab.error, desk.computer.error)


def test_tries_are_counted_one_by_one(desk: Desk, store: RivalStore) -> None:
    """Two wrong codes at once cost two tries."""
    desk.to_code()
    tab = desk.another_browser()
    tab.open(desk.computer.address)
    store.rival["activations"] = lambda: tab.send("code", code="wrong")
    desk.computer.send("code", code="wrong")

    assert ["2.", "1."] == [screen.told.message.rpartition(" ")[2] for screen in (tab, desk.computer)]


def test_passwords_are_counted_one_by_one(desk: Desk, store: RivalStore) -> None:
    """Two wrong passwords at once cost two tries of the phone."""
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    tab = _same_phone(desk)
    tab.open(desk.phone.address)
    store.rival["devices"] = lambda: tab.send("unlock", password="0000")
    desk.phone.send("unlock", password="0000")

    assert ["2.", "1."] == [screen.told.message.rpartition(" ")[2] for screen in (tab, desk.phone)]


def _same_phone(desk: Desk) -> Screen:
    cookie = desk.phone.client.get_cookie("phone", domain="localhost", path="/phone")
    assert cookie is not None
    tab = desk.another_browser()
    tab.client.set_cookie("phone", cookie.value, domain="localhost", path="/phone")
    return tab


@pytest.mark.parametrize("table", ["approvals", "logins"])
def test_an_approval_is_collected_once(desk: Desk, store: RivalStore, table: str) -> None:
    """Two tabs come for one approval: one brings the code to the portal, the other is told that it is over."""
    desk.activate()
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    tab = desk.another_browser()
    wait = desk.computer.action("continue")
    store.rival[table] = lambda: tab.open(wait)
    desk.computer.open(wait)
    locations = [screen.location.partition("?")[0] for screen in (tab, desk.computer)]

    assert ["", CALLBACK] == sorted(locations)
    assert ["login-gone"] == [screen.error for screen in (tab, desk.computer) if not screen.location]


def test_refused_and_approved_at_once(desk: Desk, store: RivalStore) -> None:
    """Whoever is first decides; a login that was refused stays refused."""
    desk.activate()
    number = desk.to_choice()
    tab = _same_phone(desk)
    tab.open(desk.phone.address)
    store.rival["approvals"] = lambda: tab.send("refuse")
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")

    assert "Connexion refusée." in tab.text
    assert "approval-refused" == desk.computer.error


def test_cancelled_and_approved_at_once(desk: Desk, store: RivalStore) -> None:
    """The computer gives up while the phone approves: the portal is told access_denied, and no code exists."""
    desk.activate()
    number = desk.to_choice()
    store.rival["approvals"] = lambda: desk.computer.send("cancel")
    desk.phone.send("pick", number=number)

    assert "access_denied" == desk.computer.answer["error"]
    assert "approval-withdrawn" == desk.phone.error
    assert [] == desk.provider.store.values("codes", now=desk.clock.now())


def test_a_browser_that_left_is_answered_when_it_comes_back(desk: Desk) -> None:
    """The approval waits for the browser that asked; the phone does not need it to be there."""
    desk.activate()
    number = desk.to_choice()
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text

    desk.computer.send("continue")

    assert CALLBACK == desk.computer.location.partition("?")[0]


def test_approval_of_a_login_that_is_over(desk: Desk) -> None:
    """The browser came back after the login's time: the portal must start again."""
    desk.activate()
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.clock.wait(desk.provider.settings.login_lifetime)
    desk.computer.send("continue")

    assert "login-gone" == desk.computer.error


def test_a_new_request_withdraws_the_one_before(desk: Desk) -> None:
    """Asked twice by one login, the phone shows one request, and the old page says why it is over."""
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    page = desk.phone.address
    desk.computer.open(desk.computer.action("cancel").replace("annuler", "identifiant"), {"identifiant": IDNAT})
    desk.phone.open(page)

    assert "approval-withdrawn" == desk.phone.error

    desk.to_request()
    desk.phone.send("unlock", password=PASSWORD)

    desk.phone.send("pick", number=desk.computer.data("number"))

    assert "Connexion approuvée." in desk.phone.text


def test_the_card_is_pulled_out_in_mid_activation(desk: Desk) -> None:
    """A proof that never comes leaves the page where it is, and the next card in the reader goes on."""
    desk.to_challenge()
    desk.computer.send("card", certificate="", signature="")

    assert "card-unreadable" == desk.computer.error

    desk.computer.send("begin")
    desk.prove(card())

    assert "Scanner le QR code" == desk.computer.title
