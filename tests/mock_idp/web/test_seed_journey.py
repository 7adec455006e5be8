"""The tutorial of the Portail de santé PACA, step by step and in its words, on two browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_idp.ecps.activation import Phase
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import CALLBACK, PASSWORD
from tests.mock_idp.web.screen import plain

if TYPE_CHECKING:
    from tests.mock_idp.web.desk import Desk


def test_the_tutorial_step_by_step(desk: Desk) -> None:
    """Steps 01 to 06 as printed, then a login with the phone: each page says what the tutorial says there."""
    computer, phone = desk.computer, desk.phone

    # 01 se connecter: « Application e-CPS », « Se connecter avec e-CPS », identifiant national
    desk.log_in()

    assert "Portail FICTIF" in computer.text
    assert "Application e-CPS" == computer.one("#means-ecps").to_text()
    assert "Se connecter avec e-CPS" == computer.one('form[name="ecps"] button').to_text()
    assert "première ligne de votre carte CPS" in computer.one("#identifiant-aide").to_text()
    assert "(;, /, *), sauf les espaces" in computer.one("#identifiant-aide").to_text()

    # 02 demande d'activation
    desk.identify()

    assert "Demande d'activation" == computer.title
    assert ["Insérer votre carte dans le lecteur", "Cliquer sur « Commencer l'activation »", "Renseigner le code confidentiel de votre carte CPS"] == [plain(item.to_text()) for item in computer.query(".todo li")]  # fmt: skip  # noqa: E501
    assert "Commencer l'activation" == computer.one('form[name="begin"] button').to_text()

    computer.send("begin")
    desk.prove()

    # 03 procédure d'activation, sur le téléphone
    phone.open("/phone/")

    assert "conditions générales d'utilisation" in phone.one('label[for="terms"]').to_text()
    assert "Commencer l'activation" == phone.one('form[name="terms"] button').to_text()

    phone.send("terms", terms="on")

    # 04 scanner le QR code
    assert "Scanner le QR code" == computer.title == phone.title
    assert desk.read_qr().startswith("http://localhost:8080/phone/scan?t=")

    desk.scan()

    # 05 saisir le code pour ajouter votre téléphone
    computer.send("continue")

    assert "Saisir le code pour ajouter votre téléphone" == computer.title
    assert phone.data("code") == phone.one("#code").to_text().replace(" ", "")

    computer.send("code", code=phone.one("#code").to_text())

    # 06 création de mot de passe
    phone.send("continue")

    assert "Créer un mot de passe à 4 chiffres" == phone.title
    assert "créer un mot de passe à 4 chiffres, puis le confirmer" in computer.text

    phone.send("password", password=PASSWORD, password_confirm=PASSWORD)
    computer.send("continue")

    assert "Votre carte e-CPS est activée" == phone.title == computer.title

    # « Vous pouvez désormais vous connecter … avec votre téléphone mobile en utilisant votre mot de passe »
    computer.send("login")

    assert IDNAT == computer.value("#identifiant")

    computer.send("ecps")
    number = computer.data("number")
    desk.to_request()
    phone.send("unlock", password=PASSWORD)

    assert 3 == len(phone.query('form[name="pick"] button'))

    phone.send("pick", number=number)
    computer.send("continue")

    assert "Connexion approuvée." in phone.text
    assert CALLBACK == computer.location.partition("?")[0]
    assert {"code", "state", "iss", "session_state"} >= computer.answer.keys() >= {"code", "state"}


def test_the_same_in_english(desk: Desk) -> None:
    """A portal that asks for English with ui_locales gets English pages, domain terms kept."""
    desk.log_in(ui_locales="en-GB fr")

    assert "Log in" == desk.computer.title

    desk.identify()

    assert "Activation request" == desk.computer.title
    assert "Start the activation" == desk.computer.one('form[name="begin"] button').to_text()


def test_the_person_may_change_the_language_on_the_way(desk: Desk) -> None:
    """The switch stays on the page, keeps what was typed, and is remembered on the pages that follow."""
    desk.log_in()
    desk.identify("10005678901")
    desk.computer.follow('a[hreflang="en"]')

    assert ("Log in", "10005678901") == (desk.computer.title, desk.computer.value("#identifiant"))

    desk.identify()
    desk.computer.send("begin")

    assert "Activation request" == desk.computer.title

    desk.computer.follow('a[hreflang="fr"]')

    assert ("Demande d'activation", Phase.CHALLENGED) == (desk.computer.title, desk.computer.data("phase"))


def test_a_second_login_needs_no_activation(desk: Desk) -> None:
    """Once activated, the identifiant leads to the phone."""
    desk.activate()
    desk.to_waiting()

    assert "Approuvez la connexion sur votre téléphone" == desk.computer.title


def test_a_special_identifiant_goes_all_the_way(desk: Desk) -> None:
    """Slash, star and semicolon of the identifiant reach the directory and the pages as they were typed."""
    desk.log_in()
    desk.identify("3 0B0990032 / DIR*01;A")

    assert "L'e-CPS de 30B0990032/DIR*01;A n'est pas encore activée" in desk.computer.text
