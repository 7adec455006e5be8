"""The limits of the e-CPS journeys: what public sources state, and what they leave open.

Each default says how sure it is: *confirmed* by a named public source, *inferred*, or *unknown*.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum

from mock_idp.spoken import Spoken


class CardInReader(StrEnum):
    """What becomes of a login with the e-CPS while a card is in the reader."""

    ASK = "ask"
    CARD = "card"
    IGNORE = "ignore"


class LostPhone(StrEnum):
    """What becomes of a login with the e-CPS when the only activated phone is lost."""

    WAIT = "wait"
    ACTIVATE = "activate"


SMALLEST_AND_LARGEST = {
    "challenge_octets": (16, 256),
    "code_digits": (4, 12),
    "code_attempts": (1, 100),
    "password_digits": (4, 12),
    "password_attempts": (1, 15),
    "number_choices": (2, 12),
    "number_digits": (1, 4),
    "devices_per_person": (0, 1000),
}
"""Whole numbers outside these make no journey that a person can go."""


class EcpsSettingsError(Spoken, ValueError):
    """Limits that cannot be; the message begins with the name of the setting and says what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EcpsSettings:
    """How long things last, how many digits they have, and how often one may be wrong.

    Attributes:
        card_in_reader: what becomes of a login with the e-CPS while a card is in the simulated reader, which the
            tutorial asks to take out first (inferred: at PSC the card would then authenticate): ``ask`` says so and
            offers both, ``card`` goes to the card, ``ignore`` goes on.
        delegation: whether the login page has the tab « Délégation », a played identity provider of an establishment
            (confirmed: the tab, the pairing and the screen to confirm, ENTRA and OKTA guides; the rest is ours).
        pairing_lifetime: how long a local account stays paired (unknown).
        former_idnats: whether somebody whose accounts were merged may log in with the identifiant of before (inferred:
            the back office finds the merged account by either).
        activation_lifetime: of a whole demande d'activation, from the first page to the password (unknown).
        challenge_octets: length of the challenge that the card signs (unknown; our own choice).
        challenge_lifetime: how long the card may take to answer it (unknown).
        qr_lifetime: of the QR code on the computer (confirmed: 90 s, ANS, FAQ des industriels).
        code_digits: of the code shown on the phone and typed on the computer (unknown).
        code_lifetime: of that code (unknown).
        code_attempts: wrong codes in one activation before it fails (unknown).
        contact_route: whether an e-CPS can be activated without a card, with the e-mail address and mobile number on
            record (confirmed: arrêté of 4 April 2022; ANS, FAQ e-CPS).
        mail_lifetime: of the QR code sent by e-mail (unknown: the source says that it is limited, not how).
        sms_lifetime: of the code sent by SMS (unknown; the SMS itself is inferred from the arrêté).
        password_digits: of the e-CPS password (confirmed: 4, tutorial of the Portail de santé PACA).
        password_attempts: wrong passwords in a row before the phone is locked (unknown; 3 by analogy with the card).
        approval_lifetime: how long a login waits for the phone (inferred: 2 min, told by one public CIBA client).
        number_choices: values among which the phone offers the right one (confirmed: 3 since June 2022, DSIH).
        number_digits: of each of them (inferred: 2, seen in the CIBA variant only).
        devices_per_person: phones that one person may have activated; one more deletes the oldest (unknown; 0: any
            number, because the public data model holds a list per person).
        lost_phone: what becomes of a login of somebody whose activated phone is lost (unknown, as is whether a loss
            can be reported): ``wait`` for an answer that nobody gives, ``activate`` leads to a demande d'activation.
        expiry_notice: how long before its end the phone says that the e-CPS is about to expire (unknown; confirmed is
            only that people are warned, there by e-mail).
        ecps_validity: of an activated e-CPS (unknown; 3 years by analogy with the card).
    """

    card_in_reader: CardInReader = CardInReader.ASK
    delegation: bool = False
    pairing_lifetime: timedelta = timedelta(days=90)
    former_idnats: bool = True
    activation_lifetime: timedelta = timedelta(minutes=15)
    challenge_octets: int = 32
    challenge_lifetime: timedelta = timedelta(minutes=5)
    qr_lifetime: timedelta = timedelta(seconds=90)
    code_digits: int = 6
    code_lifetime: timedelta = timedelta(seconds=120)
    code_attempts: int = 3
    contact_route: bool = True
    mail_lifetime: timedelta = timedelta(hours=1)
    sms_lifetime: timedelta = timedelta(minutes=10)
    password_digits: int = 4
    password_attempts: int = 3
    approval_lifetime: timedelta = timedelta(seconds=120)
    number_choices: int = 3
    number_digits: int = 2
    devices_per_person: int = 0
    lost_phone: LostPhone = LostPhone.WAIT
    expiry_notice: timedelta = timedelta(days=30)
    ecps_validity: timedelta = timedelta(days=3 * 365)

    def __post_init__(self) -> None:
        """Refuse limits that make no journey.

        Raises:
            EcpsSettingsError: a number is outside its bounds, a duration is not above zero, or there are fewer numbers
                of that many digits than choices.
        """
        for name, (least, most) in SMALLEST_AND_LARGEST.items():
            number = getattr(self, name)
            if not least <= number <= most:
                raise EcpsSettingsError(
                    f"{name} : {number} est hors de {least} à {most}", f"{name}: {number} is outside {least} to {most}"
                )
        for member in fields(self):
            value = getattr(self, member.name)
            if isinstance(value, timedelta) and value <= timedelta(0):
                raise EcpsSettingsError(
                    f"{member.name} : il faut une durée plus grande que zéro, et non {value}",
                    f"{member.name}: expected a duration above zero, got {value}",
                )
        if self.number_choices > 10**self.number_digits:
            choices, digits = self.number_choices, self.number_digits
            raise EcpsSettingsError(
                f"number_choices : il n'y a pas {choices} nombres différents de {digits} chiffres",
                f"number_choices: there are no {choices} different numbers of {digits} digits",
            )
