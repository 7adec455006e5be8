"""Every refusal is told in French and in English: code, what happened, what to do; and the person can go on."""

from __future__ import annotations

from importlib.resources import files

import pytest
from babel.support import Translations

from mock_idp.ecps.refusals import Code
from mock_idp.web.texts import DOUBTS, TEXTS
from tests.mock_idp.ecps.journeys import IDNAT, SECOND
from tests.mock_idp.web.desk import Desk, make_desk
from tests.mock_idp.web.reader import PIN, OneCard
from tests.mock_idp.web.refusal_cases import CASES, Case
from tests.mock_idp.web.screen import Told, plain

ENGLISH = Translations.load(str(files("mock_idp.web") / "translations"), ["en"])

# Only a forged request meets it, or one that overtakes another: the login that collects is the one that asked.
NOT_ON_PAGES = {Code.APPROVAL_OF_ANOTHER_LOGIN}

# Met where a card logs in by TLS: tests/card_login/test_pages.py.
ON_THE_CARD_PORT = {
    Code.CARD_REVOKED,
    Code.CARD_REVOCATION_UNKNOWN,
    Code.CARD_NOT_PRESENTED,
    Code.CARD_HOLDER_UNKNOWN,
}


def in_words(case: Case, language: str) -> Told:
    """Return what a case must tell in a language."""
    message, remedy = (ENGLISH.ugettext(text) if language == "en" else text for text in TEXTS[case.code])
    return Told(code=case.code.value, message=message % case.facts if case.facts else message, remedy=remedy)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_refusal_says_what_happened_and_what_to_do(case: Case, language: str) -> None:
    """Code, message and remedy in the reader's language, on a page with the form to go on with."""
    desk = case.desk()
    desk.speak(language)
    screen = case.play(desk)

    assert in_words(case, language) == screen.told
    assert case.status == screen.status
    assert language == screen.one("html").attrs["lang"]
    assert {case.next_form} - {""} <= screen.forms


def test_every_code_is_met_on_the_pages() -> None:
    """No refusal is left without a case."""
    assert set(Code) - NOT_ON_PAGES - ON_THE_CARD_PORT == {case.code for case in CASES}


@pytest.mark.parametrize("text", [*(text for pair in TEXTS.values() for text in pair), *DOUBTS.values()])
def test_every_text_is_translated(text: str) -> None:
    """The catalogue has another text in English, with the same places for facts."""
    english = ENGLISH.ugettext(text)

    assert english not in {"", text}
    assert text.count("%(") == english.count("%(")


# -- the identifiant national


@pytest.mark.parametrize(
    "typed",
    [
        "8 99799 000015",
        " 899799000015\n",
        "899\u00a0799\u202f000\u2009015",
        "8\t99799000015\r\n",
        "\ufeff899799000015",
    ],
)
def test_spaces_are_dropped(desk: Desk, typed: str) -> None:
    """Ordinary, no-break and thin spaces, line ends and tabs are no part of the identifiant."""
    desk.log_in()
    desk.identify(typed)

    assert f"L'e-CPS de {IDNAT} n'est pas encore activée sur un téléphone." in desk.computer.text


@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        ("99799000015", "11 chiffres : s'agit-il d'un numéro RPPS ? Il manque alors le 8 devant."),
        ("8997990000", "Un identifiant qui commence par 8 comporte 12 chiffres."),
        ("899799000016", "Le dernier chiffre ne correspond pas aux autres : une faute de frappe ?"),
        ("30B0990016CPET0001", "Un identifiant de ce type contient une barre oblique (/)."),
        ("X", "Un identifiant national commence par un chiffre : 0, 1, 3, 4, 5, 6 ou 8."),
        (
            "８９９７９９００００１５",
            "Certains caractères ne sont pas ceux d'un clavier ordinaire (chiffres pleine chasse ?).",
        ),
    ],
)
def test_what_looks_mistyped_is_told(desk: Desk, typed: str, doubt: str) -> None:
    """An unknown identifiant comes with the likeliest mistake, and stays in its field."""
    desk.log_in()
    desk.identify(typed)

    assert doubt in [plain(item.to_text()) for item in desk.computer.query(".alert li")]
    assert typed == desk.computer.value("#identifiant")


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "%(length)s", "é" * 255]
)
def test_what_was_typed_is_shown_again_as_text(desk: Desk, typed: str) -> None:
    """Whatever it is, it comes back as it was, and is nothing but text."""
    desk.log_in()
    desk.identify(typed)

    assert typed == desk.computer.value("#identifiant")
    assert [] == desk.computer.query("main img, main script")


def test_an_invisible_character_is_made_visible(desk: Desk) -> None:
    """The person sees where it stands and can take it out."""
    desk.log_in()
    desk.identify("8997\x00990\x1b000")

    assert "8997\N{REPLACEMENT CHARACTER}990\N{REPLACEMENT CHARACTER}000" == desk.computer.value("#identifiant")


def test_a_refused_identifiant_can_be_corrected(desk: Desk) -> None:
    """The login goes on after a mistake."""
    desk.log_in()
    desk.identify("99799000015")
    desk.identify()

    assert "Demande d'activation" == desk.computer.title


# -- the card


def test_a_right_pin_after_two_wrong_ones() -> None:
    """Tries are counted by the card and told; the right code goes on to the QR code."""
    reader = OneCard()
    desk = make_desk(reader=reader)
    desk.to_challenge()
    told = []
    for _ in range(2):
        desk.computer.send("reader", pin="0000")
        told.append(desk.computer.told.message)
    desk.computer.send("reader", pin=f" {PIN} ")

    assert ["Le code confidentiel est erroné. Essais restants : 2.", "Le code confidentiel est erroné. Essais restants : 1."] == told  # fmt: skip  # noqa: E501
    assert "Scanner le QR code" == desk.computer.title
    assert ["0000", "0000", PIN] == reader.typed


def test_a_blocked_card_stays_blocked() -> None:
    """After three wrong codes the right one does not help."""
    desk = make_desk(reader=OneCard())
    desk.to_challenge()
    for pin in ("0000", "0000", "0000", PIN):
        desk.computer.send("reader", pin=pin)

    assert ("pin-blocked", "Demande d'activation") == (desk.computer.error, desk.computer.title)


def test_a_slow_person_gets_another_challenge(desk: Desk) -> None:
    """After the challenge's time « Commencer l'activation » stands on the page again, and works."""
    desk.to_challenge()
    first = desk.computer.data("challenge")
    desk.clock.wait(300 * SECOND)
    desk.prove()
    desk.computer.send("begin")

    assert first != desk.computer.data("challenge")

    desk.prove()

    assert "Scanner le QR code" == desk.computer.title


# -- QR code and code


def test_an_old_qr_code_is_renewed(desk: Desk) -> None:
    """After 90 s the computer shows another one, and the phone goes on with that."""
    desk.to_qr_code()
    desk.accept_terms()
    desk.clock.wait(89 * SECOND)
    desk.computer.again()

    assert None is desk.computer.find("#qr-over")

    desk.clock.wait(SECOND)
    desk.scan()
    desk.computer.again()

    assert "Ce QR code n'est plus valable : renouvelez-le." == plain(desk.computer.one("#qr-over").to_text())

    desk.computer.send("renew")
    desk.scan()

    assert "Saisissez ce code sur l'ordinateur" == desk.phone.title


def test_an_expired_code_is_renewed_from_the_page(desk: Desk) -> None:
    """The page that refuses the code leads back to a QR code."""
    code = desk.to_code()
    desk.clock.wait(120 * SECOND)
    desk.computer.send("code", code=code)
    desk.computer.send("renew")
    desk.scan()
    desk.computer.send("continue")
    desk.computer.send("code", code=desk.phone.data("code"))

    assert "Votre téléphone est ajouté" == desk.computer.title


def test_another_password_after_two_that_differ(desk: Desk) -> None:
    """A refused choice costs nothing."""
    desk.to_password()
    desk.phone.send("password", password="1234", password_confirm="1243")
    desk.phone.send("password", password="2468", password_confirm="2468")

    assert "Votre carte e-CPS est activée" == desk.phone.title


@pytest.mark.parametrize("before", ["0000", ""])
def test_a_login_after_a_wrong_password(desk: Desk, before: str) -> None:
    """A wrong or empty password costs a try, and the right one goes on."""
    desk.activate()
    number = desk.to_choice(before)
    desk.phone.send("unlock", password="1234")
    desk.phone.send("pick", number=number)

    assert "Connexion approuvée." in desk.phone.text


def test_after_a_locked_phone_the_computer_offers_an_activation(desk: Desk) -> None:
    """The way out of a locked phone: ask again, and the demande d'activation begins."""
    desk.activate()
    desk.to_choice("0000")
    desk.phone.send("unlock", password="0000")
    desk.phone.send("unlock", password="0000")
    desk.computer.send("continue")
    desk.computer.send("again")

    assert "Demande d'activation" == desk.computer.title
