"""Every persona of the directory who has a card gets one, of its family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from mock_idp.people import Person, builtin_people
from tests.virtual_card.conftest import PIN
from virtual_card.certificate_shape import PrivateExtension, Range
from virtual_card.desk import Desk
from virtual_card.holder import CardFamily, Holder, Profile, personalise
from virtual_card.reader import Reader

if TYPE_CHECKING:
    from datetime import datetime

    from virtual_card.igc import Igc

PEOPLE = [one for one in builtin_people() if one.card]
CARD_TYPES = {"CPS": 0, "CPF": 1, "CPE": 2, "CDE": 2, "CPA": 3, "CDA": 3}


def holder_of(person: Person, number: int) -> Holder:
    """Return a holder with what stands on a persona's card."""
    return Holder(
        idnat=person.idnat,
        given_name=person.given_name,
        family_name=person.family_name,
        serial=99_100_000 + number,
        family=CardFamily(person.card),
        profession=int(person.profession) if person.profession else None,
        title=person.title,
    )


@pytest.mark.parametrize("profile", [Profile.CPS3, Profile.CPS4])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda one: one.key)
def test_every_persona_has_a_card(person: Person, profile: Profile, igc: Igc, now: datetime) -> None:
    """The identity read from it is the directory's, special characters included, and it proves itself."""
    desk = Desk(Reader(personalise(holder_of(person, PEOPLE.index(person)), igc, now=now, profile=profile)))
    desk.verify_pin(PIN)
    identity = desk.read_identity()

    assert (person.idnat, person.family_name) == (identity.idnat, identity.family_name)
    assert 256 == len(desk.authenticate(b"challenge").signature)


@pytest.mark.parametrize("family", CardFamily)
def test_every_family_has_its_certificate(family: CardFamily, holder: Holder, igc: Igc, now: datetime) -> None:
    """Card type and range; a person in training has the profession under another extension."""
    desk = Desk(Reader(personalise(replace(holder, family=family), igc, now=now)))
    (der,) = [one.der for one in desk.certificates() if one.authenticates]
    certificate = x509.load_der_x509_certificate(der)
    extensions = {one.oid.dotted_string: one.value for one in certificate.extensions}
    card_type = extensions[PrivateExtension.CARD_TYPE]
    level = Range.FORT if family in {CardFamily.CPS, CardFamily.CPF} else Range.STANDARD

    assert isinstance(card_type, x509.UnrecognizedExtension)
    assert CARD_TYPES[family] == card_type.value[-1]
    assert igc.persons[level].certificate.subject == certificate.issuer
    assert (family is CardFamily.CPF) is (PrivateExtension.PROFESSION_IN_TRAINING in extensions)
