"""A fictional practitioner, as values: names, identifiers, practices and their activities."""

from __future__ import annotations

from dataclasses import dataclass

ACTIVE, DEACTIVATED = "active", "deactivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One activity of a practice, in the codes of the ANS nomenclatures; an unknown value is an empty string."""

    mode: str = ""
    genre: str = ""
    secteur: str = ""
    role: str = ""
    section_pharmacien: str = ""
    structure: str = ""
    siret: str = ""
    siren: str = ""
    finess_site: str = ""
    finess_juridique: str = ""
    raison_sociale: str = ""
    autorite: str = ""
    ancien_identifiant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercice:
    """One practice besides the first: another profession or category, with its own activities, or none."""

    profession: str = ""
    categorie: str = ""
    civilite_exercice: str = ""
    type_savoir_faire: str = ""
    savoir_faire: str = ""
    activity: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A fictional holder of a CPx card, or somebody known to the directory.

    ``idnat`` is the identifiant national as printed on the first line of the card, without spaces; ``email`` and
    ``mobile`` are the contact data on record, with which an e-CPS is activated without a card.  ``former_idnats`` are
    those of accounts that were merged into this one, separated by spaces; ``status`` is ``active`` or ``deactivated``.

    Attributes:
        card: kind of card, empty for somebody who has none.
        activity: activities of the first practice, whose profession and category stand beside it.
        exercice: practices behind the first.
    """

    key: str
    idnat: str
    given_name: str
    family_name: str
    card: str = "CPS"
    title: str = ""
    civilite: str = ""
    civilite_exercice: str = ""
    profession: str = ""
    categorie: str = ""
    type_savoir_faire: str = ""
    savoir_faire: str = ""
    email: str = ""
    mobile: str = ""
    former_idnats: str = ""
    status: str = ACTIVE
    activity: tuple[Activity, ...] = ()
    exercice: tuple[Exercice, ...] = ()

    def practices(self) -> tuple[Exercice, ...]:
        """Return every practice, the first one only if it has an activity."""
        first = Exercice(
            profession=self.profession,
            categorie=self.categorie,
            civilite_exercice=self.civilite_exercice,
            type_savoir_faire=self.type_savoir_faire,
            savoir_faire=self.savoir_faire,
            activity=self.activity,
        )
        return (*((first,) if self.activity else ()), *self.exercice)
