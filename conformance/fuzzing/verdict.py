"""What an oracle says about a plan that was carried out: which property is broken, and how it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.evidence import Unclear
from conformance.texts import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.evidence import Attempt
    from conformance.texts import Texts
    from conformance.visit import Visit

SERVER_ERROR: Final = 500
GATEWAY: Final = frozenset({502, 503, 504})
"""How a portal says in an orderly way that the provider told it nonsense (RFC 9110 15.6.3 to 15.6.5)."""

PROPERTIES: Final[Mapping[str, Texts]] = MappingProxyType(
    {
        "P1": ("L'identifiant est gardé signe par signe.", "The identifier is kept, sign by sign."),
        "P2": ("Deux identifiants différents sont deux personnes.", "Two different identifiers are two people."),
        "P3": (
            "Une espace dans l'identifiant ne fait pas une autre personne.",
            "A space in the identifier does not make another person.",
        ),
        "P4": ("L'identifiant n'est pas interprété.", "The identifier is not interpreted."),
        "P5": ("L'ordre et l'écriture du JSON ne comptent pas.", "Order and spelling of the JSON do not count."),
        "P6": (
            "Ce qui est tapé dans le formulaire du portail est demandé signe par signe, sans les espaces.",
            "What is typed into the portal's form is asked for sign by sign, without the spaces.",
        ),
        "Q1": (
            "Jamais de panne, jamais de session sans identité.",
            "Never a server error, never a session without identity.",
        ),
        "Q2": (
            "Les champs informatifs ne changent pas l'identité.",
            "Informative fields do not change the identity.",
        ),
        "Q3": ("Un membre nouveau est ignoré.", "A new member is ignored."),
        "Q4": ("Rien de reçu n'est exécuté ni affiché tel quel.", "Nothing received is executed or printed raw."),
        "Q5": (
            "Rien de la connexion précédente ne reste dans la suivante.",
            "Nothing of one login appears in the next.",
        ),
        "Q6": ("Rôle et structure viennent d'une même activité.", "Role and structure come from one activity."),
        "Q7": ("Le temps de réponse ne s'emballe pas avec la taille.", "Time does not run away with the size."),
        "Q8": (
            "Ce que le portail de référence refuse n'ouvre pas de session.",
            "What the reference portal refuses opens no session.",
        ),
        "I1": (
            "Le portail ne nomme que qui a approuvé une connexion commencée et finie dans ce navigateur.",
            "The portal names only who approved a login that began and ended in this browser.",
        ),
        "I2": ("Un code n'est présenté qu'une fois.", "A code is presented at most once."),
        "I3": ("state, nonce et vérificateur ne servent qu'une fois.", "state, nonce and verifier are used only once."),
        "I4": (
            "Une réponse étrangère ou répétée ne cause aucun appel de jeton.",
            "A foreign or repeated answer causes no token call.",
        ),
        "I5": (
            "Se déconnecter déconnecte, et personne d'autre.",
            "Logging out logs out, and nobody else.",
        ),
        "I6": (
            "Aucune suite de messages honnêtes ne cause une panne.",
            "No order of honest messages causes a server error.",
        ),
        "I7": (
            "La session change de nom quand la personne change.",
            "The session's name changes when the person changes.",
        ),
        "I8": ("Une connexion honnête reste toujours possible.", "An honest login stays possible."),
    }
)
"""The properties, in the order of ``docs/fuzzing.md``; Q8 is the differential oracle over lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One property that a portal broke.

    Attributes:
        broke: its number, one of ``PROPERTIES``.
        symptom: stable word for how it shows.
        seen_fr: what was seen, in French.
        seen_en: the same in English.
    """

    broke: str
    symptom: str
    seen_fr: str = ""
    seen_en: str = ""

    @property
    def group(self) -> str:
        """Return what findings are grouped by."""
        return f"{self.broke}.{self.symptom}"

    def states(self, language: str) -> str:
        """Return the property in ``fr`` or ``en``."""
        return said(PROPERTIES[self.broke], language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One login of a plan, and what it left.

    Attributes:
        name: which login of the plan it is.
        attempt: what was seen.
        pages: HTML that the portal showed, as it was sent.
        visit: where its requests are, for the report.
    """

    name: str
    attempt: Attempt
    pages: tuple[str, ...] = field(default=(), repr=False)
    visit: Visit | None = field(default=None, repr=False, compare=False)


def trouble(attempt: Attempt, *, gateway: bool = False) -> str | None:
    """Return how a portal broke down in a login, as a stable word, or None when it did not.

    Args:
        attempt: the login.
        gateway: whether 502 to 504 are an orderly answer, because the provider really told nonsense.
    """
    landing = attempt.landing
    if landing is not None:
        if landing.status >= SERVER_ERROR and not (gateway and landing.status in GATEWAY):
            return "crashed"
        if landing.trouble:
            return "no-answer"
        if landing.loop:
            return "loop"
    if isinstance(attempt.whoami, Unclear) and attempt.whoami.why in {"server-error", "unreachable"}:
        return "probe-crashed"
    return None
