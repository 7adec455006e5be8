"""What people type or paste into any field of any page: taken, or refused with the reason and the expected form."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.mock_idp.ecps.cards import card, sign
from tests.mock_idp.ecps.journeys import IDNAT
from tests.mock_idp.web.desk import PASSWORD, make_desk
from tests.mock_idp.web.reader import PIN, OneCard
from tests.mock_idp.web.screen import plain
from tests.mock_idp.web.test_pages_document import in_the_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mock_idp.web.screen import Screen

pytestmark = pytest.mark.integration

RIGHT = "RIGHT"
TAKEN = (" RIGHT\n", "\u00a0RIGHT\u2009\u202f", "\ufeff\tRIGHT\u200b\r\n")
"""The right text between ordinary, no-break and thin spaces, pasted with line ends, with marks of no width."""

REFUSED = ("", " \u00a0\u2009\n", "abc", "AB;/*", "１２３４", "9", "é" * 255, "9" * 256, "12\x0034", "<b>")
"""Nothing, spaces alone, letters, signs, full-width digits, 1 to 255 characters and more, a control character."""


def _at_login(typed: str) -> Screen:
    desk = make_desk()
    desk.log_in()
    desk.computer.send("ecps", identifiant=typed.replace(RIGHT, IDNAT))
    return desk.computer


def _whose_card(typed: str) -> Screen:
    desk = make_desk(reader=OneCard())
    desk.to_card_login()
    desk.computer.send("reader", identifiant=typed.replace(RIGHT, IDNAT), pin=PIN)
    return desk.computer


def _pin_at_login(typed: str) -> Screen:
    desk = make_desk(reader=OneCard())
    desk.to_card_login()
    desk.computer.send("reader", identifiant=IDNAT, pin=typed.replace(RIGHT, PIN))
    return desk.computer


def _pin_at_activation(typed: str) -> Screen:
    desk = make_desk(reader=OneCard())
    desk.to_challenge()
    desk.computer.send("reader", pin=typed.replace(RIGHT, PIN))
    return desk.computer


def _by_hand(certificate: str, signature: str) -> Screen:
    desk = make_desk()
    desk.to_challenge()
    proof = sign(base64.b64decode(desk.computer.data("challenge")))
    desk.computer.send(
        "card",
        certificate=certificate.replace(RIGHT, base64.encodebytes(card()).decode()),
        signature=signature.replace(RIGHT, base64.encodebytes(proof).decode()),
    )
    return desk.computer


def _certificate(typed: str) -> Screen:
    return _by_hand(typed, RIGHT)


def _signature(typed: str) -> Screen:
    return _by_hand(RIGHT, typed)


def _code(typed: str) -> Screen:
    desk = make_desk()
    code = desk.to_code()
    desk.computer.send("code", code=typed.replace(RIGHT, f"{code[:3]}\u202f{code[3:]}"))
    return desk.computer


def _password(typed: str) -> Screen:
    desk = make_desk()
    desk.to_password()
    desk.phone.send("password", password=typed.replace(RIGHT, PASSWORD), password_confirm=PASSWORD)
    return desk.phone


def _confirmation(typed: str) -> Screen:
    desk = make_desk()
    desk.to_password()
    desk.phone.send("password", password=PASSWORD, password_confirm=typed.replace(RIGHT, PASSWORD))
    return desk.phone


def _unlocking(typed: str) -> Screen:
    desk = make_desk()
    desk.activate()
    desk.to_choice(typed.replace(RIGHT, PASSWORD))
    return desk.phone


IDENTIFIANT = ("première ligne", "au clavier")
WAYS: list[tuple[tuple[str, str], Callable[[str], Screen], tuple[str, ...]]] = [
    (("ecps", "identifiant"), _at_login, IDENTIFIANT),
    (("reader", "identifiant"), _whose_card, IDENTIFIANT),
    (("reader", "pin"), _pin_at_login, ("chiffres",)),
    (("reader", "pin"), _pin_at_activation, ("chiffres",)),
    (("card", "certificate"), _certificate, ("base64",)),
    (("card", "signature"), _signature, ("base64", "« Commencer l'activation »")),
    (("code", "code"), _code, ("chiffres (0 à 9)",)),
    (("password", "password"), _password, ("chiffres de 0 à 9",)),
    (("password", "password_confirm"), _confirmation, ("même mot de passe",)),
    (("unlock", "password"), _unlocking, ("chiffres (0 à 9)",)),
]
"""Form and field, how to get there and type, and words of the remedy that tell the expected form."""

PRESSED = {("terms", "terms"), ("slot", "card"), ("screen", "idnat"), ("pick", "number")}
"""Ticked or pressed, not typed into."""

EACH = pytest.mark.parametrize(("field", "way", "expected"), WAYS, ids=[way.__name__.strip("_") for _, way, _ in WAYS])


@EACH
def test_spaces_and_line_ends_do_no_harm(
    field: tuple[str, str], way: Callable[[str], Screen], expected: tuple[str, ...]
) -> None:
    """Whatever spaces come along with the right text, it is taken."""
    del field, expected

    shown = [way(typed) for typed in TAKEN]

    assert [] == [screen.error for screen in shown if screen.dom is not None and screen.error]


@EACH
def test_anything_else_is_refused_with_the_expected_form(
    field: tuple[str, str], way: Callable[[str], Screen], expected: tuple[str, ...]
) -> None:
    """Not a failure, not taken: a reason and a remedy, on a page that has the field again."""
    form, name = field
    for typed in REFUSED:
        screen = way(typed)

        assert (typed, 422) == (typed, screen.status)
        assert any(words in screen.told.remedy for words in expected), (typed, screen.told)
        assert form == "card" or name in screen.fields(form)


def test_no_field_is_left_out() -> None:
    """Every field of the templates is typed into above, or is no field to type into."""
    there = {(form, name) for form, names in in_the_pages().items() for name in names}

    assert there == {field for field, _, _ in WAYS} | PRESSED


@pytest.mark.parametrize("way", [_at_login, _whose_card], ids=["login", "card"])
@pytest.mark.parametrize(
    ("typed", "doubt"),
    [
        ("30b0990016/cpet0001", "Majuscules et minuscules comptent : recopiez les lettres comme sur la carte."),
        ("99799000015", "11 chiffres : s'agit-il d'un numéro RPPS ? Il manque alors le 8 devant."),
    ],
)
def test_the_likeliest_mistake_is_told(way: Callable[[str], Screen], typed: str, doubt: str) -> None:
    """At both places where an identifiant is typed."""
    assert [doubt] == [plain(item.to_text()) for item in way(typed).query(".alert li")]
