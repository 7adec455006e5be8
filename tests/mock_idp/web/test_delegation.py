"""« Délégation », the simulated option: off by default, paired once, confirmed afterwards, forgotten in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_idp.ecps.settings import EcpsSettings
from mock_idp.protocol.tokens import Means, SpentCode
from mock_idp.settings import Settings
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import CALLBACK, Desk, make_desk


@pytest.fixture
def desk() -> Desk:
    """A desk before a simulator with the tab, and without single sign-on, so that every login is asked."""
    return make_desk(ecps=EcpsSettings(delegation=True), settings=Settings(single_sign_on=False))


def to_tab(desk: Desk) -> None:
    """Come from the portal to the tab."""
    desk.log_in()
    desk.computer.follow("#means-delegation")


def granted(desk: Desk) -> tuple[str, Means]:
    """Return who logged in, and by which means is stated."""
    spent: SpentCode | None = desk.provider.store.get("codes", desk.computer.answer["code"], now=desk.clock.now())
    assert spent is not None
    return spent.grant.idnat, spent.grant.means


def pair_with_card(desk: Desk) -> None:
    """Pair the local account by a login with the card."""
    to_tab(desk)
    desk.computer.send("pair")
    desk.computer.follow("#means-card")
    desk.prove()


def test_the_tab_is_not_there_unless_the_settings_say_so() -> None:
    """And its address leads back to the login page."""
    plain = make_desk()
    plain.log_in()

    assert None is plain.computer.find("#means-delegation")

    plain.computer.open(plain.computer.action("cancel").replace("annuler", "delegation"))

    assert "Application e-CPS" == plain.computer.one("[aria-current=page]").to_text()


def test_the_page_says_that_it_is_simulated(desk: Desk) -> None:
    """Nobody takes the played establishment for a real one."""
    to_tab(desk)

    assert "Option simulée" in desk.computer.text
    assert "no" == desk.computer.data("paired")


def test_the_first_login_pairs_and_the_next_is_confirmed(desk: Desk) -> None:
    """With the e-CPS; afterwards one screen to confirm is all."""
    desk.activate()
    to_tab(desk)
    desk.computer.send("pair")
    desk.identify()
    number = desk.computer.data("number")
    desk.to_request()
    desk.phone.send("unlock", password="1234")
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")

    assert (IDNAT, Means.MOBILE) == granted(desk)

    to_tab(desk)

    assert f"CAMILLE ESSAI {IDNAT}" in desk.computer.text

    desk.computer.send("confirm")

    assert (IDNAT, Means.MOBILE) == granted(desk)


def test_a_pairing_with_the_card_states_the_card(desk: Desk) -> None:
    """What a delegated login states is unknown, so it is that of the pairing."""
    pair_with_card(desk)
    to_tab(desk)
    desk.computer.send("confirm")

    assert (IDNAT, Means.CARD) == granted(desk)


def test_another_browser_is_not_paired(desk: Desk) -> None:
    """The pairing is of one local account."""
    pair_with_card(desk)
    desk.computer = desk.another_browser()
    to_tab(desk)

    assert "no" == desk.computer.data("paired")


def test_a_login_without_the_wish_pairs_nothing(desk: Desk) -> None:
    """Nor does the wish of another login."""
    to_tab(desk)
    desk.computer.send("pair")
    desk.to_card_login()
    desk.prove()
    to_tab(desk)

    assert "no" == desk.computer.data("paired")


def test_a_pairing_is_forgotten(desk: Desk) -> None:
    """At once, on request; and a page that still offers it is refused."""
    pair_with_card(desk)
    to_tab(desk)
    confirm = desk.computer.action("confirm")
    desk.computer.send("forget")

    assert "no" == desk.computer.data("paired")

    desk.computer.open(confirm, {})

    assert ("pairing-unknown", 422) == (desk.computer.error, desk.computer.status)


def test_a_pairing_ends_with_its_time(desk: Desk) -> None:
    """Ninety days by default; the real limit is unknown."""
    pair_with_card(desk)
    desk.clock.wait(timedelta(days=90))
    to_tab(desk)

    assert "no" == desk.computer.data("paired")


def test_a_portal_may_point_at_the_tab(desk: Desk) -> None:
    """``kc_idp_hint`` opens it at once; the other tabs stay reachable."""
    desk.log_in(kc_idp_hint="OKTA_FICTIF")

    assert "Délégation" == desk.computer.one("[aria-current=page]").to_text()

    desk.computer.follow("#means-ecps")

    assert "Application e-CPS" == desk.computer.one("[aria-current=page]").to_text()


def test_a_delegated_login_can_be_given_up(desk: Desk) -> None:
    """As any other."""
    to_tab(desk)
    desk.computer.send("cancel")

    assert (CALLBACK, "access_denied") == (desk.computer.location.partition("?")[0], desk.computer.answer["error"])
