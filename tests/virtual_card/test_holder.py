from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from tests.virtual_card.talk import APPLICATION, say
from virtual_card.certificate_shape import Range
from virtual_card.desk import Desk
from virtual_card.holder import SERIALS, Activity, CardFamily, Holder, personalise
from virtual_card.keys import simulated_key
from virtual_card.profiles.cps3 import luhn, pan
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.card import Card
    from virtual_card.igc import Igc


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"idnat": ""}, "holder.idnat: write printable"),
        ({"idnat": "8997 99000015"}, "holder.idnat: leave the spaces out"),
        ({"family_name": "A\nB"}, "holder.family_name: write printable"),
        ({"given_name": " "}, "holder.given_name"),
        ({"serial": 26_003_017}, "holder.serial: take one from 99000000 to 99999999"),
        (
            {"activities": (Activity(structure_name="A", structure="B", sector="C"),) * 17},
            "holder.activities: .*sixteen",
        ),
    ],
)
def test_bad_holders_are_refused(holder: Holder, change: dict[str, object], message: str) -> None:
    """The error names the field and says what to write."""
    with pytest.raises(ValueError, match=message):
        replace(holder, **change)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("idnat", ["30B0990032/DIR*01", "30B0990016/CPET;0001", "ANS20210107161422"])
def test_special_characters_stay(holder: Holder, idnat: str) -> None:
    """Slash, star and semicolon belong to an identifiant national."""
    assert idnat == replace(holder, idnat=idnat).subject.idnat


@pytest.mark.parametrize(
    ("family", "card_type", "level"),
    [
        (CardFamily.CPS, 0, Range.FORT),
        (CardFamily.CPF, 1, Range.FORT),
        (CardFamily.CPE, 2, Range.STANDARD),
        (CardFamily.CDE, 2, Range.STANDARD),
        (CardFamily.CPA, 3, Range.STANDARD),
        (CardFamily.CDA, 3, Range.STANDARD),
    ],
)
def test_families(holder: Holder, family: CardFamily, card_type: int, level: Range) -> None:
    """Each family has its type number and its range; a profession in training stands in its own place."""
    subject = replace(holder, family=family).subject

    assert (card_type, level) == (subject.card_type, family.level)
    assert (None, 10) == (
        (subject.profession, subject.profession_in_training)
        if family is CardFamily.CPF
        else (subject.profession_in_training, subject.profession)
    )


@pytest.mark.parametrize("secrets", [{"pin": "123"}, {"pin": "12345"}, {"pin": "12x4"}, {"puk": "1234"}])
def test_bad_secrets_are_refused_unsaid(holder: Holder, igc: Igc, now: datetime, secrets: dict[str, str]) -> None:
    """The error says how many digits are needed and does not repeat what was given."""
    with pytest.raises(ValueError, match=r"secret 0[12]: give \d to \d digits") as refusal:
        personalise(holder, igc, now=now, keys=lambda _name: simulated_key("tests"), **secrets)  # type: ignore[arg-type]  # strings only

    assert not any(secret in str(refusal.value) for secret in secrets.values())


def test_the_same_card_twice(holder: Holder, igc: Igc, now: datetime, card: Card) -> None:
    """Personalisation follows from its arguments: no clock, no chance, but for the keys."""
    again = personalise(holder, igc, now=now)

    assert card.image.files.nodes == again.image.files.nodes
    assert card.memory == again.memory


def test_the_serial_number_is_checked_by_luhn() -> None:
    """The ten bytes of EF.SN.ICC: issuer, serial, check digit, filler."""
    assert 19 * 2 // 2 + 1 == len(pan("99000001").hex())
    assert 3 == luhn("7992739871")
    assert 0 == (luhn("8025000001" + "99000001") - int(pan("99000001").hex()[18])) % 10
    assert "f" == pan(str(SERIALS[0])).hex()[-1]


def test_a_lab_card_asks_for_nothing(holder: Holder, igc: Igc, now: datetime) -> None:
    """The PIN-less flag: no PIN object, no login, and the key signs at once."""
    card = personalise(holder, igc, now=now, pinless=True)
    desk = Desk(Reader(card))
    desk.verify_pin("anything")

    assert desk.tries_left() is None
    assert 256 == len(desk.authenticate(b"challenge").signature)
    assert {} == card.image.pins
    assert 0x6A88 == say(card, APPLICATION, "00200001")[1].sw


def test_a_card_certified_by_another_range(holder: Holder, igc: Igc, now: datetime) -> None:
    """On demand a card comes from a range it should not come from."""
    card = personalise(holder, igc, now=now, level=Range.ELEMENTAIRE)
    proof = Desk(Reader(replace(card))).certificates()[0]

    assert "ELEMENTAIRE" in x509.load_der_x509_certificate(proof.der).issuer.rfc4514_string()
