"""What can go wrong between desk and card; each has a stable code on which texts for people hang."""

# ruff: noqa: N818 - the names say what happened to a person at a desk

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from virtual_card.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

Step: TypeAlias = Literal[
    "verify the PIN", "sign the challenge", "select a file", "read a file", "change the PIN", "unblock the card"
]
"""What the desk was doing, in English."""

Part: TypeAlias = Literal[
    "list of private keys",
    "serial number",
    "object directory",
    "authentication certificate",
    "list of applications",
    "certificate",
    "token information",
]
"""What a card says about itself, in English."""

_STEPS: Final[Mapping[Step, str]] = {
    "verify the PIN": "vérifier le code confidentiel",
    "sign the challenge": "signer le défi",
    "select a file": "sélectionner un fichier",
    "read a file": "lire un fichier",
    "change the PIN": "changer le code confidentiel",
    "unblock the card": "débloquer la carte",
}
_PARTS: Final[Mapping[Part, str]] = {
    "list of private keys": "la liste des clés privées",
    "serial number": "le numéro de série",
    "object directory": "le répertoire des objets",
    "authentication certificate": "le certificat d'authentification",
    "list of applications": "la liste des applications",
    "certificate": "un certificat",
    "token information": "la description",
}


class DeskError(Spoken):
    """Something went wrong between desk and card; ``code`` is stable."""

    code = "card-unreadable"


class CardRefused(DeskError):
    """The card answered a step with a status word that nobody expected."""

    def __init__(self, step: Step, sw: int) -> None:
        super().__init__(
            f"{_STEPS[step]} : la carte a répondu {sw:04X} ; retirez-la, remettez-la et recommencez",
            f"{step}: the card answered {sw:04X}; take it out, put it in again and retry",
        )
        self.step = step
        self.sw = sw


class CardNotUnderstood(DeskError):
    """What the card says about itself cannot be read, or lacks something needed."""

    def __init__(self, what: Part) -> None:
        super().__init__(
            f"{_PARTS[what]} de la carte ne se lit pas ; est-ce une carte CPS ?",
            f"the card's {what} cannot be read; is it a CPS card?",
        )
        self.what = what


class PinRefused(DeskError):
    """The PIN was wrong; ``tries_left`` more wrong ones are possible before the card blocks."""

    code = "pin-refused"

    def __init__(self, tries_left: int) -> None:
        super().__init__(
            f"le code confidentiel est faux ; essais restants : {tries_left}",
            f"the PIN is wrong; tries left: {tries_left}",
        )
        self.tries_left = tries_left


class PinBlocked(DeskError):
    """The PIN was wrong too often; only the PUK helps."""

    code = "pin-blocked"

    def __init__(self) -> None:
        super().__init__(
            "le code confidentiel est bloqué ; débloquez la carte avec son code de déblocage",
            "the PIN is blocked; unblock the card with its PUK",
        )


class PinMalformed(DeskError):
    """The PIN cannot be right, so it was not sent to the card and cost no try."""

    code = "pin-malformed"

    def __init__(self, least: int, most: int) -> None:
        fr, en = (f"{least}", f"{least}") if least == most else (f"{least} à {most}", f"{least} to {most}")
        super().__init__(
            f"le code a {fr} chiffres ; rien n'a été envoyé à la carte",
            f"the PIN has {en} digits; nothing was sent to the card",
        )


class PinRequired(DeskError):
    """The card wants its PIN first."""

    code = "pin-required"

    def __init__(self) -> None:
        super().__init__(
            "la carte veut son code confidentiel avant de signer", "the card wants its PIN before it signs"
        )


class PukRefused(DeskError):
    """The PUK was wrong; ``tries_left`` more wrong ones are possible before the card is lost."""

    code = "puk-refused"

    def __init__(self, tries_left: int) -> None:
        super().__init__(
            f"le code de déblocage est faux ; essais restants : {tries_left}",
            f"the PUK is wrong; tries left: {tries_left}",
        )
        self.tries_left = tries_left


class PukExhausted(DeskError):
    """The PUK was wrong, or used, too often; nothing unblocks the card any more."""

    code = "puk-exhausted"

    def __init__(self) -> None:
        super().__init__(
            "le code de déblocage est épuisé ; la carte reste bloquée, prenez-en une autre",
            "the PUK is used up; the card stays blocked, take another one",
        )
