"""A phone's password: counted, locked, expired, never shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_idp.ecps.device import Device, enrolled
from mock_idp.ecps.refusals import Code, EcpsError
from tests.mock_idp.ecps.journeys import IDNAT, LIMITS, NOON, SECOND


def phone(password: str = "1234", salt: bytes = b"s" * 16) -> Device:
    """Return a freshly activated phone."""
    return enrolled(
        device_id="phone", idnat=IDNAT, name="Téléphone", password=password, salt=salt, now=NOON, limits=LIMITS
    )


def test_the_password_is_known_again() -> None:
    """Only the password itself unlocks."""
    assert phone().check_password("1234")
    assert not any(phone().check_password(typed) for typed in ("1235", "", "12345", "\udc80", "１２３４"))


def test_the_same_password_is_stored_differently() -> None:
    """The salt enters the digest, and the password is in neither."""
    assert phone(salt=b"a").password_digest != phone(salt=b"b").password_digest
    assert "1234" not in repr(phone())


def test_wrong_passwords_lock_and_a_right_one_restores() -> None:
    """Three in a row lock; a right one in between starts the count again."""
    device, tries = phone(), []
    for typed in ("0000", "0000", "1234", "0000", "0000", "0000"):
        device, correct = device.unlock(typed, now=NOON)
        tries.append((correct, device.tries_left))

    assert [(False, 2), (False, 1), (True, 3), (False, 2), (False, 1), (False, 0)] == tries
    assert device.locked
    assert not device.usable(NOON)


def test_a_locked_phone_does_not_look_at_the_password() -> None:
    """Not even the right password opens it again."""
    with pytest.raises(EcpsError) as refused:
        replace(phone(), tries_left=0).unlock("1234", now=NOON)

    assert Code.DEVICE_LOCKED == refused.value.code


def test_an_expired_ecps_is_over() -> None:
    """Until the last second it works, then it must be activated again."""
    device = phone()
    with pytest.raises(EcpsError) as refused:
        device.unlock("1234", now=device.expires_at)

    assert Code.DEVICE_EXPIRED == refused.value.code
    assert device.unlock("1234", now=device.expires_at - SECOND)[1]


@pytest.mark.parametrize("password", ["", "123", "12345", "abcd", "１２３４"])
def test_only_four_digits_can_be_enrolled(password: str) -> None:
    """The rule holds for phones made by a script as well."""
    with pytest.raises(EcpsError) as refused:
        phone(password)

    assert (Code.PASSWORD_NOT_FOUR_DIGITS, {"digits": 4}) == (refused.value.code, refused.value.facts)
