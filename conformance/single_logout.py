"""Telling a portal that somebody's session is over, in the provider's place, and what the portal makes of it.

The provider makes the tokens, with the lies of the login; the suite delivers them, one at a time and when the scenario
says so, so that no two of them race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.browser import Browser
from conformance.evidence import Identified
from conformance.portal import with_pairs

if TYPE_CHECKING:
    from conformance.agent import UserAgent
    from conformance.control import LogoutToken
    from conformance.page import Page
    from conformance.trial import Trial
    from conformance.visit import Visit

OBEYED = frozenset({200, 204})
REFUSALS = range(400, 500)


def logout_token(trial: Trial, visit: Visit, *, kind: str = "logout") -> LogoutToken:
    """Return the logout token of a visit's login, or its ID token with ``kind="id"``; lies included."""
    return trial.lab.control.logout_token(visit.login_id, kind=kind)


def send(trial: Trial, visit: Visit, *tokens: str) -> Page:
    """Post logout tokens to the portal's server as one request (Back-Channel Logout 1.0, 2.5)."""
    described = trial.lab.described
    line = Browser(frozenset(described.allow_hosts))
    visit.further.append(line)
    return line.step(described.backchannel_logout, "POST", tuple(("logout_token", one) for one in tokens))


def load_frame(trial: Trial, browser: UserAgent, **named: str) -> Page:
    """Load the portal's logout frame in a browser, with ``iss`` and ``sid`` or without (FCL 2)."""
    return browser.step(with_pairs(trial.lab.described.frontchannel_logout, tuple(named.items())))


def obeys(trial: Trial, page: Page) -> None:
    """Note whether the portal said that it obeyed a logout token: 200 or 204 (BCL 2.8)."""
    said = page.status if page.error is None else page.error.trouble
    trial.finds(
        kept=page.status in OBEYED,
        fr=f"réponse au jeton de déconnexion : {said}",
        en=f"answer to the logout token: {said}",
    )


def declines(trial: Trial, page: Page) -> None:
    """Note whether the portal refused a logout token in an orderly way: 400, or another 4xx (BCL 2.8)."""
    said = page.status if page.error is None else page.error.trouble
    trial.finds(
        kept=page.status in REFUSALS,
        fr=f"réponse au jeton de déconnexion : {said}",
        en=f"answer to the logout token: {said}",
    )


def stays(trial: Trial, visit: Visit, *, fr: str = "la session", en: str = "the session") -> None:
    """Note whether somebody is still logged in, and should be."""
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=inside,
        fr=f"{fr} est intacte" if inside else f"{fr} est fermée",
        en=f"{en} is untouched" if inside else f"{en} is closed",
    )


def closes(trial: Trial, visit: Visit, *, fr: str = "la session", en: str = "the session") -> None:
    """Note whether somebody is logged out, and should be."""
    inside = isinstance(visit.who(), Identified)
    trial.finds(
        kept=not inside,
        fr=f"{fr} est encore ouverte" if inside else f"{fr} est fermée",
        en=f"{en} is still open" if inside else f"{en} is closed",
    )


def refuses(trial: Trial, *, kind: str = "logout") -> None:
    """Log somebody in, send the portal a logout token that must not be obeyed, and see whether it is."""
    visit = trial.visit()
    visit.log_in()
    page = send(trial, visit, logout_token(trial, visit, kind=kind).value)
    declines(trial, page)
    stays(trial, visit)
    trial.conclude(visit)


def obeyed(trial: Trial) -> None:
    """Log somebody in, send the portal a logout token, and see whether the session is closed."""
    visit = trial.visit()
    visit.log_in()
    page = send(trial, visit, logout_token(trial, visit).value)
    obeys(trial, page)
    closes(trial, visit)
    trial.conclude(visit)
