"""Every way in which a person can be refused on the pages, played on a desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mock_idp.ecps.enrolment import Lost
from mock_idp.ecps.refusals import Code
from mock_idp.ecps.settings import EcpsSettings
from mock_idp.web import journeys
from tests.mock_idp.ecps.cards import NO_USAGE, YEAR, authority, card, sign
from tests.mock_idp.ecps.journeys import IDNAT, NOON, SECOND
from tests.mock_idp.web.desk import OTHER_IDNAT, PASSWORD, make_desk
from tests.mock_idp.web.reader import OneCard

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mock_idp.web.desk import Desk
    from tests.mock_idp.web.screen import Screen

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One refusal: how it comes about, on which browser it is told, and what the person can do next there."""

    code: Code
    play: Callable[[Desk], Screen]
    name: str
    status: int = 422
    facts: dict[str, int | str] = field(default_factory=dict)
    next_form: str = ""
    desk: Callable[[], Desk] = make_desk


CASES: list[Case] = []


def _case(
    code: Code,
    *,
    next_form: str = "",
    status: int = 422,
    facts: dict[str, int | str] | None = None,
    desk: Callable[[], Desk] = make_desk,
) -> Callable[[Callable[[Desk], Screen]], Callable[[Desk], Screen]]:
    def keep(play: Callable[[Desk], Screen]) -> Callable[[Desk], Screen]:
        name = play.__name__.strip("_")
        CASES.append(
            Case(code=code, play=play, name=name, status=status, facts=facts or {}, next_form=next_form, desk=desk)
        )
        return play

    return keep


def _with_reader() -> Desk:
    return make_desk(reader=OneCard())


def _with_empty_reader() -> Desk:
    return make_desk(reader=OneCard(inserted=False))


# -- identifiant national


def _typed(desk: Desk, idnat: str) -> Screen:
    desk.log_in()
    desk.identify(idnat)
    return desk.computer


@_case(Code.IDNAT_EMPTY, next_form="ecps")
def _nothing_typed(desk: Desk) -> Screen:
    return _typed(desk, " \u00a0\u2009")


@_case(Code.IDNAT_CONTROL, next_form="ecps")
def _control_character_typed(desk: Desk) -> Screen:
    return _typed(desk, "8997\x00990000")


@_case(Code.IDNAT_TOO_LONG, next_form="ecps", facts={"length": 256, "longest": 255})
def _too_much_typed(desk: Desk) -> Screen:
    return _typed(desk, "8" * 256)


@_case(Code.IDNAT_UNKNOWN, next_form="ecps")
def _nobody_typed(desk: Desk) -> Screen:
    return _typed(desk, "899799000999")


@_case(Code.ACCOUNT_DEACTIVATED, next_form="ecps")
def _somebody_whose_account_is_deactivated(desk: Desk) -> Screen:
    return _typed(desk, "899799000171")


@_case(Code.IDNAT_UNKNOWN, next_form="ecps")
def _special_characters_are_not_dropped(desk: Desk) -> Screen:
    return _typed(desk, "30B0990032DIR01A")


@_case(Code.IDNAT_UNKNOWN, next_form="ecps")
def _case_is_kept(desk: Desk) -> Screen:
    return _typed(desk, "30b0990016/cpet0001")


# -- the card


def _shown(desk: Desk, certificate: bytes | None = None, signature: bytes | None = None) -> Screen:
    desk.to_challenge()
    desk.prove(certificate, signature)
    return desk.computer


@_case(Code.CARD_UNREADABLE, next_form="begin")
def _no_base64(desk: Desk) -> Screen:
    desk.to_challenge()
    desk.computer.send("card", certificate="é", signature="%")
    return desk.computer


@_case(Code.CARD_UNREADABLE, next_form="begin")
def _no_certificate(desk: Desk) -> Screen:
    return _shown(desk, b"no certificate")


@_case(Code.CARD_UNTRUSTED, next_form="begin")
def _card_of_a_stranger(desk: Desk) -> Screen:
    return _shown(desk, card(issuer=authority("étrangère")))


@_case(Code.CARD_EXPIRED, next_form="begin")
def _old_card(desk: Desk) -> Screen:
    return _shown(desk, card(end=NOON - DAY))


@_case(Code.CARD_NOT_YET_VALID, next_form="begin")
def _future_card(desk: Desk) -> Screen:
    return _shown(desk, card(start=NOON + DAY, end=NOON + YEAR))


@_case(Code.CARD_WRONG_CERTIFICATE, next_form="begin")
def _signature_certificate(desk: Desk) -> Screen:
    return _shown(desk, card(usage={**NO_USAGE, "content_commitment": True}))


@_case(Code.CARD_OF_ANOTHER_PERSON, next_form="begin")
def _neighbours_card(desk: Desk) -> Screen:
    return _shown(desk, card(OTHER_IDNAT))


@_case(Code.CARD_SIGNATURE_WRONG, next_form="begin")
def _signature_over_something_else(desk: Desk) -> Screen:
    return _shown(desk, signature=sign(b"something else"))


@_case(Code.CHALLENGE_EXPIRED, next_form="begin")
def _slow_card(desk: Desk) -> Screen:
    desk.to_challenge()
    desk.clock.wait(300 * SECOND)
    desk.prove()
    return desk.computer


@_case(Code.PIN_WRONG, next_form="reader", facts={"tries_left": 2}, desk=_with_reader)
def _wrong_pin(desk: Desk) -> Screen:
    desk.to_challenge()
    desk.computer.send("reader", pin="0000")
    return desk.computer


@_case(Code.PIN_BLOCKED, next_form="reader", desk=_with_reader)
def _three_wrong_pins(desk: Desk) -> Screen:
    desk.to_challenge()
    for _ in range(3):
        desk.computer.send("reader", pin="0000")
    return desk.computer


@_case(Code.CARD_ABSENT, next_form="reader", desk=_with_empty_reader)
def _empty_reader(desk: Desk) -> Screen:
    desk.to_challenge()
    desk.computer.send("reader", pin="4321")
    return desk.computer


@_case(Code.CONTACT_UNKNOWN, next_form="begin")
def _nothing_on_record(desk: Desk) -> Screen:
    desk.log_in()
    desk.identify("30B0990032/DIR*01;A")
    desk.computer.send("contact")
    return desk.computer


# -- logging in with the card


def _logged_in(desk: Desk, certificate: bytes | None = None, signature: bytes | None = None) -> Screen:
    desk.to_card_login()
    desk.prove(certificate, signature)
    return desk.computer


@_case(Code.CARD_EXPIRED, next_form="card")
def _login_with_an_old_card(desk: Desk) -> Screen:
    return _logged_in(desk, card(end=NOON - DAY))


@_case(Code.CARD_UNTRUSTED, next_form="card")
def _login_with_the_card_of_a_stranger(desk: Desk) -> Screen:
    return _logged_in(desk, card(issuer=authority("étrangère")))


@_case(Code.CARD_WRONG_CERTIFICATE, next_form="card")
def _login_with_the_signature_certificate(desk: Desk) -> Screen:
    return _logged_in(desk, card(usage={**NO_USAGE, "content_commitment": True}))


@_case(Code.CARD_UNREADABLE, next_form="card")
def _login_with_no_certificate(desk: Desk) -> Screen:
    return _logged_in(desk, b"no certificate")


@_case(Code.IDNAT_UNKNOWN, next_form="card")
def _login_with_the_card_of_nobody(desk: Desk) -> Screen:
    return _logged_in(desk, card("899799000999"))


@_case(Code.ACCOUNT_DEACTIVATED, next_form="card")
def _login_with_the_card_of_a_deactivated_account(desk: Desk) -> Screen:
    return _logged_in(desk, card("899799000171"))


@_case(Code.PIN_WRONG, next_form="reader", facts={"tries_left": 2}, desk=_with_reader)
def _login_with_a_wrong_pin(desk: Desk) -> Screen:
    desk.to_card_login()
    desk.computer.send("reader", identifiant=IDNAT, pin="0000")
    return desk.computer


@_case(Code.CARD_ABSENT, next_form="reader", desk=_with_reader)
def _login_with_a_card_that_is_not_there(desk: Desk) -> Screen:
    desk.to_card_login()
    desk.computer.send("reader", identifiant=OTHER_IDNAT, pin="0000")
    return desk.computer


@_case(Code.IDNAT_EMPTY, next_form="reader", desk=_with_reader)
def _login_without_saying_whose_card(desk: Desk) -> Screen:
    desk.to_card_login()
    desk.computer.send("reader", pin="0000")
    return desk.computer


def _with_delegation() -> Desk:
    return make_desk(ecps=EcpsSettings(delegation=True))


@_case(Code.PAIRING_UNKNOWN, next_form="pair", desk=_with_delegation)
def _delegation_of_an_account_that_is_not_paired(desk: Desk) -> Screen:
    desk.log_in()
    desk.computer.open(desk.computer.action("cancel").replace("annuler", "delegation/confirmer"), {})
    return desk.computer


# -- QR code and code


@_case(Code.TERMS_NOT_ACCEPTED, next_form="terms")
def _box_not_ticked(desk: Desk) -> Screen:
    desk.phone.open("/phone/")
    desk.phone.send("terms")
    return desk.phone


@_case(Code.QR_UNKNOWN)
def _some_other_qr_code(desk: Desk) -> Screen:
    desk.accept_terms()
    desk.phone.open("/phone/scan?t=" + "x" * 22)
    return desk.phone


@_case(Code.QR_UNKNOWN)
def _qr_code_that_was_renewed(desk: Desk) -> Screen:
    desk.to_qr_code()
    desk.accept_terms()
    old = desk.read_qr()
    desk.computer.send("renew")
    desk.phone.open(old)
    return desk.phone


@_case(Code.QR_EXPIRED)
def _qr_code_of_ninety_seconds(desk: Desk) -> Screen:
    desk.to_qr_code()
    desk.accept_terms()
    desk.clock.wait(90 * SECOND)
    desk.scan()
    return desk.phone


@_case(Code.QR_USED)
def _qr_code_scanned_by_a_second_phone(desk: Desk) -> Screen:
    desk.to_qr_code()
    desk.accept_terms()
    url = desk.read_qr()
    desk.phone.open(url)
    second = desk.another_browser()
    desk.accept_terms(second)
    second.open(url)
    return second


@_case(Code.DEVICE_TAKEN, next_form="delete")
def _phone_of_somebody_else(desk: Desk) -> Screen:
    desk.activate()
    desk.log_in()
    desk.identify(OTHER_IDNAT)
    desk.computer.send("begin")
    desk.prove(card(OTHER_IDNAT))
    desk.scan()
    return desk.phone


@_case(Code.CODE_WRONG, next_form="code", facts={"attempts_left": 2})
def _wrong_code(desk: Desk) -> Screen:
    desk.to_code()
    desk.computer.send("code", code="not it")
    return desk.computer


@_case(Code.CODE_EXHAUSTED, next_form="login", status=200)
def _three_wrong_codes(desk: Desk) -> Screen:
    desk.to_code()
    for _ in range(3):
        desk.computer.send("code", code="not it")
    return desk.computer


@_case(Code.CODE_EXPIRED, next_form="renew")
def _code_of_two_minutes(desk: Desk) -> Screen:
    code = desk.to_code()
    desk.clock.wait(120 * SECOND)
    desk.computer.send("code", code=code)
    return desk.computer


@_case(Code.ACTIVATION_EXPIRED, next_form="login", status=200)
def _activation_of_fifteen_minutes(desk: Desk) -> Screen:
    desk.to_challenge()
    desk.clock.wait(timedelta(minutes=15))
    desk.prove()
    return desk.computer


@_case(Code.ACTIVATION_EXPIRED, next_form="login", status=200)
def _activation_left_alone_for_fifteen_minutes(desk: Desk) -> Screen:
    desk.to_qr_code()
    desk.clock.wait(timedelta(minutes=15))
    desk.computer.send("continue")
    return desk.computer


@_case(Code.ACTIVATION_EXPIRED)
def _activation_left_alone_on_the_phone(desk: Desk) -> Screen:
    desk.to_password()
    desk.clock.wait(timedelta(minutes=15))
    desk.phone.again()
    return desk.phone


@_case(Code.ABANDONED, next_form="login", status=200)
def _activation_that_was_given_up(desk: Desk) -> Screen:
    desk.log_in()
    desk.identify()
    steps = desk.computer.address
    desk.computer.send("abandon")
    desk.computer.open(steps)
    return desk.computer


@_case(Code.UNEXPECTED_EVENT, next_form="code")
def _step_that_is_over(desk: Desk) -> Screen:
    desk.to_code()
    desk.computer.open(desk.computer.action("code").replace("/code", "/commencer"), {})
    return desk.computer


# -- password


def _chosen(desk: Desk, first: str, second: str) -> Screen:
    desk.to_password()
    desk.phone.send("password", password=first, password_confirm=second)
    return desk.phone


@_case(Code.PASSWORD_NOT_FOUR_DIGITS, next_form="password", facts={"digits": 4})
def _letters_in_the_password(desk: Desk) -> Screen:
    return _chosen(desk, "12a4", "12a4")


@_case(Code.PASSWORD_NOT_FOUR_DIGITS, next_form="password", facts={"digits": 4})
def _five_digits_in_the_password(desk: Desk) -> Screen:
    return _chosen(desk, "12345", "12345")


@_case(Code.PASSWORDS_DIFFER, next_form="password")
def _two_different_passwords(desk: Desk) -> Screen:
    return _chosen(desk, "1234", "1243")


# -- login requests


@_case(Code.PASSWORD_WRONG, next_form="unlock", facts={"tries_left": 2})
def _wrong_password(desk: Desk) -> Screen:
    desk.activate()
    desk.to_choice("0000")
    return desk.phone


@_case(Code.DEVICE_LOCKED)
def _three_wrong_passwords(desk: Desk) -> Screen:
    desk.activate()
    desk.to_choice("0000")
    desk.phone.send("unlock", password="0000")
    desk.phone.send("unlock", password="0000")
    return desk.phone


@_case(Code.DEVICE_LOCKED, next_form="again", status=200)
def _three_wrong_passwords_seen_at_the_computer(desk: Desk) -> Screen:
    _three_wrong_passwords(desk)
    desk.computer.send("continue")
    return desk.computer


@_case(Code.DEVICE_LOCKED, next_form="delete")
def _locked_phone_at_home(desk: Desk) -> Screen:
    _three_wrong_passwords(desk)
    desk.phone.open("/phone/")
    return desk.phone


@_case(Code.DEVICE_EXPIRED, next_form="delete")
def _expired_phone(desk: Desk) -> Screen:
    desk.activate()
    desk.clock.wait(3 * 365 * DAY)
    desk.phone.open("/phone/")
    return desk.phone


def _lose(desk: Desk) -> None:
    (device,) = journeys.devices_of(desk.provider, IDNAT)
    journeys.advance_device(desk.provider, device.device_id, Lost())


@_case(Code.DEVICE_LOST, next_form="found")
def _lost_phone_at_home(desk: Desk) -> Screen:
    desk.activate()
    _lose(desk)
    desk.phone.open("/phone/")
    return desk.phone


@_case(Code.DEVICE_LOST, next_form="unlock")
def _lost_phone_asked_to_approve(desk: Desk) -> Screen:
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    _lose(desk)
    desk.phone.send("unlock", password=PASSWORD)
    return desk.phone


@_case(Code.OTHER_DEVICE, next_form="pick")
def _number_picked_on_another_phone(desk: Desk) -> Screen:
    desk.activate()
    second = desk.another_browser()
    desk.activate_second(second)
    number = desk.to_choice()
    second.open(desk.phone.address)
    second.send("pick", number=number)
    return second


@_case(Code.NUMBER_WRONG)
def _wrong_number(desk: Desk) -> Screen:
    desk.activate()
    number = desk.to_choice()
    wrong = next(one.to_text() for one in desk.phone.query('form[name="pick"] button') if one.to_text() != number)
    desk.phone.send("pick", number=wrong)
    return desk.phone


@_case(Code.NUMBER_WRONG, next_form="again", status=200)
def _wrong_number_seen_at_the_computer(desk: Desk) -> Screen:
    _wrong_number(desk)
    desk.computer.send("continue")
    return desk.computer


@_case(Code.APPROVAL_REFUSED, next_form="again", status=200)
def _login_refused(desk: Desk) -> Screen:
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    desk.phone.send("refuse")
    desk.computer.send("continue")
    return desk.computer


@_case(Code.APPROVAL_EXPIRED, next_form="again", status=200)
def _login_not_approved_in_time(desk: Desk) -> Screen:
    desk.activate()
    desk.to_waiting()
    desk.clock.wait(120 * SECOND)
    desk.computer.send("continue")
    return desk.computer


@_case(Code.APPROVAL_EXPIRED)
def _login_approved_too_late(desk: Desk) -> Screen:
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    desk.clock.wait(120 * SECOND)
    desk.phone.send("unlock", password=PASSWORD)
    return desk.phone


@_case(Code.APPROVAL_WITHDRAWN)
def _login_given_up_at_the_computer(desk: Desk) -> Screen:
    desk.activate()
    desk.to_waiting()
    desk.to_request()
    desk.computer.send("cancel")
    desk.phone.again()
    return desk.phone
