"""Correct portals that are built otherwise: stricter, in another order, in another language; none may fail anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.miniatures.config import PortalConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """One way to be correct.

    Attributes:
        change: makes the settings of ``strict`` into those of this portal.
    """

    title_fr: str
    title_en: str
    change: Callable[[PortalConfig], PortalConfig]


def _way(title_fr: str, title_en: str, change: Callable[[PortalConfig], PortalConfig]) -> Equivalent:
    return Equivalent(title_fr=title_fr, title_en=title_en, change=change)


EQUIVALENTS: Final[Mapping[str, Equivalent]] = MappingProxyType(
    {
        "in_english": _way("parle anglais", "speaks English", lambda it: replace(it, language="en")),
        "secret_in_body": _way(
            "envoie son secret dans le formulaire",
            "sends its secret in the form",
            lambda it: replace(it, secret_in_body=True),
        ),
        "userinfo_by_post": _way(
            "demande userinfo par POST", "asks for userinfo with POST", lambda it: replace(it, userinfo_by_post=True)
        ),
        "claims_first": _way(
            "regarde le contenu du jeton avant sa signature",
            "looks at the token's claims before its signature",
            lambda it: replace(it, claims_first=True),
        ),
        "hexadecimal": _way(
            "écrit state et nonce en hexadécimal",
            "writes state and nonce in hexadecimal",
            lambda it: replace(it, hexadecimal=True),
        ),
        "keys_every_time": _way(
            "relit les clés à chaque connexion",
            "reads the keys for every login",
            lambda it: replace(it, keys_every_time=True),
        ),
        "refuses_with_200": _way(
            "refuse par une page 200", "refuses with a page of status 200", lambda it: replace(it, refusal_status=200)
        ),
        "asks_to_prompt": _way(
            "demande prompt=login", "asks for prompt=login", lambda it: replace(it, asks_to_prompt=True)
        ),
        "exact_clock": _way(
            "ne tolère aucun écart d’horloge",
            "allows no difference of clocks",
            lambda it: replace(it, leeway_seconds=0.0),
        ),
        "lenient_where_allowed": _way(
            "accepte un acr absent et cinq minutes d’écart d’horloge",
            "takes an absent acr, and five minutes of difference between clocks",
            lambda it: replace(it, accept_absent_acr=True, leeway_seconds=300.0),
        ),
    }
)
