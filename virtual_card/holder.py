"""Who a card belongs to, and the card made for them: personalisation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from virtual_card.access import PinRef
from virtual_card.card import Card, fresh
from virtual_card.certificate_shape import CertificateUse, Range, Subject, Validity
from virtual_card.keys import PrivateKey, simulated_key
from virtual_card.profiles import cps3, cps3_contactless, cps4
from virtual_card.profiles.cps3 import ISSUER, Contents
from virtual_card.tlv import encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from virtual_card.igc import Igc

SERIALS = range(99_000_000, 100_000_000)
"""Serial numbers kept for simulated cards (our choice): a middleware's cache never mixes one up with a real card."""

DEFAULT_PIN = "1234"
"""PIN of ANS test cards, as public dumps show."""
DEFAULT_PUK = "12345678"


class CardFamily(StrEnum):
    """Families of cards: professional, in training, staff and director of a care or another structure."""

    CPS = "CPS"
    CPF = "CPF"
    CPE = "CPE"
    CDE = "CDE"
    CPA = "CPA"
    CDA = "CDA"

    @property
    def card_type(self) -> int:
        """Return private extension 2: 0, 2, 3 are known; CPF's 1 and the directors' 2 and 3 are inferred."""
        return {"CPS": 0, "CPF": 1, "CPE": 2, "CDE": 2, "CPA": 3, "CDA": 3}[self.value]

    @property
    def level(self) -> Range:
        """Return the range that certifies the family: STANDARD for staff is known, FORT for CPS and CPF inferred."""
        return Range.FORT if self in {CardFamily.CPS, CardFamily.CPF} else Range.STANDARD

    @property
    def staff(self) -> bool:
        """Tell whether the holder is named with a structure rather than with a profession."""
        return self not in {CardFamily.CPS, CardFamily.CPF}


class Profile(StrEnum):
    """What a card is technically: its generation, and through which interface one talks to it."""

    CPS3 = "cps3"
    CPS3_CONTACTLESS = "cps3-contactless"
    CPS4 = "cps4"


_IMAGES = {
    Profile.CPS3: cps3.image,
    Profile.CPS3_CONTACTLESS: cps3_contactless.image,
    Profile.CPS4: cps4.image,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A practice situation, as the card tells it to software after the PIN."""

    structure_name: str
    structure: str
    sector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A fictional card holder.

    Attributes:
        idnat: identifiant national, without spaces; special characters stay.
        given_name: exercise name, first part.
        family_name: exercise name, second part.
        serial: serial number of the card, one of `SERIALS`.
        title: label of the profession; for staff "Personnel santé ou social".
        family: family of the card.
        profession: TRE_G15 code (TRE_G16 for a CPF), or None.
        speciality: savoir-faire code such as SM26, or empty.
        structure: identifier of the structure, for staff.
        structure_name: its name, for staff.
        activities: practice situations, sixteen at most.

    Raises:
        ValueError: naming the field and what to write instead.
    """

    idnat: str
    given_name: str
    family_name: str
    serial: int
    title: str = ""
    family: CardFamily = CardFamily.CPS
    profession: int | None = None
    speciality: str = ""
    structure: str = ""
    structure_name: str = ""
    activities: tuple[Activity, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not stand on a card."""
        for name in ("idnat", "given_name", "family_name"):
            value = getattr(self, name)
            if not value.strip() or not value.isprintable():
                msg = f"holder.{name}: write printable characters, not {value!r}"
                raise ValueError(msg)
        if " " in self.idnat:
            msg = f"holder.idnat: leave the spaces out of {self.idnat!r}"
            raise ValueError(msg)
        if self.serial not in SERIALS:
            msg = f"holder.serial: take one from {SERIALS[0]} to {SERIALS[-1]}, kept for simulated cards"
            raise ValueError(msg)
        if len(self.activities) > 16:  # noqa: PLR2004 - files D120 to D12F
            msg = "holder.activities: a card holds sixteen at most"
            raise ValueError(msg)

    @property
    def card_number(self) -> str:
        """Return the ten-digit card number: serial and two zeros, which is our choice."""
        return f"{self.serial}00"

    @property
    def subject(self) -> Subject:
        """Return what the holder's certificates say."""
        staff, training = self.family.staff, self.family is CardFamily.CPF
        return Subject(
            idnat=self.idnat,
            given_name=self.given_name,
            family_name=self.family_name,
            title=self.title or ("Personnel santé ou social" if staff else ""),
            card_type=self.family.card_type,
            token_id=f"{ISSUER}/{self.card_number}",
            profession=None if training else self.profession,
            profession_in_training=self.profession if training else None,
            organisation=self.structure_name or None if staff else None,
            structure=self.structure or None if staff else None,
        )


def personalise(
    holder: Holder,
    igc: Igc,
    *,
    now: datetime,
    pin: str = DEFAULT_PIN,
    puk: str = DEFAULT_PUK,
    validity: Validity | None = None,
    level: Range | None = None,
    pinless: bool = False,
    profile: Profile = Profile.CPS3,
    keys: Callable[[str], RSAPrivateKey] = simulated_key,
) -> Card:
    """Make a card for somebody: two key pairs, two certificates, the files that go with them.

    Args:
        holder: whose card it is.
        igc: who certifies.
        now: aware UTC; the card is a day old.
        pin: four digits.
        puk: eight digits.
        validity: of card and certificates; by default it is running. `Validity.expired` and `Validity.to_come` make
            cards a provider must refuse.
        level: the range that certifies; by default the family's.
        pinless: laboratory flag: no PIN on the card, for browsers that nobody watches.
        profile: generation and interface.
        keys: gives a key pair by name; by default one per process and name.

    Raises:
        ValueError: PIN or PUK are not of four and eight digits.
    """
    period = validity or Validity.running(now)
    uses = [use for use in CertificateUse if use is not CertificateUse.TECHNICAL or profile is Profile.CPS3_CONTACTLESS]
    pairs = {use: keys(f"carte {holder.serial} {use}") for use in uses}
    certificates = {
        use: igc.issue(
            holder.subject, pair.public_key(), use=use, validity=period, level=level or holder.family.level
        )
        for use, pair in pairs.items()
    }  # fmt: skip
    contents = Contents(
        serial=str(holder.serial),
        number=holder.card_number,
        since=period.since,
        until=period.until,
        authentication=PrivateKey(pairs[CertificateUse.AUTHENTICATION]),
        signature=PrivateKey(pairs[CertificateUse.SIGNATURE]),
        authentication_certificate=certificates[CertificateUse.AUTHENTICATION],
        signature_certificate=certificates[CertificateUse.SIGNATURE],
        data=data_objects(holder),
        technical=PrivateKey(pairs[CertificateUse.TECHNICAL]) if CertificateUse.TECHNICAL in pairs else None,
        technical_certificate=certificates.get(CertificateUse.TECHNICAL, b""),
        pinless=pinless,
    )
    return fresh(_IMAGES[profile](contents), {PinRef.PIN: pin.encode(), PinRef.PUK: puk.encode()})


def data_objects(holder: Holder) -> dict[str, bytes]:
    """Return the card's data objects.

    An activity is ``EE{84 name, 85 identifier, 86 sector}`` and ``CPS_INFO_PS`` ends in the speciality (a public
    client that reads CPS cards); the rest of the formats is our choice, the specification not being public.
    """
    found = {
        "CPS_ID_CARD": encode(0xE0, encode(0x80, holder.family.encode()), encode(0x81, holder.card_number.encode())),
        "CPS_NAME_PS": encode(
            0xE1,
            encode(0x80, holder.idnat.encode()),
            encode(0x81, f"{holder.family_name} {holder.given_name}".encode()),
        ),
        "CPS_LANG_PS": encode(0xE2, encode(0x80, b"fr")),
        "CPS_INFO_PS": encode(0xE3, encode(0x80, f"FICTIF{holder.speciality}".encode())),
        "CPS_DATA": bytes(64),
    }
    for number, activity in enumerate(holder.activities, 1):
        found[f"CPS_ACTIVITY_{number:02d}_PS"] = encode(
            0xEE,
            encode(0x84, activity.structure_name.encode()),
            encode(0x85, activity.structure.encode()),
            encode(0x86, activity.sector.encode()),
        )
    return found
