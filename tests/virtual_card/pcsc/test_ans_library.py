"""The PKCS#11 library of the Agence du Numérique en Santé, where somebody says where it is: not ours to ship."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from virtual_card.access import PinRef
from virtual_card.holder import Holder, Profile, personalise

if TYPE_CHECKING:
    from datetime import datetime

    from tests.virtual_card.pcsc.service import Service
    from virtual_card.igc import Igc

LIBRARY = os.environ.get("PSC_CRYPTOLIB", "")

pytestmark = [
    pytest.mark.pcsc,
    pytest.mark.integration,
    pytest.mark.requires("pcscd", "vpcd", "opensc", "pyscard"),
    pytest.mark.skipif(not LIBRARY, reason="PSC_CRYPTOLIB does not name the ANS library (libcps3_pkcs11_lux.so)"),
]


@pytest.mark.parametrize(("profile", "label"), [(Profile.CPS3, "CPS3v3"), (Profile.CPS4, "CPS4v1")])
def test_the_library_lists_and_logs_in(service: Service, igc: Igc, now: datetime, profile: Profile, label: str) -> None:
    """Token, keys and a wrong PIN, on both generations.

    The library keeps copies of cards on disk by serial number and dates: each profile has a serial of its own.
    """
    number = 99_000_070 + list(Profile).index(profile)
    mine = Holder(idnat="899799000015", given_name="CAMILLE", family_name="ESSAI", serial=number)
    with service.holding(personalise(mine, igc, now=now, profile=profile)) as slot:
        tool = ("pkcs11-tool", "--module", LIBRARY, "--login", "--list-objects", "--pin")
        slots = service.run("pkcs11-tool", "--module", LIBRARY, "--list-token-slots")
        wrong = service.run(*tool, "0000")
        right = service.run(*tool, "1234")
        assert slot.card is not None
        left = slot.card.memory.pins[PinRef.PIN].tries_left

    assert f"{label}-{number}00" in slots.said
    assert ("CKR_PIN_INCORRECT" in wrong.said, right.code, left) == (True, 0, 3), right.said
    assert "CPS_PRIV_AUT" in right.said
