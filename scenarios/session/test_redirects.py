"""RFC 9700 4.11.1: where a login leads, and that it leads nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.miniatures.defects import Defect
from conformance.outcome import Expected
from conformance.scenario import Need, Scenario

if TYPE_CHECKING:
    from conformance.trial import Trial

ELSEWHERE: Final = "ailleurs.example"
NAMES: Final = ("next", "redirect", "redirect_to", "return_to", "return_url", "returnUrl", "target", "url", "continue")
"""Names under which portals are known to be told where to go after login."""


def look_where_it_leads(trial: Trial, wanted: str) -> None:
    """Log in with an address to go to afterwards under every known name, and note whether the portal goes there."""
    visit = trial.visit()
    visit.log_in(tuple((name, wanted) for name in NAMES))
    trial.conclude(visit)
    led = next((hop.location for hop in visit.own_hops() if leads_away(hop.location or "")), None)
    trial.finds(
        kept=led is None,
        fr="le portail mène ailleurs" if led else "le portail reste chez lui",
        en="the portal leads elsewhere" if led else "the portal stays at home",
    )


def leads_away(location: str) -> bool:
    """Tell whether a browser would leave the portal; for a browser a backslash is a slash (WHATWG URL)."""
    address = location.replace("%5C", "/").replace("%5c", "/").replace(chr(92), "/")
    return address.startswith("javascript:") or urlsplit(address).hostname == ELSEWHERE


@Scenario(
    id="ses.redirect.open",
    clause="RFC9700 4.11.1",
    title_fr="L'adresse de retour est celle d'un autre site",
    title_en="The return address is another site's",
    mend_fr="N'accepter que des chemins de ce portail, tirés d'une liste ou vérifiés après résolution ; "
    "jamais l'adresse reçue telle quelle.",
    mend_en="Take only paths of this portal, from a list or checked after being resolved; never the address "
    "as it was received.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.LEADS_TO_ANY_ADDRESS,
)
def test_another_site(trial: Trial) -> None:
    """Log in with another site to go to."""
    look_where_it_leads(trial, f"https://{ELSEWHERE}/")


@Scenario(
    id="ses.redirect.slashes",
    clause="RFC9700 4.11.1",
    title_fr="L'adresse de retour commence par deux barres obliques",
    title_en="The return address begins with two slashes",
    mend_fr="N'accepter que des chemins de ce portail, tirés d'une liste ou vérifiés après résolution ; "
    "jamais l'adresse reçue telle quelle.",
    mend_en="Take only paths of this portal, from a list or checked after being resolved; never the address "
    "as it was received.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.LEADS_TO_DOUBLE_SLASH,
)
def test_two_slashes(trial: Trial) -> None:
    """Log in with an address that only looks like a path."""
    look_where_it_leads(trial, f"//{ELSEWHERE}/")


@Scenario(
    id="ses.redirect.backslash",
    clause="RFC9700 4.11.1",
    title_fr="L'adresse de retour commence par une barre oblique inverse",
    title_en="The return address begins with a backslash",
    mend_fr="N'accepter que des chemins de ce portail, tirés d'une liste ou vérifiés après résolution ; "
    "jamais l'adresse reçue telle quelle.",
    mend_en="Take only paths of this portal, from a list or checked after being resolved; never the address "
    "as it was received.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.LEADS_TO_BACKSLASH,
)
def test_backslash(trial: Trial) -> None:
    """Log in with an address that browsers read in their own way."""
    look_where_it_leads(trial, f"/{chr(92)}{ELSEWHERE}/")


@Scenario(
    id="ses.redirect.js",
    clause="RFC9700 4.11.1",
    title_fr="L'adresse de retour est un script",
    title_en="The return address is a script",
    mend_fr="N'accepter que des chemins de ce portail, tirés d'une liste ou vérifiés après résolution ; "
    "jamais l'adresse reçue telle quelle.",
    mend_en="Take only paths of this portal, from a list or checked after being resolved; never the address "
    "as it was received.",
    expected=Expected.KEPT,
    needs=frozenset({Need.HOPS}),
    caught_by=Defect.LEADS_TO_SCRIPT,
)
def test_script(trial: Trial) -> None:
    """Log in with a script to go to."""
    look_where_it_leads(trial, "javascript:alert(1)")
