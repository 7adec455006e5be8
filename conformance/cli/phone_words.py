"""The actions of ``psc-conformance phone``, how each is written, and how it says that something cannot be done."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.control import ControlFailed
from conformance.exit_codes import ExitCode, Stop
from mock_idp.web.habits import Habit
from virtual_card.holder import DEFAULT_PIN

if TYPE_CHECKING:
    from conformance.texts import Texts

BY: Final = ("now", "contact", "card")
PIN: Final = DEFAULT_PIN
NONE: Final = "none"
HABITS: Final = (*(habit.value for habit in Habit), NONE)
LONGEST_WAIT: Final = 3600


class PhoneStop(Stop):
    """Phone or page refuse: what, and what to do about it."""

    code = ExitCode.FAILURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: how it is written, what it does, and how many words it takes at least and at most."""

    usage: str
    does: Texts
    least: int = 1
    most: int = 1


ACTIONS: Final = {
    "list": Action(usage="list [IDNAT]", does=("les téléphones activés", "the activated phones"), least=0),
    "requests": Action(usage="requests [IDNAT]", does=("ce qui attend une réponse", "what awaits an answer"), least=0),
    "mailbox": Action(usage="mailbox [IDNAT]", does=("courriels et SMS reçus", "e-mails and SMS received"), least=0),
    "activate": Action(usage="activate IDNAT", does=("activer un téléphone", "activate a phone")),
    "install": Action(
        usage="install",
        does=("un téléphone neuf, conditions acceptées", "a new phone, terms accepted"),
        least=0, most=0,
    ),
    "scan": Action(
        usage="scan PHONE QR",
        does=("scanner un QR code (adresse ou image)", "scan a QR code (address or picture)"),
        least=2, most=2,
    ),
    "password": Action(usage="password PHONE", does=("choisir le mot de passe", "choose the password")),
    "approve": Action(usage="approve PHONE|IDNAT", does=("approuver une connexion", "approve a login")),
    "refuse": Action(usage="refuse PHONE|IDNAT", does=("refuser une connexion", "refuse a login")),
    "wrong-number": Action(usage="wrong-number PHONE|IDNAT", does=("se tromper de nombre", "pick a wrong number")),
    "delete": Action(usage="delete PHONE", does=("supprimer l'e-CPS", "delete the e-CPS")),
    "lose": Action(usage="lose PHONE", does=("perdre le téléphone", "lose the phone")),
    "find": Action(usage="find PHONE", does=("retrouver le téléphone", "find the phone again")),
    "habit": Action(
        usage=f"habit [IDNAT] {'|'.join(HABITS)}",
        does=("ce qui est répondu tout seul", "what is answered by itself"),
        most=2,
    ),
}  # fmt: skip


def seconds(text: str) -> float:
    """Return a number of seconds that was typed; argparse names the option when it is none."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LONGEST_WAIT:
        raise ArgumentTypeError(f"{text!r}: 0 - {LONGEST_WAIT}")
    return value


REASONS: Final = {
    "nobody in the directory has it": (
        "identifiant national : personne ne l'a dans l'annuaire ; vérifiez le chiffre de type et la barre oblique",
        "identifiant national: nobody in the directory has it; check the type digit and the slash",
    ),
    "idnat-empty": (
        "identifiant national : il est vide ; donnez celui d'une personne de l'annuaire",
        "identifiant national: it is empty; give that of somebody in the directory",
    ),
    "password-not-four-digits": (
        "--password-env : le mot de passe n'a pas le nombre de chiffres voulu (4 par défaut) ; changez-le",
        "--password-env: the password has not as many digits as it must (4 unless set); choose another",
    ),
    "no persona is called": (
        "--persona : aucune ne s'appelle ainsi ; « medecin-liberal » par exemple, voir l'annuaire du fournisseur",
        "--persona: none is called that; 'medecin-liberal' for instance, see the provider's directory",
    ),
}
"""What the provider's control API says, for people who call the command: by a piece of its own words."""


def in_words(failed: ControlFailed) -> ControlFailed:
    """Return what the provider refused in the command's words, or as it was said when there are none."""
    found = next((texts for piece, texts in REASONS.items() if piece in failed.en), None)
    return failed if found is None else ControlFailed(*found)
