"""« Carte CPS »: the login with the card alone, and the card that was left in the reader."""

from __future__ import annotations

import base64

import pytest

from mock_idp.ecps.settings import CardInReader, EcpsSettings
from mock_idp.protocol.tokens import Means, SpentCode
from tests.mock_idp.ecps.cards import card, sign
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import CALLBACK, Desk, make_desk
from tests.mock_idp.web.reader import PIN, OneCard


def granted(desk: Desk) -> tuple[str, Means]:
    """Return who logged in, and by which means, as the code that the portal got says."""
    spent: SpentCode | None = desk.provider.store.get("codes", desk.computer.answer["code"], now=desk.clock.now())
    assert spent is not None
    return spent.grant.idnat, spent.grant.means


def test_the_card_alone_logs_in(desk: Desk) -> None:
    """Its certificate says who it is, its signature that it is there; the level is stated as the card's."""
    desk.to_card_login()
    desk.prove()

    assert CALLBACK == desk.computer.location.partition("?")[0]
    assert (IDNAT, Means.CARD) == granted(desk)


def test_the_simulated_reader_logs_in() -> None:
    """Whose card, and its code confidentiel."""
    desk = make_desk(reader=OneCard())
    desk.to_card_login()
    desk.computer.send("reader", identifiant="8997 9900 0015", pin="0000")

    assert ("pin-wrong", "8997 9900 0015") == (desk.computer.error, desk.computer.value("#identifiant"))

    desk.computer.send("reader", pin=PIN)

    assert (IDNAT, Means.CARD) == granted(desk)


def test_a_phone_says_mobile(desk: Desk) -> None:
    """The other means is stated as such."""
    desk.activate()
    number = desk.to_choice()
    desk.phone.send("pick", number=number)
    desk.computer.send("continue")

    assert (IDNAT, Means.MOBILE) == granted(desk)


def test_the_card_of_a_merged_account_logs_in_as_the_account_of_today(desk: Desk) -> None:
    """The certificate still says the number of before."""
    desk.to_card_login()
    desk.prove(card("00B7099027"))

    assert ("899799000106", Means.CARD) == granted(desk)


def test_a_challenge_serves_one_proof(desk: Desk) -> None:
    """After a proof, good or bad, the page has another challenge, and the answer to the old one is refused."""
    desk.to_card_login()
    first = base64.b64decode(desk.computer.data("challenge"))
    desk.prove(signature=sign(b"something else"))

    assert "card-signature-wrong" == desk.computer.error
    assert "Recommencez : la page présente un nouveau défi à la carte." == desk.computer.told.remedy

    desk.prove(signature=sign(first))

    assert "card-signature-wrong" == desk.computer.error

    desk.prove()

    assert (IDNAT, Means.CARD) == granted(desk)


def test_a_page_loaded_again_keeps_its_challenge(desk: Desk) -> None:
    """Only a proof or time spends it."""
    desk.to_card_login()
    first = desk.computer.data("challenge")
    desk.computer.again()

    assert first == desk.computer.data("challenge")


def test_a_slow_card_is_given_another_challenge(desk: Desk) -> None:
    """Five minutes are the limit; the page that refuses has the next one."""
    desk.to_card_login()
    desk.clock.wait(300 * SECOND)
    desk.prove()

    assert "challenge-expired" == desk.computer.error
    assert "Recommencez : la page présente un nouveau défi à la carte." == desk.computer.told.remedy

    desk.prove()

    assert (IDNAT, Means.CARD) == granted(desk)


def test_without_a_reader_no_pin_is_taken(desk: Desk) -> None:
    """The form is not there, and its address refuses."""
    desk.to_card_login()

    assert "reader" not in desk.computer.forms

    desk.computer.open(f"{desk.computer.action('card')}/code-confidentiel", {"identifiant": IDNAT, "pin": PIN})

    assert "unexpected-event" == desk.computer.error


def test_a_request_on_the_phone_is_withdrawn_when_the_card_was_faster(desk: Desk) -> None:
    """The login has its answer; the phone is told."""
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    desk.computer.open(desk.computer.action("cancel").replace("annuler", "carte"))
    desk.prove()
    desk.phone.again()

    assert (IDNAT, Means.CARD) == granted(desk)
    assert "approval-withdrawn" == desk.phone.error


def test_an_old_address_of_the_card_tab_still_leads_there(desk: Desk) -> None:
    """``means=card`` was the address of the tab."""
    desk.log_in()
    desk.computer.open(desk.computer.address + "&means=card")

    assert "card" in desk.computer.forms


# -- the code confidentiel of the first day


class TellingReader(OneCard):
    """A reader that tells the PIN its cards are delivered with."""

    delivery_pin = PIN


@pytest.mark.parametrize(("reader", "told"), [(OneCard(), False), (TellingReader(), True)], ids=["silent", "telling"])
def test_the_page_tells_the_pin_of_delivery(reader: OneCard, told: bool) -> None:  # noqa: FBT001  pytest passes it by name
    """As the letter by post would, at the login with the card and at the activation; only if the reader tells."""
    desk = make_desk(reader=reader)
    sentence = f"À la livraison, le code des cartes fictives est {PIN}."
    desk.to_card_login()
    pages = [desk.computer.one("#pin-aide").to_text()]
    desk.to_challenge()
    pages.append(desk.computer.one("#pin-aide").to_text())

    assert [told, told] == [sentence in page for page in pages]


# -- the card that was left in the reader


def with_card_in(policy: CardInReader = CardInReader.ASK) -> Desk:
    """Return a desk on the login page, with a card in the reader."""
    desk = make_desk(reader=OneCard(), ecps=EcpsSettings(card_in_reader=policy))
    desk.log_in()
    desk.computer.send("slot", card="in")
    return desk


def test_the_card_goes_in_and_out() -> None:
    """The page says how it stands."""
    desk = with_card_in()

    assert "in" == desk.computer.data("card")

    desk.computer.send("slot", card="out")

    assert "out" == desk.computer.data("card")


def test_a_card_in_the_reader_is_told_and_can_be_taken_out() -> None:
    """The e-CPS goes on once the card is out, and the next login is not held up."""
    desk = with_card_in()
    desk.identify()

    assert "La carte est encore dans le lecteur" == desk.computer.title

    desk.computer.send("remove")

    assert "Demande d'activation" == desk.computer.title

    desk.log_in()

    assert "out" == desk.computer.data("card")


def test_a_card_in_the_reader_can_be_used_instead() -> None:
    """The other way out: log in with it."""
    desk = with_card_in()
    desk.identify()
    desk.computer.follow("#avec-la-carte")
    desk.computer.send("reader", identifiant=IDNAT, pin=PIN)

    assert (IDNAT, Means.CARD) == granted(desk)


@pytest.mark.parametrize(
    ("policy", "form"), [(CardInReader.ASK, "remove"), (CardInReader.CARD, "reader"), (CardInReader.IGNORE, "begin")]
)
def test_what_a_card_in_the_reader_does_is_a_setting(policy: CardInReader, form: str) -> None:
    """Say so, go to the card, or go on: no source says what PSC does."""
    desk = with_card_in(policy)
    desk.identify()

    assert form in desk.computer.forms


def test_without_a_simulated_reader_there_is_no_slot(desk: Desk) -> None:
    """Nobody is asked about a reader that is not there."""
    desk.log_in()

    assert "slot" not in desk.computer.forms

    desk.computer.open(desk.computer.action("cancel").replace("annuler", "carte/lecteur"), {"card": "in"})
    desk.identify()

    assert "Demande d'activation" == desk.computer.title
