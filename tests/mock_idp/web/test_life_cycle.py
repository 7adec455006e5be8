"""People whose account changed: merged, deactivated; and a card that is taken out of the reader on the way."""

from __future__ import annotations

import pytest

from mock_idp.ecps.settings import EcpsSettings
from tests.mock_idp.ecps.cards import card
from tests.mock_idp.web.desk import PASSWORD, Desk, make_desk
from tests.mock_idp.web.reader import PIN, OneCard

NEW, OLD = "899799000106", "00B7099027"


@pytest.mark.parametrize("typed", [NEW, OLD, " 0 0B7 099027 "])
def test_a_merged_account_is_found_by_either_identifiant(desk: Desk, typed: str) -> None:
    """The number of before leads to the account of today, whose card and phone are used."""
    desk.log_in()
    desk.identify(typed)
    desk.computer.send("begin")
    desk.prove(card(NEW))

    assert "Scanner le QR code" == desk.computer.title


def test_a_phone_of_a_merged_account_answers_for_both(desk: Desk) -> None:
    """Activated under the new identifiant, asked for by the old one."""
    desk.log_in()
    desk.identify(NEW)
    desk.computer.send("begin")
    desk.prove(card(NEW))
    desk.accept_terms()
    desk.scan()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))
    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    desk.log_in()
    desk.identify(OLD)
    number = desk.computer.data("number")
    desk.to_request()
    desk.phone.send("unlock", password=PASSWORD)
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text


def test_a_simulator_may_forget_the_old_identifiant() -> None:
    """Whether PSC takes it is not known for certain, so it is a setting."""
    desk = make_desk(ecps=EcpsSettings(former_idnats=False))
    desk.log_in()
    desk.identify(OLD)

    assert "idnat-unknown" == desk.computer.error


def test_a_deactivated_account_is_marked_among_the_people(desk: Desk) -> None:
    """Nobody need wonder why this one is refused."""
    desk.log_in()
    rows = [row.to_text() for row in desk.computer.query(".people tbody tr")]

    assert ["NOA RETRAIT, Médecin (compte désactivé)"] == [
        row.partition("171")[2].strip() for row in rows if "171" in row
    ]


def test_the_card_is_taken_out_and_put_back() -> None:
    """Without a card the code confidentiel costs no try; with the card back the activation goes on."""
    reader = OneCard()
    desk = make_desk(reader=reader)
    desk.to_challenge()
    reader.inserted = False
    desk.computer.send("reader", pin=PIN)

    assert ("card-absent", 3) == (desk.computer.error, reader.tries_left)

    reader.inserted = True
    desk.computer.send("reader", pin=PIN)

    assert "Scanner le QR code" == desk.computer.title


def test_the_card_is_not_needed_after_its_proof() -> None:
    """Taken out while the QR code is shown, it is not missed."""
    reader = OneCard()
    desk = make_desk(reader=reader)
    desk.to_challenge()
    desk.computer.send("reader", pin=PIN)
    reader.inserted = False
    desk.accept_terms()
    desk.scan()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))

    assert "Votre téléphone est ajouté" == desk.computer.title
