"""The phone: where it stands, one and several, deleted and activated again, and the screen scanned without a camera."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mock_idp.ecps.enrolment import Lost
from mock_idp.ecps.settings import EcpsSettings, LostPhone
from mock_idp.settings import Settings
from mock_idp.web import journeys
from tests.mock_idp.ecps.cards import card
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import OTHER_IDNAT, PASSWORD, Desk, make_desk

if TYPE_CHECKING:
    from tests.mock_idp.web.screen import Screen

SCAN_BUTTON = 'form[name="screen"] button'


def test_a_new_phone_asks_for_the_terms(desk: Desk) -> None:
    """Nothing else can be done before."""
    desk.phone.open("/phone/")

    assert ("Activer votre e-CPS", {"terms"}) == (desk.phone.title, desk.phone.forms)


def test_an_activated_phone_says_whose_it_is_and_until_when(desk: Desk) -> None:
    """Name, identifiant, dates; and that nothing waits."""
    desk.activate()
    desk.phone.open("/phone/")

    assert ("e-CPS activée", "active") == (desk.phone.title, desk.phone.data("state"))
    assert f"CAMILLE ESSAI {IDNAT}" in desk.phone.text
    assert "Activée le 2 mars 2026 Valable jusqu'au 1 mars 2029" in desk.phone.text.replace(" ", " ")
    assert "Aucune demande pour l'instant." in desk.phone.text


def test_dates_are_in_the_readers_language(desk: Desk) -> None:
    """As people write them in English."""
    desk.speak("en")
    desk.activate()
    desk.phone.open("/phone/")

    assert "Activated on Mar 2, 2026 Valid until Mar 1, 2029" in desk.phone.text


def test_the_home_page_leads_back_into_an_activation(desk: Desk) -> None:
    """Whoever opens the application in the middle of an activation finds the code, then the password."""
    code = desk.to_code()
    desk.phone.open("/phone/")
    desk.phone.follow("#reprendre")

    assert code == desk.phone.data("code")

    desk.computer.send("code", code=code)
    desk.phone.open("/phone/")
    desk.phone.follow("#reprendre")

    assert "Créer un mot de passe à 4 chiffres" == desk.phone.title


def test_an_activation_that_went_to_another_phone_is_no_longer_offered(desk: Desk) -> None:
    """The QR code was renewed and scanned by somebody else's phone."""
    desk.to_code()
    desk.computer.send("renew")
    second = desk.another_browser()
    desk.accept_terms(second)
    desk.scan(second)
    desk.phone.open("/phone/")

    assert None is desk.phone.find("#reprendre")

    desk.phone.open("/phone/activation")

    assert "qr-unknown" == desk.phone.error


@pytest.mark.parametrize("wallet", ["http://localhost:8080", "http://192.0.2.7:8080", "https://wallet.cabinet.test"])
def test_any_phones_camera_opens_it_at_the_right_step(wallet: str) -> None:
    """The QR code is an address that the phone can reach; a new phone accepts the terms and goes on with that code."""
    desk = make_desk(settings=Settings(wallet_base=wallet))
    desk.to_qr_code()
    seen = desk.read_qr()
    desk.phone.open(seen)

    assert seen.startswith(f"{wallet}/phone/scan?t=")
    assert ("Activer votre e-CPS", {"terms"}) == (desk.phone.title, desk.phone.forms)

    desk.phone.send("terms", terms="on")

    assert "Saisissez ce code sur l'ordinateur" == desk.phone.title


# -- several phones


def test_any_of_several_phones_approves(desk: Desk) -> None:
    """A second phone is activated from the waiting page; both see the request, and one answers it."""
    desk.activate()
    second = desk.another_browser()
    desk.activate_second(second, "9876")
    number = desk.to_waiting()
    desk.to_request(second)
    second.send("unlock", password="9876")
    second.send("pick", number=number)
    desk.phone.open("/phone/")

    assert "Connexion approuvée." in second.text
    assert ("1", []) == (desk.phone.one("#others").to_text(), desk.phone.query("a[data-request]"))


def test_a_limit_of_phones_deletes_the_oldest() -> None:
    """How many phones a person may have is unknown, so it is a setting."""
    desk = make_desk(ecps=EcpsSettings(devices_per_person=1))
    desk.activate()
    second = desk.another_browser()
    desk.activate_second(second)
    desk.phone.open("/phone/")
    second.open("/phone/")

    assert ("Scanner le QR code", "e-CPS activée") == (desk.phone.title, second.title)


def test_the_phone_of_somebody_else_sees_nothing(desk: Desk) -> None:
    """A request is shown to phones of its person only, by list and by address."""
    desk.activate()
    other = make_other(desk)
    desk.to_waiting()
    desk.to_request()
    other.open("/phone/")

    assert [] == other.query("a[data-request]")
    assert 410 == other.open(desk.phone.address)


def make_other(desk: Desk) -> Screen:
    """Return the activated phone of another person."""
    phone = desk.another_browser()
    desk.log_in()
    desk.identify(OTHER_IDNAT)
    desk.computer.send("begin")
    desk.prove(card(OTHER_IDNAT))
    desk.accept_terms(phone)
    desk.scan(phone)
    desk.computer.send("continue")
    desk.computer.send("code", code=phone.data("code"))
    phone.send("continue")
    phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    return phone


# -- deleted, lost, expired


def test_a_deleted_e_cps_is_activated_again(desk: Desk) -> None:
    """After « Supprimer ma e-CPS » the identifiant leads to the demande d'activation, on the same phone."""
    desk.activate()
    desk.phone.open("/phone/")
    desk.phone.send("delete")

    assert "Scanner le QR code" == desk.phone.title

    desk.to_qr_code()
    desk.scan()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))
    desk.phone.send("continue")
    desk.phone.send("password", password="5555", password_confirm="5555")
    number = desk.to_choice("5555")
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text


def test_deleting_the_e_cps_leaves_the_request_to_time(desk: Desk) -> None:
    """A request whose phone is gone can no longer be answered; the computer waits, and may be given up."""
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    page = desk.phone.address
    desk.phone.open("/phone/")
    desk.phone.send("delete")

    assert 410 == desk.phone.open(page)

    desk.computer.send("cancel")

    assert "access_denied" == desk.computer.answer["error"]


def test_an_expired_e_cps_is_deleted_and_activated_again(desk: Desk) -> None:
    """The phone says what to do; the computer goes straight to the demande d'activation."""
    desk.activate()
    desk.clock.wait(timedelta(days=3 * 365))
    desk.phone.open("/phone/")

    assert ("e-CPS expirée", {"delete"}) == (desk.phone.title, desk.phone.forms)

    desk.phone.send("delete")
    desk.log_in()
    desk.identify()

    assert "Demande d'activation" == desk.computer.title


@pytest.mark.parametrize(("days", "told"), [(3 * 365 - 31, False), (3 * 365 - 30, True), (3 * 365, False)])
def test_a_phone_says_that_its_e_cps_expires_soon(desk: Desk, days: int, told: bool) -> None:  # noqa: FBT001  by name
    """From thirty days before the end; afterwards it says that it has expired."""
    desk.activate()
    desk.clock.wait(timedelta(days=days))
    desk.phone.open("/phone/")

    assert told is (desk.phone.find("#expires-soon") is not None)


def test_a_lost_phone_is_replaced_from_the_waiting_page(desk: Desk) -> None:
    """The request that the lost phone could have approved is withdrawn."""
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    desk.computer.send("activate")
    desk.phone.again()

    assert "Demande d'activation" == desk.computer.title
    assert "approval-withdrawn" == desk.phone.error


def lose(desk: Desk) -> None:
    """Have a script lose every phone of the person."""
    for device in journeys.devices_of(desk.provider, IDNAT):
        journeys.advance_device(desk.provider, device.device_id, Lost())


def test_a_lost_phone_leaves_the_login_waiting(desk: Desk) -> None:
    """Nobody answers; the phone shows no request; whoever finds it again goes on."""
    desk.activate()
    lose(desk)
    number = desk.to_waiting()
    desk.phone.open("/phone/")

    assert ("Téléphone perdu", "lost", []) == (desk.phone.title, desk.phone.data("state"), desk.phone.query("a[data-request]"))  # fmt: skip  # noqa: E501

    desk.phone.send("found")
    desk.to_request()
    desk.phone.send("unlock", password=PASSWORD)
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text


def test_a_second_phone_answers_for_the_lost_one(desk: Desk) -> None:
    """The lost one stays in the list, and approves nothing."""
    desk.activate()
    lose(desk)
    second = desk.another_browser()
    desk.activate_second(second, "9876")
    number = desk.to_waiting()
    desk.to_request(second)
    second.send("unlock", password="9876")
    second.send("pick", number=number)

    assert "Connexion approuvée." in second.text


def test_what_a_lost_phone_means_for_a_login_is_a_setting() -> None:
    """Where losses are known, the identifiant leads to a demande d'activation at once."""
    desk = make_desk(ecps=EcpsSettings(lost_phone=LostPhone.ACTIVATE))
    desk.activate()
    lose(desk)
    desk.log_in()
    desk.identify()

    assert "Demande d'activation" == desk.computer.title


def test_a_phone_that_was_never_lost_is_not_found(desk: Desk) -> None:
    """A forged form changes nothing, and without an e-CPS there is nothing to find."""
    desk.phone.open("/phone/retrouve", {})

    assert 410 == desk.phone.status

    desk.activate()
    desk.phone.open("/phone/retrouve", {})

    assert ("unexpected-event", "active") == (desk.phone.error, desk.phone.data("state"))


# -- the screen instead of the camera


def test_the_screen_is_scanned_without_a_camera(desk: Desk) -> None:
    """A button appears while a QR code stands on a computer, and does what the camera does."""
    desk.accept_terms()

    assert [] == desk.phone.query(SCAN_BUTTON)

    desk.to_qr_code()
    desk.phone.open("/phone/")

    assert [f"Scanner l'écran de {IDNAT}"] == [one.to_text() for one in desk.phone.query(SCAN_BUTTON)]

    desk.phone.send("screen", idnat=IDNAT)

    assert "Saisissez ce code sur l'ordinateur" == desk.phone.title


@pytest.mark.parametrize("after", [90, 900])
def test_a_screen_whose_qr_code_is_too_old_is_not_scanned(desk: Desk, after: int) -> None:
    """The button that is still on display leads to a refusal; a fresh page has none."""
    desk.accept_terms()
    desk.to_qr_code()
    desk.phone.open("/phone/")
    desk.clock.wait(after * SECOND)
    desk.phone.send("screen", idnat=IDNAT)

    assert ("qr-expired", []) == (desk.phone.error, desk.phone.query(SCAN_BUTTON))


def test_the_screen_tells_no_secret(desk: Desk) -> None:
    """Neither the QR code's token nor the address of the computer's page stands on the phone."""
    desk.accept_terms()
    desk.to_qr_code()
    token = desk.read_qr().partition("t=")[2]
    activation_id = desk.computer.action("renew").split("/")[2]
    desk.phone.open("/phone/")

    assert [] == [secret for secret in (token, activation_id) if secret in desk.phone.html]


def test_what_the_script_polls_says_what_the_page_shows(desk: Desk) -> None:
    """Requests, screens and the activation's phase change as the page would."""
    seen = []

    def look() -> None:
        answer = desk.phone.client.get("/phone/etat", base_url=desk.phone.base)
        seen.append(tuple(answer.get_json()[name] for name in ("state", "requests", "screens")))

    look()
    desk.accept_terms()
    desk.to_qr_code()
    look()
    desk.scan()
    look()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))
    look()
    desk.phone.send("continue")
    desk.phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    desk.to_waiting()
    look()

    assert [("none", 0, 0), ("none", 0, 1), ("scanned", 0, 0), ("linked", 0, 0), ("active", 1, 0)] == seen


def test_limits_of_the_first_page_hold_until_the_last(desk: Desk) -> None:
    """A setting changed in mid-activation changes nothing for the activation under way."""
    desk.to_qr_code()
    desk.provider.ecps = replace(desk.provider.ecps, qr_lifetime=SECOND)
    desk.clock.wait(60 * SECOND)
    desk.accept_terms()
    desk.scan()

    assert "Saisissez ce code sur l'ordinateur" == desk.phone.title


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_say_what_the_settings_are(language: str) -> None:
    """A password of six digits and five numbers: no page speaks of four or three."""
    desk = make_desk(ecps=EcpsSettings(password_digits=6, number_choices=5))
    desk.speak(language)
    desk.to_password()
    said = [desk.phone.text, desk.computer.text]
    desk.phone.send("password", password="123456", password_confirm="123456")
    desk.computer.send("continue")
    said.append(desk.computer.text)
    desk.to_waiting()
    said.append(desk.computer.text)
    desk.to_request()
    said.append(desk.phone.text)
    words = {"fr": ("6 chiffres", "parmi les 5 proposés"), "en": ("6-digit", "among the 5 offered")}[language]

    assert [1, 1, 1, 1, 1] == [text.count(words[0]) for text in said]
    assert words[1] in said[3]
    assert not any(old in text for text in said for old in ("4 chiffres", "trois", "4-digit", "three"))


def test_the_waiting_page_helps_when_nothing_happens(desk: Desk) -> None:
    """No notification, an old application, a page that sleeps: each with what to do."""
    desk.activate()
    desk.to_waiting()
    helps = [item.to_text() for item in desk.computer.query("#rien li")]

    assert ["Ouvrez l'application", "Vérifiez que", "Si la connexion"] == [
        next(start for start in ("Ouvrez l'application", "Vérifiez que", "Si la connexion") if one.startswith(start))
        for one in helps
    ]


def test_a_request_says_which_portal_asks(desk: Desk) -> None:
    """With several waiting, the person knows which is which before opening one."""
    desk.activate()
    desk.to_waiting()
    desk.phone.open("/phone/")

    assert "Portail FICTIF" == desk.phone.one("a[data-request] .from").to_text()
